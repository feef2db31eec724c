"""Taking the last load back: the snapshot is as before it, and nothing is lost."""

from __future__ import annotations

from datetime import datetime

import pytest

from efficace.build import load, undo_last
from efficace.errors import NothingBefore, ProjectError
from efficace.warehouse.raw_log import RawLog
from loading import Company

LATER = datetime(2026, 4, 2)
DEALS = "SELECT deal_id, status FROM deals ORDER BY 1"


@pytest.fixture
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    company = Company(tmp_path_factory.mktemp("undo"))
    company.write(deals_csv="deal_id,created_at,status\nD1,2026-01-01,open\n")
    load(company.project, company.files, None, datetime(2026, 4, 1))
    return company


def test_taking_back_a_load_gives_the_rows_of_before(company: Company) -> None:
    before = company.rows(DEALS)
    company.write(deals_csv="deal_id,created_at,status\nD1,2026-01-01,lost\nD2,2026-02-01,open\n")
    load(company.project, company.files, None, datetime(2026, 4, 1))
    assert len(company.rows(DEALS)) == 2
    report = undo_last(company.project, LATER)
    assert report.changed
    assert company.rows(DEALS) == before
    assert list((company.project / "raw" / "_loads").glob("*.undone"))


def test_what_was_taken_back_can_be_loaded_again_under_a_new_number(company: Company) -> None:
    company.write(deals_csv="deal_id,created_at,status\nD2,2026-02-01,open\n")
    load(company.project, company.files, None, datetime(2026, 4, 1))
    undo_last(company.project, LATER)
    again = load(company.project, company.files, None, LATER)
    assert again.changed
    assert [deal for deal, _status in company.rows(DEALS)] == ["D1", "D2"]
    assert [one.number for one in RawLog(company.project).loads()] == [1, 3]


def test_the_first_load_cannot_be_taken_back(company: Company) -> None:
    with pytest.raises(ProjectError, match="no load before"):
        undo_last(company.project, LATER)


def test_another_load_than_the_one_that_is_meant_stays(company: Company) -> None:
    company.write(deals_csv="deal_id,created_at,status\nD2,2026-02-01,open\n")
    load(company.project, company.files, None, datetime(2026, 4, 1))
    with pytest.raises(NothingBefore, match="Another load is the last one by now"):
        undo_last(company.project, LATER, number=1)
    assert len(company.rows(DEALS)) == 2
    undo_last(company.project, LATER, number=2)
    assert len(company.rows(DEALS)) == 1
