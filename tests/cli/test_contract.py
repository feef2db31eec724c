"""The command contract: what people's scripts rely on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command import Result, run

DEALS = """deal_id,created_at,status,closed_at,rep_id,amount,currency
d1,2024-01-01,won,2024-01-11,r1,100,EUR
d2,2024-01-01,lost,2024-01-31,r1,200,EUR
d3,2024-01-05,won,2024-02-04,r2,300,EUR
d4,2024-01-05,open,,r2,400,EUR
d5,2024-01-05,won,2024-01-02,r2,500,EUR
d6,yesterday,won,2024-01-02,r2,500,EUR
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    (data / "deals.csv").write_text(DEALS, encoding="utf-8")
    (data / "reps.csv").write_text("rep_id,name\nr1,Ann Lee\nr2,Bob\n", encoding="utf-8")
    folder = tmp_path_factory.mktemp("project")
    loaded = run("load", str(data), "--project", str(folder), "--format", "json")
    assert loaded.code == 0, loaded.errors
    assert json.loads(loaded.output)["deals"] == {"read": 6, "loaded": 5, "rejected": 1}
    return folder


def ask(project: Path, *arguments: str) -> Result:
    return run("kpi", *arguments, "--project", str(project))


def answer(project: Path, *arguments: str) -> dict[str, object]:
    result = ask(project, *arguments, "--format", "json")
    assert result.code == 0, result.errors
    found: dict[str, object] = json.loads(result.output)
    return found


def test_json_has_the_fields_of_the_contract(project: Path) -> None:
    found = answer(project, "win_rate", "--by", "rep", "--grain", "month", "--compare", "previous")
    assert set(found) >= {
        "metric", "unit", "definition", "version", "as_of", "rows", "left_out", "missing", "comparison",
    }  # fmt: skip
    row = found["rows"][0]  # type: ignore[index]
    assert set(row) >= {
        "period", "rep", "rep_name", "value", "low", "high", "n", "partial", "left_out", "estimates", "compared",
    }  # fmt: skip
    assert set(row["compared"]) == {"period", "value", "change", "partial"}


def test_every_period_of_the_asked_range_has_a_row_and_every_null_a_reason(project: Path) -> None:
    found = answer(project, "win_rate", "--grain", "month", "--from", "2023-12-01", "--to", "2024-03-01")
    rows = {row["period"]: row for row in found["rows"]}  # type: ignore[attr-defined]
    assert list(rows) == ["2023-12-01", "2024-01-01", "2024-02-01"]
    empty = [period for period, row in rows.items() if row["value"] is None]
    assert empty == [entry["period"] for entry in found["missing"]]  # type: ignore[attr-defined]
    assert rows["2024-01-01"]["value"] == pytest.approx(1 / 2)


def test_left_out_rows_are_counted_by_reason(project: Path) -> None:
    found = answer(project, "win_rate")
    assert found["left_out"] == {"ends_before_start": 1}
    assert found["rows"][0]["n"] == 3  # type: ignore[index]


def test_a_bare_as_of_is_the_end_of_that_day_and_hides_what_came_later(project: Path) -> None:
    found = answer(project, "win_rate", "--as-of", "2024-01-11")
    assert str(found["as_of"]).startswith("2024-01-11T23:59:59")
    assert found["rows"][0]["n"] == 1  # type: ignore[index]


@pytest.mark.parametrize(
    ("filters", "n"),
    [
        (["rep=r1"], 2), (["rep=Ann Lee"], 2), (["rep=r1|r2"], 3), (["rep!=r1"], 1), (["product="], 3),
        (["rep=r1", "rep=r2"], 0),
    ],
)  # fmt: skip
def test_filters_keep_what_they_say(project: Path, filters: list[str], n: int) -> None:
    arguments = [part for text in filters for part in ("--where", text)]
    assert answer(project, "win_rate", *arguments)["rows"][0]["n"] == n  # type: ignore[index]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["win_rat"], "win_rate"),
        (["win_rate", "--by", "repp"], "rep"),
        (["win_rate", "--by", "attempt"], "cannot be split"),
        (["win_rate", "--where", "rep=r9"], "r1"),
        (["win_rate", "--where", "rep"], "dim=value"),
        (["win_rate", "--definition", "hubspott"], "definition"),
        (["win_rate", "--grain", "monthly"], "month"),
        (["win_rate", "--as-of", "01/02/2024"], "2026-03-31"),
        (["win_rate", "--from", "2024-02-01", "--to", "2024-01-01"], "empty"),
        (["win_rate", "--set", "churn.grace_dayz=3"], "churn.grace_days"),
        (["win_rate", "--set", "churn.grace_days=often"], "length of time"),
        (["win_rate", "--compare", "next"], "previous"),
        (["win_rate", "--nonsense"], "--nonsense"),
    ],
)
def test_a_wrong_name_ends_with_code_2_and_the_nearest_choice(project: Path, arguments: list[str], told: str) -> None:
    result = ask(project, *arguments)
    assert result.code == 2
    assert told in result.errors
    assert "Traceback" not in result.errors
    assert len(result.errors.strip().splitlines()) == 1


def test_a_project_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = ask(tmp_path / "nowhere", "win_rate")
    assert result.code == 2
    assert "nowhere" in result.errors


def test_a_metric_without_data_is_null_with_its_reason_and_code_0(project: Path) -> None:
    found = answer(project, "acquisition_cost")
    assert found["rows"][0]["value"] is None  # type: ignore[index]
    assert {"no_data"} == {entry["reason"] for entry in found["missing"]}  # type: ignore[attr-defined]
    assert ("costs", "amount") in {(e["table"], e["column"]) for e in found["missing"]}  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", ["csv", "markdown"])
def test_other_formats_hold_the_same_rows(project: Path, form: str) -> None:
    result = ask(project, "win_rate", "--by", "rep", "--format", form)
    assert result.code == 0
    assert "Ann Lee" in result.output
    assert "0.5" in result.output


def test_parquet_is_written_to_a_file(project: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    target = tmp_path / "answer.parquet"
    assert ask(project, "win_rate", "--by", "rep", "--format", "parquet", "--output", str(target)).code == 0
    assert pq.read_table(target).column("value").to_pylist()[0] == pytest.approx(0.5)


def test_the_rows_behind_an_answer_are_its_facts_in_a_stable_order(project: Path) -> None:
    result = ask(project, "win_rate", "--rows", "--format", "json")
    found = json.loads(result.output)
    assert [row["deal_id"] for row in found["rows"]] == ["d1", "d2", "d3", "d5"]
    assert [row["left_out"] for row in found["rows"]] == [None, None, None, "ends_before_start"]
    bounded = json.loads(ask(project, "win_rate", "--rows", "--limit", "2", "--format", "json").output)
    assert (bounded["total"], bounded["shown"]) == (4, 2)


def test_the_catalogue_lists_every_metric_with_its_declaration() -> None:
    found = json.loads(run("metrics", "--format", "json").output)
    assert len({metric["id"] for metric in found}) == len(found)
    for metric in found:
        assert set(metric) >= {
            "id", "unit", "better", "meaning", "dimensions", "estimates", "presets", "needs", "version",
        }  # fmt: skip
        assert set(metric["meaning"]) == {"en", "fr"}


def test_a_metric_of_the_project_works_like_a_built_in_one(project: Path) -> None:
    own = Path(__file__).parents[2] / "docs" / "own-metrics.md"
    code = own.read_text(encoding="utf-8").split("```python")[1].split("```")[0].replace("10_000", "200")
    (project / "metrics").mkdir(exist_ok=True)
    (project / "metrics" / "discounts.py").write_text(code, encoding="utf-8")
    try:
        found = answer(project, "big_deal_rate", "--by", "rep")
        assert [row["value"] for row in found["rows"]] == [0.0, 1.0]  # type: ignore[attr-defined]
    finally:
        (project / "metrics" / "discounts.py").unlink()


def test_a_broken_metric_of_the_project_is_named(project: Path) -> None:
    broken = project / "metrics" / "broken.py"
    broken.write_text("METRICS = (1 / 0,)\n", encoding="utf-8")
    try:
        result = ask(project, "win_rate")
        assert result.code == 2
        assert "broken.py" in result.errors
    finally:
        broken.unlink()


def test_loading_twice_changes_nothing(project: Path, tmp_path: Path) -> None:
    (tmp_path / "reps.csv").write_text("rep_id,name\nr1,Ann Lee\nr2,Bob\n", encoding="utf-8")
    first = json.loads((project / "snapshots" / "current.json").read_text(encoding="utf-8"))["number"]
    assert run("load", str(tmp_path), "--project", str(project)).code == 0
    assert json.loads((project / "snapshots" / "current.json").read_text(encoding="utf-8"))["number"] == first
