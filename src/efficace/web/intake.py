"""Files that were dropped in the browser, from the first look to the load, with what is known of each step."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING

from efficace.errors import EfficaceError
from efficace.locale.said import Said
from efficace.sources.propose import Proposal, propose
from efficace.state.secret import new_secret

if TYPE_CHECKING:
    from efficace.build import LoadReport
    from efficace.project import Project

FOLDER = "intake"
SOURCE = "browser"
"""Name of the source that dropped files belong to, so that the same file dropped again replaces its rows."""
MOST_FILES = 200
LASTS = timedelta(days=1)


class IntakeError(EfficaceError, ValueError):
    """Dropped files that are not there (any more), or too many."""


@dataclass
class Intake:
    """Files dropped at once.

    Attributes:
        answers: Question id -> answer.
        ignored: Names of dropped files that nothing here reads.
        stage: What the load is doing; None before and after.
        share: How much of it is done, where that is known.
    """

    id: str
    at: datetime
    folder: Path
    ignored: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    proposal: Proposal | None = None
    is_loading: bool = False
    stage: Said | None = None
    share: float | None = None
    report: LoadReport | None = None
    error: EfficaceError | None = None

    @property
    def files(self) -> list[Path]:
        """The files that are kept."""
        return sorted(path for path in self.folder.iterdir() if path.is_file()) if self.folder.exists() else []


class Intakes:
    """All that was dropped and is not loaded yet; each below a name that cannot be guessed."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._folder = project.folder / FOLDER
        self._known: dict[str, Intake] = {}
        self._lock = Lock()

    def begin(self, at: datetime) -> Intake:
        """Room for files; what lies there for longer than a day is cleared on the way."""
        with self._lock:
            for old in [one for one in self._known.values() if one.at < at - LASTS and not one.is_loading]:
                self._forget(old)
            name = new_secret()
            found = self._known[name] = Intake(name, at, self._folder / name / SOURCE)
        found.folder.mkdir(parents=True)
        return found

    def __getitem__(self, name: str) -> Intake:
        found = self._known.get(name)
        if found is None:
            raise IntakeError("These files are not here any more. Drop them again.")
        return found

    def look(self, found: Intake, answers: Mapping[str, str]) -> Proposal:
        """What the files are taken for, and what is still to be asked.

        Raises:
            SourceError: If they hold nothing that can be read.
        """
        found.answers.update(answers)
        found.proposal = propose(found.folder, found.answers)
        return found.proposal

    def load(self, found: Intake) -> None:
        """Load the files in the background; the intake tells how far it is."""
        with self._lock:
            if found.is_loading:
                return
            found.is_loading, found.error, found.report = True, None, None
        Thread(target=self._load, args=(found,), name="load").start()

    def forget(self, found: Intake) -> None:
        """Clear away the files."""
        with self._lock:
            self._forget(found)

    def _load(self, found: Intake) -> None:
        def tell(stage: Said, share: float | None) -> None:
            found.stage, found.share = stage, share

        try:
            found.report = self._project.data.load(found.folder, _written(found), tell)
        except EfficaceError as error:
            found.error = error
        finally:
            found.is_loading, found.stage = False, None

    def _forget(self, found: Intake) -> None:
        self._known.pop(found.id, None)
        shutil.rmtree(found.folder.parent, ignore_errors=True)


def safe_name(given: str) -> str:
    """The last part of a name as it can be a file's here; letters of any alphabet stay."""
    last = re.split(r"[/\\]", given)[-1]
    kept = re.sub(r"[^\w .()-]+", "_", last).strip(". ")[:150]
    return kept or "file"


def numbered(names: Iterator[str] | list[str]) -> Iterator[str]:
    """Names told apart where two are the same."""
    seen: set[str] = set()
    for name in names:
        stem, dot, ending = name.rpartition(".")
        told, number = name, 2
        while told.lower() in seen:
            told = f"{stem} {number}{dot}{ending}" if dot else f"{name} {number}"
            number += 1
        seen.add(told.lower())
        yield told


def _written(found: Intake) -> Path | None:
    """The proposed mapping as a file; none where every file is named as a canonical table."""
    if found.proposal is None:
        return None
    target = found.folder.parent / f"{SOURCE}.yaml"
    # What was dropped before keeps the mapping that it was dropped with.
    target.write_text(f"own_files_only: true\n{found.proposal.mapping}", encoding="utf-8")
    return target
