"""Whatever happens to a load: what was published stays whole, what was taken in stays, and the next load ends it.

Loads run in processes of their own, which are really killed, or find no space left on a small file system.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from efficace.build import load
from efficace.errors import EfficaceError
from efficace.warehouse.raw_log import RawLog
from efficace.warehouse.snapshot import Snapshots
from snapshot_rows import Rows, rows_of

FIRST, SECOND = datetime(2026, 4, 1), datetime(2026, 4, 2)
HERE = Path(__file__).parent


def write(folder: Path, state: int, deals: int = 60) -> Path:
    """Files of a company in one of two states; a tenth of the rows differ."""
    folder.mkdir(parents=True)
    (folder / "reps.csv").write_text("rep_id,name\nR1,Ann\nR2,Bob\n" + ("R3,Zoe\n" if state else ""))
    rows = []
    for number in range(deals):
        status = "won" if state and number % 10 == 0 else ("won", "lost", "open")[number % 3]
        closed = "" if status == "open" else f"2026-02-{1 + number % 28:02d}"
        rows.append(f"D{number},2026-01-{1 + number % 28:02d},{status},{closed},R{1 + number % 2},{100 + number}")
    (folder / "deals.csv").write_text("deal_id,created_at,status,closed_at,rep_id,amount\n" + "\n".join(rows) + "\n")
    changes = "".join(f"D{number},2026-01-30,s{1 + state * (number % 7 == 0)}\n" for number in range(deals))
    (folder / "stage_changes.csv").write_text("deal_id,entered_at,stage\n" + changes)
    return folder


@dataclass
class Server:
    """A process that forks loads: ``load_server.py``."""

    process: subprocess.Popen[str]

    def ask(self, **command: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def start(self, project: Path, files: Path, fatal: int | None = None, wait: float = 0) -> int:
        return int(self.ask(project=str(project), files=str(files), fatal=fatal, wait=wait)["process"])

    def run(self, project: Path, files: Path, fatal: int | None = None) -> dict[str, Any]:
        return self.ask(process=self.start(project, files, fatal))


@dataclass(frozen=True)
class Case:
    """A project with one load, the files of the next, and what each leaves."""

    project: Path
    first: Path
    second: Path
    before: Rows
    after: Rows
    steps: list[str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    files = [write(folder / name, state) for name, state in (("one", 0), ("two", 1))]
    command = [sys.executable, str(HERE / "load_server.py"), str(folder), *map(str, files)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"ready": True}
        yield Server(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="module")
def case(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("case")
    first, second = write(folder / "first", 0), write(folder / "second", 1)
    load(folder / "project", first, None, FIRST)
    before = rows_of(folder / "project")
    shutil.copytree(folder / "project", folder / "undisturbed")
    ended = server.run(folder / "undisturbed", second)
    assert (ended["code"], ended["told"]) == (0, "done")
    after = rows_of(folder / "undisturbed")
    assert before != after
    return Case(folder / "project", first, second, before, after, ended["steps"])


def check_whole(case: Case, project: Path) -> bool:
    """The published snapshot is one of the two, all of it, and the raw log holds what it held; whether it is new."""
    found = rows_of(project)
    assert found in (case.before, case.after)
    held = RawLog(case.project).loads()
    now = RawLog(project).loads()
    assert now[: len(held)] == held
    for one in now:
        for item in one.files:
            path = RawLog(project).file(item)
            assert path.exists(), path
    return found == case.after


def check_ended(case: Case, project: Path) -> None:
    """The next load leaves what an undisturbed one leaves, and nothing else."""
    load(project, case.second, None, SECOND)
    assert rows_of(project) == case.after
    present = Snapshots(project).current()
    assert present is not None
    files = sorted(path.name for path in (project / "snapshots").iterdir())
    assert files[-1] == "current.json"
    assert all(name.endswith(".duckdb") and int(name[:6]) <= present.number for name in files[:-1]), files
    assert not list((project / "raw").rglob("*.pending"))
    assert not (project / "raw" / "_temp").exists()


def moments(steps: list[str], number: int) -> list[int]:
    """Steps to die before: some at random, the one that replaces the pointer, and the one after it."""
    renames = [place for place, step in enumerate(steps) if step == "os.rename"]
    assert renames
    drawn = random.Random(4).sample(range(len(steps)), number)
    return sorted({*drawn, *renames, renames[-1] + 1})


def test_a_load_killed_before_any_step_leaves_the_old_state_or_the_new_and_the_next_load_ends_it(
    server: Server, case: Case, tmp_path: Path
) -> None:
    seen = set()
    for moment in moments(case.steps, 6):
        project = tmp_path / f"killed_{moment}"
        shutil.copytree(case.project, project)
        ended = server.run(project, case.second, fatal=moment)
        assert ended["code"] == -signal.SIGKILL, (moment, ended)
        seen.add(check_whole(case, project))
        check_ended(case, project)
    assert seen == {False, True}


def test_a_load_killed_from_outside_at_any_time_does_too(server: Server, case: Case, tmp_path: Path) -> None:
    began = time.monotonic()
    shutil.copytree(case.project, tmp_path / "timed")
    server.run(tmp_path / "timed", case.second)
    lasts = time.monotonic() - began
    codes = []
    for number in range(4):
        project = tmp_path / f"killed_{number}"
        shutil.copytree(case.project, project)
        child = server.start(project, case.second)
        time.sleep(random.Random(number).random() * lasts)
        os.kill(child, signal.SIGKILL)
        codes.append(server.ask(process=child)["code"])
        check_whole(case, project)
        check_ended(case, project)
    assert -signal.SIGKILL in codes


def test_a_load_killed_again_and_again_ends_in_the_end(server: Server, case: Case, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(case.project, project)
    for part in (0.2, 0.9, 0.5, 0.7):
        server.run(project, case.second, fatal=int(part * len(case.steps)))
        check_whole(case, project)
    check_ended(case, project)


def test_readers_in_other_processes_see_one_state_or_the_other(server: Server, case: Case, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(case.project, project)
    command = [sys.executable, str(HERE / "reader.py"), str(project)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        seen = [reader.stdout.readline()]
        for number in range(6):
            fatal = int(len(case.steps) * 0.8) if number == 2 else None
            server.run(project, (case.second, case.first)[number % 2], fatal=fatal)
        assert reader.poll() is None, reader.communicate()
        seen += [reader.stdout.readline() for _ in range(40)]
        reader.terminate()
        rest, errors = reader.communicate()
    assert not errors
    answers = [json.loads(line) for line in [*seen, *rest.splitlines()[:-1]]]
    figures = {json.dumps(rows) for _, rows in answers}
    assert len(figures) == 2
    assert all(len({json.dumps(rows) for number, rows in answers if number == one}) == 1 for one, _ in answers)


def test_of_several_loads_at_once_one_works_and_the_others_wait_or_say_so(
    server: Server, case: Case, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    shutil.copytree(case.project, project)
    children = [server.start(project, case.second, wait=60) for _ in range(2)]
    children += [server.start(project, case.second) for _ in range(2)]
    ended = [server.ask(process=child) for child in children]
    assert [one["told"] for one in ended[:2]] == ["done", "done"]
    assert any("another load is running (process" in one["told"] for one in ended[2:])
    assert rows_of(project) == case.after
    assert len(RawLog(project).loads()) == 2


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own, which is full when ``resize`` says so."""
    folder.mkdir()
    _mount("-t", "tmpfs", "-o", f"size=64m,uid={os.geteuid()}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run([*_as_root(), "umount", str(folder)], check=True)


def resize(folder: Path, megabytes: float) -> None:
    _mount("-o", f"remount,size={int(megabytes * 1024)}k", str(folder))


def _mount(*arguments: str) -> None:
    done = subprocess.run([*_as_root(), "mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    said = f"a small file system cannot be mounted here: {done.stderr.strip()}"
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said)


def _as_root() -> list[str]:
    return [] if os.geteuid() == 0 else ["sudo", "-n"]


@pytest.mark.skipif(sys.platform != "linux", reason="file systems in memory are mounted as Linux does")
def test_a_full_disk_leaves_the_old_state_and_with_space_the_next_load_ends_it(case: Case, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        project = disk / "project"
        shutil.copytree(case.project, project)
        held = sum(path.stat().st_blocks * 512 for path in project.rglob("*")) / 2**20
        told = []
        for space in (0.01, 0.3, 1.5, 4.0):
            resize(disk, held + space)
            told.append(refusal(case, project))
            resize(disk, 64)
            assert check_whole(case, project) == (told[-1] == "")
        assert len([one for one in told if "The published snapshot is unchanged." in one]) >= 2, told
        check_ended(case, project)


def refusal(case: Case, project: Path) -> str:
    """What a load is refused with; empty where it ends."""
    try:
        load(project, case.second, None, SECOND)
    except EfficaceError as error:
        return str(error)
    return ""
