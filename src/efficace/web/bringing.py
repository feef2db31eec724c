"""What pages and programs do with files that were dropped: keep them, look at them, take a load back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fastapi import Request, UploadFile

from efficace.errors import EfficaceError, NothingBefore, refused
from efficace.locale.said import Said
from efficace.sources.stream import SUFFIXES, suffix_of
from efficace.web.desk import now
from efficace.web.intake import MOST_FILES, Intake, IntakeError, Intakes, numbered, safe_name
from efficace.web.unpacked import is_bomb
from efficace.web.visitor import desk_of

PIECE = 1 << 20


def kept_files(request: Request, files: Sequence[UploadFile]) -> Intake:
    """Keep dropped files, all of them or none.

    Raises:
        IntakeError: If they are too many.
        OSError: If the disk has no room.
    """
    if len(files) > MOST_FILES:
        raise IntakeError("Drop at most {most} files at once.", most=MOST_FILES)
    intakes = intakes_of(request)
    found = intakes.begin(now())
    names = [safe_name(one.filename or "file") for one in files]
    told = list(zip(numbered(names), files, strict=True))
    found.ignored = tuple(name for name, _one in told if suffix_of(found.folder / name) not in SUFFIXES)
    try:
        for name, one in told:
            if name not in found.ignored:
                _keep(one, found.folder / name)
                _refuse_bomb(found, found.folder / name)
    except OSError:
        # Half of what was dropped would be taken for all of it.
        intakes.forget(found)
        raise
    return found


def taken_back(request: Request, load: int | None) -> Intake:
    """Begin to take a load back, if it is the last one.

    Raises:
        NothingBefore: If it is not, or there is none before it.
    """
    loads = desk_of(request).project.data.loads()
    if len(loads) < 2:
        raise NothingBefore("There is no load before the last one: nothing to go back to. Everything is as it was.")
    if load is None or load != loads[-1].number:
        raise NothingBefore("Another load is the last one by now. Look at the list again.")
    return intakes_of(request).undo(now(), load)


def intakes_of(request: Request) -> Intakes:
    """What was dropped at this server."""
    found: Intakes = request.app.state.intakes
    return found


def _keep(one: UploadFile, path: Path) -> None:
    with path.open("wb") as target:
        while piece := one.file.read(PIECE):
            target.write(piece)


def _refuse_bomb(found: Intake, path: Path) -> None:
    if is_bomb(path):
        path.unlink()
        said = Said("{name}: unpacks to far more than tables do, and is not read.", {"name": path.name})
        found.refused = (*found.refused, said)


def look_again(request: Request, found: Intake, answers: dict[str, str]) -> None:
    """Take dropped files for what they are under these answers; what is wrong with them stands in the intake."""
    try:
        intakes_of(request).look(found, answers)
        found.error = None
    except EfficaceError as error:
        found.error = error
    except (OSError, EOFError) as error:
        # A file that ends too early, or is packed otherwise than its name says.
        what = refused(error) if isinstance(error, OSError) else str(error)
        found.error = IntakeError("A file cannot be read: {error}. Save it again and drop it anew.", error=what)
