"""Loads are all or nothing, repeatable, and survive being killed at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import datetime
from pathlib import Path

import pytest

from efficace.build import load
from efficace.errors import ConfigError, ProjectError, SourceError
from efficace.locale.said import Said
from efficace.warehouse.raw_log import RawLog
from efficace.warehouse.snapshot import Snapshots
from loading import Company

LOAD = """
    import os, signal, sys
    from datetime import datetime
    from pathlib import Path
    from efficace.build import load, one_load
    from efficace.warehouse.raw_log import RawLog
    from efficace.warehouse.snapshot import Snapshots
    one_load.store = lambda *_: ()
    project, files, step = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    seen = []
    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)
    def tell(stage, share):
        seen.append(stage)
        if step.isdigit() and len(seen) == int(step) + 1:
            die()
    def before_or_after(owner, name):
        real = getattr(owner, name)
        def wrapped(*args):
            if step == "before " + name:
                die()
            real(*args)
            if step == "after " + name:
                die()
        setattr(owner, name, wrapped)
    for owner, name in ((RawLog, "note"), (RawLog, "commit"), (Snapshots, "publish")):
        if step.endswith(name):
            before_or_after(owner, name)
    load(project, files, None, datetime(2026, 4, 1), tell)
"""


def _first(company: Company) -> None:
    company.write(
        reps_csv="rep_id,name\nR1,Ann\nR2,Bob\n",
        deals_csv="deal_id,created_at,status,rep_id\nD1,2026-01-01,won,R1\nD2,never,won,R1\n",
    )


def _second(company: Company) -> None:
    company.write(
        reps_csv="rep_id,name\nR2,Robert\nR3,Zoe\n",
        deals_csv="deal_id,created_at,status,rep_id\nD1,2026-01-01,lost,R1\nD3,2026-02-01,open,R3\n",
    )


def _run(company: Company, step: str) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-c", textwrap.dedent(LOAD), str(company.project), str(company.files), step]
    return subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)


def test_a_load_done_twice_changes_nothing(company: Company) -> None:
    _first(company)
    first = company.load()
    before = company.content()
    second = company.load(now=datetime(2026, 4, 2))
    assert (second.changed, second.snapshot, second.tables, second.notes) == (
        False,
        first.snapshot,
        first.tables,
        first.notes,
    )
    assert company.content() == before
    assert len(list((company.project / "snapshots").glob("*.duckdb"))) == 1
    assert len(RawLog(company.project).loads()) == 1


def test_an_older_state_given_again_is_the_newest(company: Company) -> None:
    _first(company)
    company.load()
    _second(company)
    company.load()
    _first(company)
    report = company.load()
    assert company.rows("SELECT name FROM reps ORDER BY rep_id") == [("Ann",), ("Bob",), ("Zoe",)]
    assert company.rows("SELECT status FROM deals WHERE deal_id = 'D1'") == [("won",)]
    assert report.tables["reps"].read == 2


def test_loading_file_by_file_equals_loading_the_folder(company: Company, tmp_path: Path) -> None:
    _first(company)
    company.load()
    other = Company(tmp_path / "other")
    for name in ("deals.csv", "reps.csv"):
        other.load(path=company.files / name)
    assert other.content()["reps"] == company.content()["reps"]
    assert other.content()["deals"] == company.content()["deals"]


def test_a_change_of_settings_rebuilds_without_new_files(company: Company) -> None:
    _first(company)
    company.load()
    company.settings("company: {timezone: UTC}")
    report = company.load()
    assert report.changed
    assert company.rows("SELECT created_at FROM deals") == [(datetime(2026, 1, 1),)]


STEPS = [*map(str, range(5)), "before note", "after note", "before commit", "after commit", "before publish"]


@pytest.mark.parametrize("step", STEPS)
def test_a_load_killed_at_any_moment_leaves_the_old_snapshot_whole_and_the_next_one_ends_it(
    company: Company, tmp_path: Path, step: str
) -> None:
    _first(company)
    company.load()
    before = company.content()
    _second(company)
    killed = _run(company, step)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert company.content() == before
    company.load()
    after = company.content()
    straight = Company(tmp_path / "straight")
    _first(straight)
    straight.load()
    _second(straight)
    straight.load()
    assert after == straight.content()
    assert len(list((company.project / "raw").rglob("*.parquet"))) == 4
    assert not list((company.project / "raw").rglob("*.pending"))


def test_a_load_killed_after_publication_is_done(company: Company) -> None:
    _first(company)
    assert _run(company, "after publish").returncode == -signal.SIGKILL
    assert company.rows("SELECT count(*) FROM reps") == [(2,)]
    assert not company.load().changed


def test_whole_files_of_a_killed_load_are_not_read_again(company: Company) -> None:
    _first(company)
    assert _run(company, "before commit").returncode == -signal.SIGKILL
    kept = {path: path.stat().st_mtime_ns for path in (company.project / "raw").rglob("*.parquet")}
    assert len(kept) == 2
    company.load()
    assert {path: path.stat().st_mtime_ns for path in (company.project / "raw").rglob("*.parquet")} == kept


def test_readers_in_other_processes_go_on_while_a_load_runs(company: Company) -> None:
    _first(company)
    company.load()
    snapshots = Snapshots(company.project)
    present = snapshots.current()
    assert present is not None
    script = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1], read_only=True); print(1, flush=True)\n"
    script += (
        "while sys.stdin.readline(): print(c.execute('SELECT count(*), max(name) FROM reps').fetchone(), flush=True)"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", script, str(snapshots.file(present.number))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdin is not None
    assert reader.stdout is not None
    reader.stdout.readline()
    _second(company)
    company.load()
    reader.stdin.write("\n")
    reader.stdin.flush()
    assert reader.stdout.readline().strip() == "(2, 'Bob')"
    reader.stdin.close()
    reader.wait(10)
    assert company.rows("SELECT count(*), max(name) FROM reps") == [(3, "Zoe")]


def test_at_most_five_snapshots_are_kept_and_no_number_is_used_twice(company: Company) -> None:
    numbers = []
    for place in range(8):
        company.write(reps_csv=f"rep_id,name\nR{place},Ann\n")
        numbers.append(company.load().snapshot)
    assert numbers == sorted(set(numbers))
    assert len(list((company.project / "snapshots").glob("*.duckdb"))) == 5
    company.write(reps_csv="rep_id,name,name\n")
    with pytest.raises(SourceError):
        company.load()
    assert _run(company, "99").returncode != 0
    company.write(reps_csv="rep_id,name\nR9,Ann\n")
    assert company.load().snapshot > numbers[-1]


def test_a_second_writer_is_told_who_is_writing(company: Company) -> None:
    _first(company)
    holder = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent("""
            import sys, time
            from pathlib import Path
            from efficace.build.lock import only_writer
            Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
            with only_writer(Path(sys.argv[1])):
                print("held", flush=True)
                time.sleep(float(sys.argv[2]))
        """), str(company.project), "3"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(ProjectError, match=rf"another load is running \(process {holder.pid}\)"):
        company.load()
    assert load(company.project, company.files, None, datetime(2026, 4, 1), wait_seconds=30).changed
    holder.wait(10)


def test_a_disk_that_refuses_to_write_leaves_the_old_snapshot(company: Company) -> None:
    _first(company)
    company.load()
    before = company.content()
    company.write(reps_csv="rep_id,name\n" + "".join(f"R{n},name {n * 7919 % 10007}\n" for n in range(200_000)))
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n" + textwrap.dedent(LOAD)
    arguments = [sys.executable, "-c", limited, str(company.project), str(company.files), "none"]
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 1
    assert "ProjectError" in ended.stderr or "SourceError" in ended.stderr, ended.stderr
    assert company.content() == before
    assert company.load().tables["reps"].loaded == 200_000


def test_a_project_folder_that_cannot_be_one_is_told(company: Company, tmp_path: Path) -> None:
    _first(company)
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(ProjectError, match="file"):
        load(blocked, company.files, None, datetime(2026, 4, 1))
    with pytest.raises(ProjectError):
        load(blocked / "below", company.files, None, datetime(2026, 4, 1))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_project_folder_without_rights_is_told(company: Company, tmp_path: Path) -> None:
    _first(company)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(ProjectError, match="Permission denied"):
        load(closed / "project", company.files, None, datetime(2026, 4, 1))


def test_a_damaged_manifest_is_told_by_name(company: Company) -> None:
    _first(company)
    company.load()
    (company.project / "raw" / "_loads" / "000001.json").write_text("{")
    with pytest.raises(ProjectError, match=r"000001\.json: damaged record"):
        company.load()


def test_a_new_project_has_settings_and_folders(company: Company) -> None:
    _first(company)
    company.load()
    assert (company.project / "efficace.yaml").read_text().startswith("# Settings of this company")
    for name in ("raw", "snapshots", "mappings", "metrics"):
        assert (company.project / name).is_dir()
    assert not (company.project / "raw" / "_temp").exists()


def test_progress_is_told_in_steps(company: Company) -> None:
    _first(company)
    told: list[tuple[Said, float | None]] = []
    load(company.project, company.files, None, datetime(2026, 4, 1), lambda stage, share: told.append((stage, share)))
    assert [str(stage) for stage, _ in told] == [
        "reading deals.csv",
        "reading reps.csv",
        "table reps",
        "table deals",
        "counting",
    ]
    assert all(share is None or 0 <= share <= 1 for _, share in told)


def test_tiny_folders_load_fast(company: Company) -> None:
    _first(company)
    company.load()
    started = time.process_time()
    _second(company)
    company.load()
    assert time.process_time() - started < 2


def test_settings_beside_the_data_become_those_of_a_new_project_once(company: Company) -> None:
    company.write(deals_csv="deal_id,created_at,status\n1,2024-01-01,open\n")
    company.write(efficace_yaml="company: {name: Beside, currency: USD}\n")
    report = company.load()
    assert [note.kind for note in report.notes] == ["settings_taken"]
    settings = company.project / "efficace.yaml"
    assert "Beside" in settings.read_text(encoding="utf-8")
    company.settings("company: {name: Own}\n")
    company.load()
    assert "Own" in settings.read_text(encoding="utf-8")


def test_wrong_settings_beside_the_data_stop_the_load_before_anything_is_made(company: Company) -> None:
    company.write(deals_csv="deal_id,created_at,status\n1,2024-01-01,open\n", efficace_yaml="companie: {}\n")
    with pytest.raises(ConfigError, match="companie"):
        company.load()
    assert not company.project.exists()
