"""A snapshot that another version of the program built: told clearly, and mended by loading again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from command import run
from loading import Company

DEALS = "deal_id,account_id,rep_id,created_at,status,closed_at,amount\nD1,A1,R1,2026-01-01,won,2026-01-09,100\n"
TOLD = "was built by another version of efficace. Load any file again"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Company:
    company = Company(tmp_path_factory.mktemp("foreign"))
    company.write(deals_csv=DEALS)
    assert run("load", str(company.files), "--project", str(company.project)).code == 0
    return company


@pytest.fixture
def company(made: Company, tmp_path: Path) -> Company:
    shutil.copytree(made.project.parent, tmp_path / "copy")
    copy = Company.__new__(Company)
    copy.project, copy.files = tmp_path / "copy" / "project", tmp_path / "copy" / "files"
    return copy


def mark(company: Company, form: str) -> None:
    """Let the published snapshot say another form; an empty one says none."""
    pointer = company.project / "snapshots" / "current.json"
    found = json.loads(pointer.read_text(encoding="utf-8")) | {"form": form}
    pointer.write_text(json.dumps({name: value for name, value in found.items() if value}), encoding="utf-8")


def ask(company: Company) -> tuple[int, str]:
    told = run("kpi", "win_rate", "--project", str(company.project))
    return told.code, told.errors


def test_another_form_is_told_and_mended_by_loading_the_same_files_again(company: Company) -> None:
    assert ask(company)[0] == 0
    mark(company, "0123456789abcdef")
    code, errors = ask(company)
    assert code == 2
    assert TOLD in errors
    assert "Traceback" not in errors
    assert run("load", str(company.files), "--project", str(company.project)).code == 0
    assert ask(company)[0] == 0


def test_a_snapshot_that_does_not_tell_its_form_is_read_where_it_has_all_columns(company: Company) -> None:
    mark(company, "")
    assert ask(company)[0] == 0


@pytest.mark.parametrize(
    "spoiled",
    ["DELETE FROM column_fill WHERE table_name = 'deals' AND column_name = 'status'", "DROP TABLE column_fill"],
)
def test_one_that_tells_no_form_and_lacks_columns_is_told(company: Company, spoiled: str) -> None:
    mark(company, "")
    (file,) = (company.project / "snapshots").glob("*.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute(spoiled)
    code, errors = ask(company)
    assert (code, TOLD in errors, "Traceback" in errors) == (2, True, False)


def test_every_command_that_asks_tells_it(company: Company) -> None:
    mark(company, "0123456789abcdef")
    for command in (["doctor"], ["insights"], ["kpi", "mrr", "--format", "json"], ["rows", "win_rate"]):
        told = run(*command, "--project", str(company.project))
        assert (told.code, TOLD in told.errors) == (2, True), command
