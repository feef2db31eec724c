"""Every number can be opened: the rows behind it add up to it, and its explanation says how it was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from command import run
from efficace.build import load, load_tables
from efficace.errors import QuestionError
from efficace.locale import catalogue as french
from efficace.metrics.catalogue import CATALOGUE
from efficace.metrics.left_out import SENTENCES
from efficace.metrics.metric import Metric
from efficace.metrics.question import dimensions_of
from efficace.project import Project, ShownAnswer, open_project
from efficace.simulate import SimulationSettings, simulate

NOW = datetime(2026, 10, 2)
FIRST_CHOICES = ("rep", "product", "source", "team", "stage", "theme", "segment", "channel")
SETTINGS = {"target_attainment": {"metric": "bookings"}, "forecast_error": {"metric": "bookings"}}
BY_ROWS = [metric for metric in CATALOGUE.values() if not metric.n_counts]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("opening")
    simulate(made / "tables", SimulationSettings(reps=8, touches=2_000, seed=5))
    (made / "project").mkdir()
    load(made / "project", made / "tables", None, NOW)
    return made / "project"


@pytest.fixture(scope="module")
def project(folder: Path) -> Iterator[Project]:
    with open_project(folder) as opened:
        yield opened


def dimensions(metric: Metric, number: int) -> list[str]:
    """So many dimensions that the metric has, those that it must have first."""
    usable = [name for name in dimensions_of(metric) if name not in (metric.curve, "month", *metric.always_by)]
    ordered = [name for name in (*metric.only_by, *FIRST_CHOICES, *usable) if name in usable]
    return list(dict.fromkeys(ordered))[: max(number, len(metric.only_by[:1]))]


def assert_rows_add_up(answer: ShownAnswer) -> None:
    opened = answer.rows()
    n: dict[Any, float] = defaultdict(float)
    left: dict[Any, float] = defaultdict(float)
    for row in opened.rows.to_pylist():
        cell = (row["period"], *(row.get(name) for name in answer.by))
        if row["left_out"] is None:
            n[cell] += row["counted"]
        else:
            left[cell, row["left_out"]] += row["weight"]
    for row in answer.rows:
        cell = (row.period, *row.members.values())
        assert n[cell] == pytest.approx(row.n, abs=1e-6), cell
        for why, number in row.left_out.items():
            assert left[cell, why] == pytest.approx(number, abs=1e-6), (cell, why)
    assert opened.total == opened.rows.num_rows == sum(part.rows for part in opened.parts)


@pytest.mark.parametrize("metric", BY_ROWS, ids=lambda metric: metric.id)
def test_rows_of_two_dimensions_add_up_to_n_and_to_what_was_left_out(project: Project, metric: Metric) -> None:
    answer = project.metrics.ask(metric.id, by=dimensions(metric, 2), settings=SETTINGS.get(metric.id))
    assert_rows_add_up(answer)
    assert answer.rows().left_out == pytest.approx(dict(answer.left_out))


@pytest.mark.parametrize("metric", BY_ROWS, ids=lambda metric: metric.id)
def test_rows_of_each_quarter_and_member_add_up_to_n(project: Project, metric: Metric) -> None:
    by, settings = dimensions(metric, 1), SETTINGS.get(metric.id)
    assert_rows_add_up(project.metrics.ask(metric.id, by=by, grain="quarter", start="2026-01-01", settings=settings))


@pytest.mark.parametrize("metric", ["win_rate", "revenue", "comment_themes"])
def test_rows_of_the_whole_add_up_to_n(project: Project, metric: str) -> None:
    answer = project.metrics.ask(metric)
    assert answer.rows[0].n > 0
    assert_rows_add_up(answer)


def test_the_n_of_a_score_counts_its_ingredients(project: Project) -> None:
    answer = project.metrics.ask("efficiency", by=["rep"])
    assert answer.rows().n_counts == "ingredients"
    names = CATALOGUE["efficiency"].estimates
    for row in answer.rows:
        known = [name for name in names if row.estimates.get(name, {}).get("value") is not None]
        assert row.n <= len(known)
    assert {part.name.split(".")[0] for part in answer.rows().parts} >= {"touches_per_working_day", "cost_per_touch"}


def test_the_n_of_a_forecast_counts_the_periods_that_it_goes_on_from(project: Project) -> None:
    answer = project.metrics.ask("forecast")
    opened = answer.rows()
    past = project.metrics.ask("revenue", grain="month", end=answer.rows[0].period)
    known = [number for number, row in enumerate(past.rows) if row.value is not None]
    assert {row.n for row in answer.rows} == {len(past.rows) - known[0]}
    assert opened.n_counts == "periods"
    lines = [part for part in opened.parts if part.name == "revenue.population"]
    assert lines[0].rows == sum(1 for row in past.rows().rows.to_pylist() if _is_used_line(row))


def _is_used_line(row: dict[str, Any]) -> bool:
    return row["part"] == "population" and row["left_out"] is None


def test_a_split_deal_counts_its_share_with_each_rep(tmp_path: Path) -> None:
    """d1 is shared 70 to 30: n is 1.7 with r1 and 0.3 with r2, and 2 together."""
    days = {"created_at": "2024-01-01", "closed_at": "2024-02-01", "status": "won"}
    tables = {
        "reps": [{"rep_id": "r1", "name": "Ada"}, {"rep_id": "r2", "name": "Bo"}],
        "deals": [{"deal_id": "d1", "rep_id": "r1", **days}, {"deal_id": "d2", "rep_id": "r1", **days}],
        "deal_credits": [
            {"deal_id": "d1", "rep_id": "r1", "share": 0.7},
            {"deal_id": "d1", "rep_id": "r2", "share": 0.3},
        ],
    }
    load_tables(tmp_path, tables, None, NOW)
    with open_project(tmp_path) as shared:
        answer = shared.metrics.ask("win_rate", by=["rep"])
        opened = answer.rows()
        assert [(row["rep"], row["deal_id"], row["counted"]) for row in opened.rows.to_pylist()] == [
            ("r1", "d1", 0.7),
            ("r1", "d2", 1.0),
            ("r2", "d1", 0.3),
        ]
        assert [row.n for row in answer.rows] == pytest.approx([1.7, 0.3])
        assert opened.n == pytest.approx(2)


def test_rows_come_in_the_same_order_and_a_limit_takes_the_first(project: Project) -> None:
    answer = project.metrics.ask("revenue", by=["product"])
    whole = answer.rows().rows
    assert whole.equals(answer.rows().rows)
    first = answer.rows(limit=7)
    assert first.total == whole.num_rows
    assert first.rows.to_pylist() == [
        {name: row[name] for name in first.rows.column_names} for row in whole.slice(0, 7).to_pylist()
    ]


def test_only_the_rows_left_out_for_a_reason_are_shown(project: Project) -> None:
    answer = project.metrics.ask("win_rate")
    rows = answer.rows(left_out="ends_before_start").rows.to_pylist()
    assert len(rows) == answer.left_out["ends_before_start"] > 0
    assert all(row["left_out"] == "ends_before_start" and row["ended_at"] < row["started_at"] for row in rows)


def test_an_unknown_reason_names_the_nearest(project: Project, folder: Path) -> None:
    with pytest.raises(QuestionError, match="ends_before_start"):
        project.metrics.ask("win_rate").rows(left_out="ends_befor_start")
    found = run("rows", "win_rate", "--left-out", "ends_befor_start", "--project", str(folder))
    assert (found.code, found.output) == (2, "")
    assert found.errors == '--left-out: no row was left out for "ends_befor_start". Nearest: ends_before_start.\n'


def test_an_answer_opened_later_is_opened_at_its_own_instant(project: Project) -> None:
    answer = project.metrics.ask("win_rate", as_of="2025-06-30")
    assert answer.explain().answer.to_dict() == answer.to_dict()
    assert answer.rows().n == answer.rows[0].n


def test_the_query_shown_gives_the_figure(project: Project) -> None:
    answer = project.metrics.ask("bookings")
    (query,) = answer.explain().queries
    amounts = project.ground().engine.execute(query.sql).to_arrow_table().to_pylist()
    assert sum(row["_sum_value"] for row in amounts if row["_left_out"] is None) == pytest.approx(answer.rows[0].value)


def test_an_explanation_tells_definition_settings_reasons_and_freshness(project: Project) -> None:
    found = project.metrics.ask("win_rate", definition="by_creation", settings={"grace_days": 10}).explain()
    assert found.says == CATALOGUE["win_rate"].presets["by_creation"].meaning
    changed = {one.name: one.value for one in found.settings if not one.is_default}
    assert changed["churn.grace_days"] == "10"
    assert {"deals"} <= {one.table for one in found.tables}
    deals = next(one for one in found.tables if one.table == "deals")
    assert deals.newest is not None
    assert deals.newest <= found.answer.as_of
    assert found.loaded_at is not None
    assert found.loaded_at.astimezone(UTC).replace(tzinfo=None) == NOW


def test_every_metric_can_be_explained_without_data(tmp_path: Path) -> None:
    (tmp_path / "reps.csv").write_text("rep_id,name\nr1,Ada\n", encoding="utf-8")
    load(tmp_path / "project", tmp_path / "reps.csv", None, NOW)
    with open_project(tmp_path / "project") as empty:
        answer = empty.metrics.ask("win_rate")
        assert answer.rows().rows.num_rows == 0
        assert answer.explain().queries == ()


def test_reasons_of_rows_left_out_have_sentences_in_both_languages() -> None:
    assert not [text for text in SENTENCES.values() if text not in french()]


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_the_screen_opens_with_the_answer_and_ends_with_the_query(folder: Path, form: str) -> None:
    found = run("explain", "win_rate", "--by", "rep", "--format", form, "--project", str(folder))
    assert found.code == 0, found.errors
    places = [found.output.index(text) for text in ("95 % interval", "Definition", "it ends before", "SELECT")]
    assert places == sorted(places)
