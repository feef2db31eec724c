"""Charts are asserted on what they draw: the Vega-Lite definition."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from efficace.metrics.answer import Row
from efficace.project import ShownAnswer

AS_OF = datetime(2024, 4, 1, tzinfo=UTC)


def answer(rows: list[Row], by: tuple[str, ...]) -> ShownAnswer:
    return ShownAnswer(
        "win_rate", "share", "default", "1", AS_OF, rows, {}, [], None,
        {"en": "Share of deals won", "fr": "Part gagnée"}, "all", by, 1,
    )  # fmt: skip


def marks(specification: dict[str, Any]) -> list[str]:
    return [layer["mark"]["type"] for layer in specification["layer"]]


def test_a_trend_draws_points_with_their_intervals_in_order_of_time() -> None:
    rows = [Row(date(2024, month, 1), {}, 0.5, 0.4, 0.6, 10, partial=False) for month in (1, 2, 3)]
    drawn = answer(rows, ()).chart().to_dict()
    assert marks(drawn) == ["rule", "line", "circle"]
    assert drawn["layer"][0]["encoding"]["x"] == {"field": "period", "title": None, "type": "temporal"}
    assert [value["period"] for value in drawn["data"]["values"]] == ["2024-01-01", "2024-02-01", "2024-03-01"]


def test_a_period_without_a_value_is_not_drawn_as_zero() -> None:
    rows = [Row(date(2024, 1, 1), {}, 0.5, None, None, 10, partial=False),
            Row(date(2024, 2, 1), {}, None, None, None, 0, partial=False)]  # fmt: skip
    assert len(answer(rows, ()).chart().to_dict()["data"]["values"]) == 1


def test_members_are_dots_shrunken_filled_and_raw_hollow() -> None:
    rows = [
        Row(None, {"rep": name}, 0.5, 0.4, 0.6, 10, partial=False, names={"rep": name.upper()},
            estimates={"shrunken": {"value": 0.45, "low": 0.4, "high": 0.5, "unit": "share"}})
        for name in ("ann", "bob")
    ]  # fmt: skip
    drawn = answer(rows, ("rep",)).chart().to_dict()
    assert marks(drawn) == ["rule", "point", "circle"]
    assert drawn["layer"][1]["mark"]["filled"] is False
    assert drawn["layer"][2]["encoding"]["x"]["field"] == "shrunken"
    assert {value["label"] for value in drawn["data"]["values"]} == {"ANN", "BOB"}


def test_many_members_over_time_become_small_multiples() -> None:
    rows = [Row(date(2024, month, 1), {"rep": str(rep)}, 0.5, None, None, 5, partial=False)
            for month in (1, 2) for rep in range(9)]  # fmt: skip
    drawn = answer(rows, ("rep",)).chart().to_dict()
    assert drawn["facet"]["field"] == "label"


def test_a_curve_is_drawn_in_steps_with_a_band() -> None:
    rows = [Row(None, {"rep": "ann", "age": age}, 1 - age / 10, 0.1, 0.9, 5, partial=False) for age in range(4)]
    drawn = answer(rows, ("rep", "age")).chart().to_dict()
    assert marks(drawn) == ["area", "line"]
    assert drawn["layer"][1]["mark"]["interpolate"] == "step-after"
    assert {value["series"] for value in drawn["data"]["values"]} == {"ann"}


def test_an_answer_shows_itself_as_a_table_with_names_escaped() -> None:
    row = Row(None, {"rep": "x"}, 0.5, 0.4, 0.6, 10, partial=False, names={"rep": "<script>alert(1)</script>"})
    shown = answer([row], ("rep",))._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_an_answer_gives_arrow_pandas_and_polars_alike() -> None:
    rows = [Row(date(2024, 1, 1), {"rep": "a"}, 0.25, 0.1, 0.4, 8, partial=False, left_out={"no_end": 2})]
    found = answer(rows, ("rep",))
    assert found.to_arrow().to_pylist() == found.to_pandas().to_dict("records") == found.to_polars().to_dicts()
    assert found.to_dicts()[0]["left_out"] == 2
