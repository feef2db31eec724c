"""Detectors on companies made by hand."""

from __future__ import annotations

from pathlib import Path

from efficace.insights.finding import Kind
from efficace.project import open_project
from loading import Company
from pages import read_page, write_tables

CASES = Path(__file__).parents[1] / "cases"


def test_hot_leads_answered_after_cold_ones_are_named(tmp_path: Path) -> None:
    """Of the case's leads five cold ones wait 1 to 5 minutes and five hot ones 30 to 34; and nobody won a deal."""
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
    inverted = found["colder_first"]
    assert inverted.claim.into("en") == "The company: hot leads wait 32 min for an answer, cold leads only 3 min."
    assert inverted.evidence.q is not None
    assert inverted.evidence.q < 0.05
    assert found["data_missing"].kind is Kind.GAP
