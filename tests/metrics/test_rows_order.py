"""The rows behind a list come as it is worked through: the best first."""

from __future__ import annotations

from pathlib import Path

from command import run
from efficace.project import open_project
from pages import read_page, write_tables


def test_next_offers_are_listed_by_chance(tmp_path: Path) -> None:
    page = read_page(Path(__file__).parents[1] / "cases" / "next_offer" / "by_segment.md")
    (tmp_path / "data").mkdir()
    write_tables(page, tmp_path / "data")
    _add_a_segment_that_accepts_less(tmp_path / "data")
    project = tmp_path / "project"
    if page.config is not None:
        project.mkdir()
        (project / "efficace.yaml").write_text(page.config, encoding="utf-8")
    assert run("load", str(tmp_path / "data"), "--project", str(project)).code == 0
    with open_project(project) as opened:
        chances = [row["chance"] for row in opened.metrics.rows("next_offer").rows.to_pylist()]
    assert len(set(chances)) > 1
    assert chances == sorted(chances, reverse=True)


def _add_a_segment_that_accepts_less(folder: Path) -> None:
    numbers = range(20)
    added = {
        "accounts": ["A,A,middle", *(f"m{number},m{number},middle" for number in numbers)],
        "offers": [
            f"m{number},2024-01-{number + 1:02},m{number},crm,cross_sell,{'accepted' if number % 4 else 'declined'}"
            for number in numbers
        ],
        "subscription_periods": ["mA,2023-01-01,,A,mail,10"],
    }
    for name, lines in added.items():
        with (folder / f"{name}.csv").open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
