"""Charts are asserted on what they draw: the Vega-Lite definition."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import altair as alt
import pytest

from efficace.charts import in_theme, picture, sized, titled
from efficace.charts.axes import scale_of, spread_of
from efficace.charts.bridge import Move, bridge
from efficace.charts.curve import MOST_POINTS, curve
from efficace.charts.dot_plot import dot_plot
from efficace.charts.heat_map import heat_map
from efficace.charts.incidence import incidence
from efficace.charts.ladder import Rung, ladder
from efficace.charts.theme import TOKENS
from efficace.charts.trend import Level, Practice, trend
from efficace.metrics.answer import Row
from efficace.project import ShownAnswer

AS_OF = datetime(2024, 4, 1, tzinfo=UTC)


def answer(rows: list[Row], by: tuple[str, ...], unit: str = "share") -> ShownAnswer:
    return ShownAnswer(
        "win_rate", unit, "default", "1", AS_OF, rows, {}, [], None,
        {"en": "Share of deals won", "fr": "Part gagnée"}, "month", by, 1,
    )  # fmt: skip


def months(*values: float, low: float | None = 0.4, high: float | None = 0.6) -> list[Row]:
    return [
        Row(date(2024, number, 1), {}, value, low, high, 10, partial=False) for number, value in enumerate(values, 1)
    ]


def valid(spec: dict[str, Any]) -> dict[str, Any]:
    """The definition, checked against Vega-Lite's own schema."""
    (alt.FacetChart if "facet" in spec else alt.LayerChart).from_dict(sized(spec, 640))
    return spec


def marks(specification: dict[str, Any]) -> list[str]:
    return [layer["mark"]["type"] for layer in specification["layer"] if "mark" in layer]


def every_mark(part: Any) -> list[str]:
    """Types of all marks, however deep."""
    if isinstance(part, list):
        return [found for one in part for found in every_mark(one)]
    if not isinstance(part, dict):
        return []
    own = [part["mark"]["type"]] if isinstance(part.get("mark"), dict) else []
    return own + [found for name in ("layer", "spec") for found in every_mark(part.get(name))]


def test_a_trend_draws_points_with_their_intervals_in_order_of_time() -> None:
    drawn = valid(picture(answer(months(0.5, 0.5, 0.5), ())))
    assert marks(drawn) == ["rule", "line", "circle"]
    assert drawn["layer"][0]["encoding"]["x"]["type"] == "temporal"
    assert drawn["layer"][0]["encoding"]["x"]["scale"]["type"] == "utc"
    assert [value["period"] for value in drawn["data"]["values"]] == ["2024-01-01", "2024-02-01", "2024-03-01"]


def test_a_period_without_a_value_is_not_drawn_as_zero() -> None:
    rows = [*months(0.5), Row(date(2024, 2, 1), {}, None, None, None, 0, partial=False)]
    assert len(picture(answer(rows, ()))["data"]["values"]) == 1


def test_what_is_before_the_present_is_grey_and_the_target_is_drawn() -> None:
    whole = Level(date(2024, 2, 1), date(2024, 4, 1), 0.5, 0.4, 0.6, "This period: 50%", is_present=True)
    drawn = valid(trend(answer(months(0.5, 0.5, 0.5), ()), [whole], 0.45, since=date(2024, 2, 1)))
    assert [value["side"] for value in drawn["data"]["values"]] == ["before", "present", "present"]
    lines = [layer for layer in drawn["layer"] if "layer" in layer]
    assert [line["data"]["values"][0].get("target") for line in lines] == [None, 0.45]
    assert lines[1]["data"]["values"][0]["label"] == "target 45.0%"
    assert every_mark(lines[0]) == ["rect", "rule", "text"]


def test_the_last_periods_that_are_not_whole_lie_in_a_grey_zone() -> None:
    rows = months(0.5, 0.5, 0.5)
    rows[2] = replace(rows[2], partial=True)
    zone = valid(trend(answer(rows, ())))["layer"][0]
    assert every_mark(zone) == ["rect", "text"]
    assert zone["data"]["values"][0]["from"] < "2024-03-01" < zone["data"]["values"][0]["to"]
    assert not [layer for layer in trend(answer(months(0.5, 0.5), ()))["layer"] if "layer" in layer]


def test_members_are_dots_shrunken_filled_and_raw_hollow() -> None:
    rows = [
        Row(None, {"rep": name}, 0.5, 0.4, 0.6, 10, partial=False, names={"rep": name.upper()},
            estimates={"shrunken": {"value": 0.45, "low": 0.4, "high": 0.5, "unit": "share"}})
        for name in ("ann", "bob")
    ]  # fmt: skip
    drawn = valid(picture(answer(rows, ("rep",))))
    assert marks(drawn) == ["rule", "point", "circle"]
    assert drawn["layer"][1]["mark"]["filled"] is False
    assert drawn["layer"][2]["encoding"]["x"]["field"] == "shrunken"
    assert {value["label"] for value in drawn["data"]["values"]} == {"ANN", "BOB"}
    beyond = dot_plot(answer(rows, ("rep",)), typical=0.5, beyond=["BOB"])
    assert [value["beyond"] for value in beyond["data"]["values"]] == [False, True]
    assert marks(valid(beyond))[0] == "rule"


def test_many_members_over_time_become_small_multiples() -> None:
    rows = [Row(date(2024, month, 1), {"rep": str(rep)}, 0.5, None, None, 5, partial=False)
            for month in (1, 2) for rep in range(9)]  # fmt: skip
    drawn = valid(picture(answer(rows, ("rep",))))
    assert drawn["facet"]["field"] == "label"


def test_a_curve_is_drawn_in_steps_with_a_band() -> None:
    rows = [Row(None, {"rep": "ann", "age": age}, 1 - age / 10, 0.1, 0.9, 50, partial=False) for age in range(4)]
    drawn = valid(picture(answer(rows, ("rep", "age"))))
    assert marks(drawn) == ["area", "line"]
    assert drawn["layer"][1]["mark"]["interpolate"] == "step-after"
    assert {value["series"] for value in drawn["data"]["values"]} == {"ann"}


def test_a_curve_is_thinned_and_drawn_as_far_as_enough_are_watched() -> None:
    rows = [Row(None, {"age": age}, 0.5, 0.4, 0.6, 2000 - age, partial=False) for age in range(1998)]
    values = curve(answer(rows, ("age",)))["data"]["values"]
    assert len(values) == MOST_POINTS
    assert (values[0]["age"], values[-1]["age"]) == (0, 1990)


def test_incidence_shows_won_from_below_and_lost_from_above() -> None:
    rows = [
        Row(None, {"age": age}, age / 10, 0.0, age / 8, 50, partial=False,
            estimates={"lost": {"value": 2 * age / 10, "low": None, "high": None, "unit": "share"}})
        for age in range(4)
    ]  # fmt: skip
    drawn = valid(incidence(answer(rows, ("age",)), half_at=2.0))
    last = drawn["data"]["values"][-1]
    assert (last["won"], last["lost_from"]) == (pytest.approx(0.3), pytest.approx(0.4))
    assert set(every_mark(drawn)) >= {"area", "line", "rule", "text"}


def test_the_bars_of_a_bridge_begin_where_the_one_before_ended() -> None:
    moves = [Move("start", 100, is_whole=True), Move("new", 30, is_good=True), Move("lost", -50, is_good=False),
             Move("end", 80, is_whole=True)]  # fmt: skip
    drawn = valid(bridge(moves, "EUR", "fr"))
    bars = [(bar["first"], bar["last"], bar["kind"]) for bar in drawn["data"]["values"]]
    assert bars == [(0, 100, "whole"), (100, 130, "better"), (130, 80, "worse"), (0, 80, "whole")]
    assert drawn["data"]["values"][1]["told"] == "+30\u202f€"


def test_a_heat_map_leaves_unwatched_cells_out_and_writes_the_number_in_the_others() -> None:
    cells = [(1, 0, 1.0, 40), (1, 1, 0.5, 40), (2, 0, 1.0, 4), (2, 1, None, 0)]
    rows = [Row(None, {"cohort": date(2024, month, 1), "age": age}, value, None, None, n, partial=False)
            for month, age, value, n in cells]  # fmt: skip
    drawn = valid(heat_map(answer(rows, ("cohort", "age")), "cohort", "age"))
    told = [(cell["row"], cell["age"], cell["told"], cell["step"]) for cell in drawn["data"]["values"]]
    assert told == [("Jan 2024", 0, "100", 6), ("Jan 2024", 1, "50", 1), ("Feb 2024", 0, "100", 6)]


def test_a_ladder_writes_each_figure_beside_its_interval() -> None:
    drawn = valid(ladder([Rung("reached", 0.9, 0.8, 0.95), Rung("answered", 0.2, None, None)], "share", "fr"))
    assert [row["told"] for row in drawn["data"]["values"]] == ["90,0\u202f%", "20,0\u202f%"]
    assert [row["end"] for row in drawn["data"]["values"]] == [0.95, 0.2]


def test_colours_are_names_until_a_theme_is_chosen() -> None:
    spec = picture(answer(months(0.5, 0.6), ()))
    named = json.dumps(spec)
    assert "var(--data)" in named
    assert "#" not in named.replace("#,", "")
    light, dark = (json.dumps(in_theme(spec, theme)) for theme in ("light", "dark"))
    assert "var(" not in light + dark
    assert TOKENS["data"][0] in light
    assert TOKENS["data"][1] in dark


def test_the_tokens_of_charts_are_those_of_the_page() -> None:
    from efficace.web.files import STATIC

    style = (STATIC / "efficace.css").read_text(encoding="utf-8")
    for name, (light, dark) in TOKENS.items():
        assert f"--{name}: light-dark({light}, {dark})" in style or f"--{name}: {light}" in style, name


@pytest.mark.parametrize("into", ["en", "fr"])
def test_numbers_and_dates_are_in_the_language_and_nothing_of_the_picture_is_read_aloud(into: str) -> None:
    config = picture(answer(months(0.5), ()), into)["config"]
    assert config["aria"] is False
    assert config["font"].startswith("Inter")
    assert config["locale"]["number"]["decimal"] == {"en": ".", "fr": ","}[into]
    assert ("time" in config["locale"]) == (into == "fr")


def test_a_scale_makes_short_numbers_with_their_sign() -> None:
    assert scale_of("EUR", [4.2e6], "fr").behind == "\u202fM€"
    assert (scale_of("EUR", [4.2e6], "en").before, scale_of("EUR", [4.2e6], "en").behind) == ("€", " M")
    assert scale_of("minutes", [30.0], "en").drawn(30) == 30
    assert scale_of("minutes", [600.0], "en").drawn(600) == 10
    assert scale_of("hours", [96.0], "fr").drawn(96) == 4
    assert scale_of("days", [40.0], "fr").noun == "jours"


def test_an_axis_begins_at_zero_unless_the_figures_are_far_from_it_and_no_interval_dwarfs_them() -> None:
    assert spread_of([(10, 5, 20), (40, 30, 50)])[0] == 0
    assert spread_of([(98, 97, 99), (99, 98, 100)])[0] > 90
    assert spread_of([(10, 5, 900), (40, 30, 50)])[1] < 100


def test_a_notebook_gets_a_chart_with_title_size_and_colours_of_its_own() -> None:
    shown = answer(months(0.5, 0.6), ()).chart().to_dict()
    assert shown["title"]["text"] == "Win rate"
    assert shown["width"] == 640
    assert "var(" not in json.dumps(shown)
    assert (
        titled(picture(answer(months(0.5), ()), "fr"), answer(months(0.5), ()), "fr")["title"]["text"] == "Taux de gain"
    )


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


def test_a_young_point_is_pale_and_says_how_much_of_it_is_still_open() -> None:
    def young(row: Row, still_open: float) -> Row:
        told = {"still_open": {"value": still_open, "low": None, "high": None, "unit": "share"}}
        return replace(row, young=True, estimates=told)

    rows = months(0.5, 0.4, 0.2)
    spec = trend(answer([rows[0], young(rows[1], 0.6), young(rows[2], 0.85)], ()), into="en")
    drawn = spec["data"]["values"]
    assert [row["is_open"] for row in drawn] == [False, True, True]
    assert drawn[0]["told"] == "Jan 2024 · 50.0% · 40.0–60.0%"
    assert drawn[2]["told"] == "Mar 2024 · 20.0% · 40.0–60.0% · too young: 85.0% still open"
    assert "60.0% to 85.0% still open" in json.dumps(spec)
    assert "60,0\u202f% à 85,0\u202f% encore en cours" in json.dumps(
        trend(answer([rows[0], young(rows[1], 0.6), young(rows[2], 0.85)], ()), into="fr"), ensure_ascii=False
    )


def test_a_share_still_open_of_an_old_period_is_no_reason_to_be_pale() -> None:
    told = {"still_open": {"value": 0.1, "low": None, "high": None, "unit": "share"}}
    spec = trend(answer([replace(row, estimates=told) for row in months(0.5, 0.4)], ()), into="en")
    assert [row["still_open"] for row in spec["data"]["values"]] == [None, None]
    assert "still open" not in json.dumps(spec)


def test_a_change_of_practice_is_a_thin_line_with_its_date_and_words() -> None:
    change = Practice(date(2024, 2, 10), "answer hot leads within: 5 min, before: 15 min")
    spec = trend(answer(months(0.5, 0.4, 0.6), ()), into="en", practices=[change])
    layer = spec["layer"][-1]
    assert layer["data"]["values"] == [
        {"on": "2024-02-10", "day": "10 Feb 2024",
         "label": "10 Feb 2024 · answer hot leads within: 5 min, before: 15 min",
         "whole": "10 Feb 2024 · answer hot leads within: 5 min, before: 15 min"}
    ]  # fmt: skip
    assert [one["mark"]["type"] for one in layer["layer"]] == ["rule", "text"]
    assert len(trend(answer(months(0.5, 0.4), ()), into="en")["layer"]) == len(spec["layer"]) - 1
