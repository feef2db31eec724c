"""One file with all that people made; restoring it keeps what was there before, so that it can be undone.

The file is a ZIP: ``state/<table>.jsonl`` (rows, whatever the database), the project's own files under ``files/``, and
``backup.json`` with the form of the rows and the SHA-256 of each member.
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from errno import EINVAL
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlalchemy import URL, Connection, MetaData, RowMapping, Table, create_engine, event, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from efficace.config import CHANGES_FILE, CONFIG_FILE, changes_of, keep_changes, load_config
from efficace.errors import EfficaceError
from efficace.state.database import State
from efficace.state.migrate import bring_up_to_date, newest, revisions
from efficace.state.schema import Record

CONTENTS = "backup.json"
KIND = "efficace backup 1"
SETTINGS = (CONFIG_FILE, CHANGES_FILE)
FOLDERS = ("metrics", "mappings")
RAW = "raw"
ASIDE = "replaced"
NOT_SAVED = ("sessions", "setup_links", "sign_in_counts")
"""Ways in that pass: a restored backup must not open again what was closed since, so all sign in anew."""
_CHUNK = 1 << 20
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, ValueError, TypeError, AttributeError,
    OverflowError, RuntimeError,
)  # fmt: skip
"""What reading a damaged ZIP raises."""


class BackupError(EfficaceError, ValueError):
    """A file that is no backup, is damaged, or is in the way."""


@dataclass(frozen=True)
class Saved:
    """What a backup holds: rows of the state database, files of the project."""

    path: Path
    rows: int
    files: int
    raw: bool


def back_up(project: Path, state: State, target: Path, at: datetime, raw: bool = False) -> Saved:
    """Write all that people made to one file, whole or not at all.

    Args:
        raw: Also the raw log of all loads.

    Raises:
        BackupError: If the file is there already.
    """
    if target.exists():
        raise BackupError("{path}: there is such a file already. Choose another name.", path=target)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # readable by its owner alone
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            saved = _write(file, project, state, target, at, raw)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, target)
    except FileExistsError as error:
        raise BackupError("{path}: there is such a file already. Choose another name.", path=target) from error
    finally:
        beside.unlink(missing_ok=True)
    return saved


def restore(project: Path, state: State, source: Path, at: datetime) -> tuple[Saved, Path]:
    """Put a backup in place of what is there, which is itself saved to ``replaced/`` first.

    Everything is checked before anything changes; the rows are replaced in one transaction.

    Returns:
        What was restored, and the file whose restoring undoes it.

    Raises:
        BackupError: If the file is damaged, no backup, or made by a newer program.
    """
    with tempfile.TemporaryDirectory(dir=project, prefix=".restore.") as name:
        folder = Path(name)
        contents = _unpack(source, folder)
        rows = _rows_of_today(source, folder, contents)
        saved = _saved(source, contents)
        _keep_address(project, folder)
        aside = project / ASIDE / f"{at:%Y%m%dT%H%M%S%f}.efficace"
        back_up(project, state, aside, at, raw=saved.raw)
        with state.writing() as transaction:
            _replace_rows(transaction.connection(), rows)
            # Within the transaction: where a file cannot be placed, the rows stay as they were too.
            _replace_files(project, folder, saved.raw)
    return saved, aside


def _keep_address(project: Path, folder: Path) -> None:
    """Let the restored settings name the database that the rows go to, where the saved ones name another."""
    present, files = load_config(project).state, folder / "files"
    files.mkdir(exist_ok=True)
    if load_config(files).state != present:
        kept = {"state.url": present.url, "state.password_from": present.password_from}
        keep_changes(files, {**changes_of(files), **kept})


def _write(file: IO[bytes], project: Path, state: State, target: Path, at: datetime, raw: bool) -> Saved:
    sums: dict[str, str] = {}
    rows = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with state.reading() as transaction:
            for table in (one for one in Record.metadata.sorted_tables if one.name not in NOT_SAVED):
                lines = [_line(row) for row in transaction.execute(select(table)).mappings()]
                rows += len(lines)
                _add(archive, sums, f"state/{table.name}.jsonl", "".join(lines).encode())
        files = list(_files(project, raw))
        for path in files:
            _add_file(archive, sums, f"files/{path.relative_to(project).as_posix()}", path)
        contents = {
            "kind": KIND, "made_at": at.isoformat(), "form": newest(), "raw": raw,
            "rows": rows, "files": len(files), "sha256": sums,
        }  # fmt: skip
        archive.writestr(CONTENTS, json.dumps(contents, indent=1))
    return Saved(target, rows, len(files), raw)


def _files(project: Path, raw: bool) -> Iterator[Path]:
    yield from (project / name for name in SETTINGS if (project / name).is_file())
    for folder in (*FOLDERS, *((RAW,) if raw else ())):
        for path in sorted((project / folder).rglob("*")):
            if path.is_file() and not path.is_symlink() and "__pycache__" not in path.parts:
                yield path


def _line(row: RowMapping) -> str:
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
    return json.dumps(plain, ensure_ascii=False) + "\n"


def _add(archive: zipfile.ZipFile, sums: dict[str, str], name: str, content: bytes) -> None:
    sums[name] = sha256(content).hexdigest()
    archive.writestr(name, content)


def _add_file(archive: zipfile.ZipFile, sums: dict[str, str], name: str, path: Path) -> None:
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        sums[name] = _copy(source, target)


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    found = sha256()
    while part := source.read(_CHUNK):
        found.update(part)
        target.write(part)
    return found.hexdigest()


def _unpack(source: Path, folder: Path) -> Mapping[str, Any]:
    """Every member into a folder, once all are what was saved."""
    try:
        with zipfile.ZipFile(source) as archive:
            contents: dict[str, Any] = json.loads(archive.read(CONTENTS))
            if contents["kind"] != KIND:
                raise BackupError("{path}: no backup of efficace.", path=source)
            for name, expected in contents["sha256"].items():
                _unpack_one(archive, source, folder, name, expected)
    except BackupError:
        raise
    except (*_UNREADABLE, OSError) as error:
        if isinstance(error, OSError) and error.errno != EINVAL:  # a place before the start of the file
            raise
        raise BackupError("{path}: no backup of efficace.", path=source) from error
    if contents["form"] not in revisions():
        raise BackupError(
            "{path}: made by a newer version of efficace. Update efficace first. Nothing was changed.", path=source
        )
    return contents


def _unpack_one(archive: zipfile.ZipFile, source: Path, folder: Path, name: str, expected: str) -> None:
    damaged = BackupError(
        "{path}: damaged: {member} is not what was saved. Nothing was changed.", path=source, member=name
    )
    if not _is_placeable(name):
        raise damaged
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with archive.open(name) as packed, target.open("wb") as file:
            found = _copy(packed, file)
    except _UNREADABLE as error:
        raise damaged from error
    if found != expected:
        raise damaged


def _is_placeable(name: str) -> bool:
    """Whether a member lies where backups have members, so that none lands elsewhere on the disk."""
    parts = PurePosixPath(name).parts
    if ".." in parts or "\\" in name or ":" in name or len(parts) < 2:
        return False
    if parts[0] == "state":
        return len(parts) == 2
    return parts[0] == "files" and (
        (len(parts) == 2 and parts[1] in SETTINGS) or (len(parts) > 2 and parts[1] in (*FOLDERS, RAW))
    )


def _rows_of_today(source: Path, folder: Path, contents: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The saved rows in today's form: put into a database of their own form, which is then migrated."""
    engine = create_engine(URL.create("sqlite", database=str(folder / "rows.sqlite")))
    event.listen(engine, "connect", lambda connection, _record: setattr(connection, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    try:
        with engine.begin() as connection:
            bring_up_to_date(connection, str(source), contents["form"])
            _fill(connection, folder)
            bring_up_to_date(connection, str(source))
            if connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
                raise BackupError("{path}: no backup of efficace.", path=source)
            tables = Record.metadata.sorted_tables
            return {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables}
    except BackupError:
        raise
    except (SQLAlchemyError, *_UNREADABLE) as error:
        raise BackupError("{path}: no backup of efficace.", path=source) from error
    finally:
        engine.dispose()


def _fill(connection: Connection, folder: Path) -> None:
    metadata = MetaData()
    metadata.reflect(connection)
    for table in metadata.sorted_tables:
        path = folder / "state" / f"{table.name}.jsonl"
        if path.exists() and table.name not in NOT_SAVED:
            with path.open(encoding="utf-8") as file:
                rows = [_row(table, json.loads(line)) for line in file]
            if rows:
                connection.execute(insert(table), rows)


def _row(table: Table, plain: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(table.columns[name].type.python_type, value) for name, value in plain.items()}


def _value(kind: type, value: Any) -> Any:
    return kind.fromisoformat(value) if value is not None and issubclass(kind, date) else value


def _replace_rows(connection: Connection, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    for table in reversed(Record.metadata.sorted_tables):
        if "answers" in table.columns:  # they point at notes of the same table
            connection.execute(table.update().values(answers=None))
        connection.execute(table.delete())
    for table in Record.metadata.sorted_tables:
        if rows[table.name]:
            ordered = sorted(rows[table.name], key=lambda row: row.get("id") or 0)
            connection.execute(insert(table), ordered)
        if connection.dialect.name == "postgresql" and "id" in table.columns:
            _go_on_counting(connection, table)


def _go_on_counting(connection: Connection, table: Table) -> None:
    """New rows take numbers after the restored ones."""
    sequence = func.pg_get_serial_sequence(table.name, "id")
    highest = select(func.coalesce(func.max(table.columns["id"]), 0) + 1).scalar_subquery()
    connection.execute(select(func.setval(sequence, highest, False)))


def _replace_files(project: Path, folder: Path, raw: bool) -> None:
    """Put files in place; where one cannot be, those moved already go back."""
    moved: list[tuple[Path, Path]] = []
    names = (*SETTINGS, *FOLDERS, *((RAW,) if raw else ()))
    try:
        for name in names:
            before = folder / "before" / name
            before.parent.mkdir(exist_ok=True)
            for source, target in ((project / name, before), (folder / "files" / name, project / name)):
                if source.exists():
                    source.rename(target)
                    moved.append((source, target))
    except OSError:
        for source, target in reversed(moved):
            target.rename(source)
        raise


def _saved(path: Path, contents: Mapping[str, Any]) -> Saved:
    return Saved(path, int(contents["rows"]), int(contents["files"]), bool(contents["raw"]))
