"""The small picture of a finding draws the very figures that its claim says."""

from __future__ import annotations

from pathlib import Path

import pytest

from efficace.insights.finding import Finding
from efficace.insights.picture import Picture
from efficace.project import open_project
from loading import Company
from pages import read_page, write_tables

CASES = Path(__file__).parents[1] / "cases"


def picture_of(finding: Finding) -> Picture:
    assert finding.picture is not None
    return finding.picture


def test_waits_of_each_heat_stand_beside_what_was_promised(tmp_path: Path) -> None:
    """The hot wait 32 minutes and the cold 3; the promises by default are half an hour, 4 hours and a day."""
    page = read_page(CASES / "heat_inversion" / "colder_answered_faster.md")
    page.given = {
        name: type(grid)(grid.headings, [row for row in grid.rows if "inverted" in str(row.values())])
        for name, grid in page.given.items()
    }
    made = Company(tmp_path)
    write_tables(page, made.files)
    made.load()
    with open_project(made.project) as project:
        found = {finding.detector: finding for finding in project.insights.findings("2024-03-31")}
        promise = project.config.response.promise
    picture = picture_of(found["colder_first"])
    drawn = {str(mark.label): (mark.value, mark.tick, mark.is_meant) for mark in picture.marks}
    assert drawn["hot"] == (pytest.approx(32), promise.hot / 60, True)
    assert drawn["cold"] == (pytest.approx(3), promise.cold / 60, False)
    assert (picture.kind, picture.unit) == ("rows", "minutes")
    told = picture.to_dict()
    assert told["marks"][0]["label"] == {"en": "hot", "fr": "chaud"}


def test_a_picture_names_no_other_person() -> None:
    """A rep is drawn beside the figure of all: colleagues might be persons whom the reader may not see."""
    from efficace.insights.picture import Mark, beside_all

    picture = beside_all(Mark("Ann", 0.2, 0.1, 0.3), 0.5, "share")
    assert [str(mark.label) for mark in picture.marks] == ["Ann", "all"]
    assert [mark.is_meant for mark in picture.marks] == [True, False]
