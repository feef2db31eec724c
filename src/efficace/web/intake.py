"""Work on the data that goes on behind a page, with what is known of each step.

Files that were dropped, from the first look to the load; taking a load back; building everything anew.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from threading import Lock, Thread
from typing import TYPE_CHECKING, Literal

from efficace.errors import EfficaceError, refused
from efficace.locale.said import Said
from efficace.sources.propose import Proposal, propose
from efficace.state.secret import new_secret

if TYPE_CHECKING:
    from efficace.build import LoadReport
    from efficace.build.report import Progress
    from efficace.project import Project

LOG = logging.getLogger(__name__)
FOLDER = "intake"
SOURCE = "browser"
"""Name of the source that dropped files belong to, so that the same file dropped again replaces its rows."""
MOST_FILES = 200
LASTS = timedelta(days=1)
PATIENCE_SECONDS = 3600
"""How long building anew waits for a load that is running: a setting must not be lost on it."""
Kind = Literal["files", "undo", "rebuild"]


class IntakeError(EfficaceError, ValueError):
    """Dropped files that are not there (any more), or too many."""


@dataclass
class Intake:
    """One piece of work: files dropped at once, or something done with what is loaded.

    Attributes:
        kind: ``files``, ``undo`` or ``rebuild``; the latter two have no files.
        refused: What is wrong with dropped files that are not even looked at.
        answers: Question id -> answer.
        ignored: Names of dropped files that nothing here reads.
        stage: What the load is doing; None before and after.
        share: How much of it is done, where that is known.
    """

    id: str
    at: datetime
    folder: Path
    kind: Kind = "files"
    ignored: tuple[str, ...] = ()
    refused: tuple[Said, ...] = ()
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
        found = self._new(at, "files")
        found.folder.mkdir(parents=True)
        return found

    def undo(self, at: datetime, number: int) -> Intake:
        """Take the load of this number back, in the background."""
        found = self._new(at, "undo")
        self._start(found, lambda tell: self._project.data.undo(tell, number))
        return found

    def rebuild(self, at: datetime) -> Intake:
        """Publish the same data under the settings as they are now, in the background."""
        found = self._new(at, "rebuild")
        self._start(found, lambda tell: self._project.data.rebuild(tell, PATIENCE_SECONDS))
        return found

    @property
    def at_work(self) -> Intake | None:
        """What goes on now, if anything does."""
        return next((one for one in self._known.values() if one.is_loading), None)

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
        self._start(found, lambda tell: self._project.data.load(found.folder, _written(found), tell))

    def forget(self, found: Intake) -> None:
        """Clear away the files."""
        with self._lock:
            self._forget(found)

    def _new(self, at: datetime, kind: Kind) -> Intake:
        with self._lock:
            for old in [one for one in self._known.values() if one.at < at - LASTS and not one.is_loading]:
                self._forget(old)
            self._clear(at)
            name = new_secret()
            found = self._known[name] = Intake(name, at, self._folder / name / SOURCE, kind)
        return found

    def _clear(self, at: datetime) -> None:
        """Remove what a server that was stopped left behind; dropped files hold what customers said and paid."""
        if not self._folder.exists():
            return
        for left in self._folder.iterdir():
            changed = datetime.fromtimestamp(left.stat().st_mtime, UTC).replace(tzinfo=None)
            if left.name not in self._known and changed < at - LASTS:
                shutil.rmtree(left, ignore_errors=True)

    def _start(self, found: Intake, work: Callable[[Progress], LoadReport]) -> None:
        with self._lock:
            if found.is_loading:
                return
            found.is_loading, found.error, found.report = True, None, None
        Thread(target=self._work, args=(found, work), name=found.kind).start()

    def _work(self, found: Intake, work: Callable[[Progress], LoadReport]) -> None:
        def tell(stage: Said, share: float | None) -> None:
            found.stage, found.share = stage, share

        try:
            found.report = work(tell)
            shutil.rmtree(found.folder.parent, ignore_errors=True)  # the log has what was loaded
        except EfficaceError as error:
            found.error = error
        except OSError as error:
            found.error = IntakeError("The disk refused this: {error}. Nothing of it was kept.", error=refused(error))
        except Exception as error:
            code = token_hex(4)
            LOG.error("an accident during work on the data", extra={"code": code, "part": found.kind}, exc_info=error)
            found.error = IntakeError("This should not have happened. The log tells more under {code}.", code=code)
        finally:
            found.is_loading, found.stage, found.share = False, None, None

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
