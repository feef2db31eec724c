"""What every metric of the catalogue must have."""

from __future__ import annotations

from pathlib import Path

import pytest

from efficace.config import setting_names
from efficace.facts import BY_NAME as FACTS
from efficace.facts.dimensions import DIMENSIONS
from efficace.locale import catalogue
from efficace.metrics.catalogue import CATALOGUE, METRICS
from efficace.metrics.describe import describe
from efficace.metrics.gaps import REASONS
from efficace.metrics.metric import VALUE, Metric
from efficace.metrics.question import facts_of
from efficace.model.tables import BY_NAME as TABLES
from efficace.web.changeable import CHANGEABLE

CASES = Path(__file__).parents[1] / "cases"
ASKED = "\n".join(page.read_text(encoding="utf-8") for page in CASES.rglob("*.md"))

every_metric = pytest.mark.parametrize("metric", METRICS, ids=[metric.id for metric in METRICS])


def test_ids_are_unique() -> None:
    assert len(CATALOGUE) == len(METRICS)


@every_metric
def test_a_metric_speaks_both_languages(metric: Metric) -> None:
    for texts in (metric.meaning, *(preset.meaning for preset in metric.presets.values())):
        assert set(texts) == {"en", "fr"}
        assert all(text.strip() and not text.endswith(".") for text in texts.values())
        assert texts["en"] != texts["fr"]


@every_metric
def test_a_metric_has_a_name_in_french(metric: Metric) -> None:
    assert metric.id.replace("_", " ") in catalogue()


def test_every_reason_is_known_in_french() -> None:
    assert not [text for text in REASONS.values() if text not in catalogue()]


@every_metric
def test_a_metric_has_a_case_worked_by_hand(metric: Metric) -> None:
    assert f"efficace kpi {metric.id} " in ASKED or f"efficace kpi {metric.id}`" in ASKED


@every_metric
def test_a_metric_needs_columns_that_exist(metric: Metric) -> None:
    assert metric.needs
    for need in metric.needs:
        for one in need.split("|"):
            table, column = one.split(".")
            TABLES[table].column(column)


@every_metric
def test_a_metric_reads_declared_facts_and_names_known_dimensions(metric: Metric) -> None:
    assert all(name in FACTS for name in facts_of(metric))
    known = {dimension.id for dimension in DIMENSIONS}
    assert set(describe(metric)["dimensions"]) <= known


@every_metric
def test_what_a_picture_draws_is_among_the_estimates(metric: Metric) -> None:
    drawn = {*metric.steps, *metric.moves, *([metric.moves_from] if metric.moves_from else [])} - {VALUE}
    assert drawn <= set(metric.estimates)
    assert metric.points_are is None or metric.curve is not None


@every_metric
def test_the_settings_that_a_metric_names_are_there(metric: Metric) -> None:
    for name in metric.settings:
        assert any(f"{known}.".startswith(f"{name}.") for known in setting_names()), name


@pytest.mark.parametrize("setting", [one.name for one in CHANGEABLE if one.group not in ("Company", "Privacy")])
def test_what_people_change_of_how_work_is_judged_touches_a_metric(setting: str) -> None:
    assert [metric.id for metric in METRICS if metric.reads(setting)]


def test_facts_come_after_the_facts_that_they_read() -> None:
    seen: set[str] = set()
    for name, fact in FACTS.items():
        assert {read for read in fact.reads if read in FACTS} <= seen, name
        assert all(read in FACTS or read in TABLES for read in fact.reads), name
        seen.add(name)
