"""A process that asks the same again and again: ``python reader.py PROJECT``; one answer a line, until it is ended."""

from __future__ import annotations

import json
import sys

from efficace.project import Project, open_project


def main() -> None:
    """Ask of a project that stays open, and of one that is opened for the question."""
    with open_project(sys.argv[1]) as kept:
        while True:
            say(figures(kept))
            with open_project(sys.argv[1]) as opened:
                say(figures(opened))


def say(answer: list[object]) -> None:
    """One line to whoever listens."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def figures(project: Project) -> list[object]:
    """Rows of an answer, and the snapshot that it was found in."""
    answer = project.metrics.ask("win_rate", by=["rep"])
    return [answer.snapshot, [[row.members["rep"], row.value, row.n] for row in answer.rows]]


if __name__ == "__main__":
    main()
