"""A process that loads in children of its own, each of which may be told to die: ``python load_server.py``.

It reads one JSON object a line. ``start`` begins a load and answers its process id; ``wait`` answers how it ended, what
was said, and the steps that it went through. Children are forked when everything is imported and every query of a fact
is compiled, so that a load takes a fraction of a second.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from efficace.build import load
from efficace.errors import EfficaceError
from efficace.warehouse.engine import Engine

STEPS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.copyfile", "shutil.rmtree")
"""What Python tells of a process' dealings with files; queries are steps too."""


class Steps:
    """Counts what a load does, and kills the process before one of its steps."""

    def __init__(self, fatal: int | None) -> None:
        self.seen: list[str] = []
        self._fatal = fatal

    def watch(self) -> None:
        """Count from now on."""
        real = Engine.execute

        def execute(engine: Engine, statement: str, *more: Any) -> Any:
            self.add("query")
            return real(engine, statement, *more)

        Engine.execute = execute  # type: ignore[method-assign,assignment]  # this process alone
        sys.addaudithook(lambda event, _: self.add(event) if event in STEPS else None)

    def add(self, step: str) -> None:
        """Go on, or die."""
        if len(self.seen) == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        self.seen.append(step)


def run(project: Path, files: Path, fatal: int | None, wait_seconds: float, report: Path) -> None:
    """Load once, and write down what came of it."""
    steps = Steps(fatal)
    steps.watch()
    told = "done"
    try:
        load(project, files, None, datetime(2026, 4, 2), wait_seconds=wait_seconds)
    except EfficaceError as error:
        told = str(error)
    report.write_text(json.dumps({"told": told, "steps": steps.seen[:-1]}), encoding="utf-8")


def start(command: dict[str, Any]) -> int:
    """Fork a child that loads."""
    child = os.fork()
    if child:
        return child
    try:
        run(Path(command["project"]), Path(command["files"]), command["fatal"], command["wait"], _report(os.getpid()))
    finally:
        os._exit(0)


def wait(child: int) -> dict[str, Any]:
    """How a child ended."""
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    report = _report(child)
    found = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {"told": "", "steps": []}
    return {"code": code, **found}


def _report(child: int) -> Path:
    return Path(sys.argv[1], f"{child}.json")


def say(answer: dict[str, Any]) -> None:
    """One line to whoever listens."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until the input ends."""
    for number, files in enumerate(sys.argv[2:]):
        load(Path(sys.argv[1], "warm"), Path(files), None, datetime(2026, 4, 1 + number))
    say({"ready": True})
    for line in sys.stdin:
        command = json.loads(line)
        answer = {"process": start(command)} if "project" in command else wait(command["process"])
        say(answer)


if __name__ == "__main__":
    main()
