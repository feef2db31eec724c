"""Definitions side by side: the steps from ours to theirs add up, and so do the rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command import run
from efficace.metrics.catalogue import METRICS
from efficace.project import Project, open_project
from pages import read_page, write_tables

CASES = Path(__file__).parents[1] / "cases"
COMPARED = [metric.id for metric in METRICS if metric.presets]
RANGE = {"start": "2025-01-01", "end": "2025-07-01"}


def loaded(data: Path, folder: Path) -> Project:
    result = run("load", str(data), "--project", str(folder), "--format", "json")
    assert result.code == 0, result.errors
    return open_project(folder)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Project:
    data, folder = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("project")
    made = run("simulate", str(data), "--reps", "8", "--months", "24", "--touches", "4000", "--seed", "3")
    assert made.code == 0, made.errors
    return loaded(data, folder)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Project:
    data, folder = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("project")
    write_tables(read_page(CASES / "customer_churn_rate" / "the_published_example.md"), data)
    return loaded(data, folder)


MARCH = {"start": "2024-03-01", "end": "2024-03-31", "as_of": "2024-06-30"}


def test_the_published_example_is_told_by_each_vendor_as_published(example: Project) -> None:
    found = example.metrics.compare_definitions("customer_churn_rate", **MARCH)
    assert found.ours.value == pytest.approx(0.08)
    assert found["profitwell"].reckoned.value == pytest.approx(0.08)
    assert found["baremetrics"].reckoned.value == pytest.approx(0.12)
    assert found["stripe"].reckoned.value == pytest.approx(0.0923, abs=5e-5)
    assert [step.above_added for step in found["stripe"].steps] == [4, 0]
    assert [step.below_added for step in found["stripe"].steps] == [0, 30]


def test_rows_of_a_step_are_those_that_one_side_alone_counts(example: Project) -> None:
    rows = example.metrics.rows_between_definitions("customer_churn_rate", "stripe", **MARCH).rows.to_pylist()
    assert [row["account_id"] for row in rows if row["step"] == 1] == ["n1", "n2", "n3", "n4"]
    assert len([row for row in rows if row["step"] == 2]) == 30
    assert {row["effect"] for row in rows if row["step"] == 1} == {"added"}


def test_rows_are_bounded_and_say_how_many_there_are(example: Project) -> None:
    found = example.metrics.rows_between_definitions("customer_churn_rate", "stripe", limit=7, **MARCH)
    assert (found.rows.num_rows, found.total) == (7, 34)


@pytest.mark.parametrize("metric", COMPARED)
def test_effects_of_the_steps_add_up_to_the_difference(company: Project, metric: str) -> None:
    found = company.metrics.compare_definitions(metric, **RANGE)
    assert found.ours.value is not None
    for one in found.others:
        assert one.reckoned.value is not None, one.reckoned.definition
        effects = [step.effect for step in one.steps if step.effect is not None]
        assert len(effects) == len(one.steps)
        assert sum(effects) == pytest.approx(one.reckoned.value - found.ours.value, abs=1e-9)


@pytest.mark.parametrize("metric", COMPARED)
def test_a_definition_says_here_what_it_says_when_asked_alone(company: Project, metric: str) -> None:
    found = company.metrics.compare_definitions(metric, **RANGE)
    for one in found.others:
        alone = company.metrics.ask(metric, definition=one.reckoned.definition, **RANGE).rows[0]  # type: ignore[arg-type]
        assert alone.value == pytest.approx(one.reckoned.value, abs=1e-9), one.reckoned.definition
        assert alone.n == pytest.approx(one.reckoned.n)


@pytest.mark.parametrize("metric", COMPARED)
def test_rows_added_and_dropped_explain_a_quotient_exactly(company: Project, metric: str) -> None:
    found = company.metrics.compare_definitions(metric, **RANGE)
    for one in found.others:
        above, below = found.ours.above, found.ours.below
        for step in one.steps:
            if above is None or step.above_added is None or step.above_dropped is None:
                above = None
                continue
            assert below is not None
            above, below = above + step.above_added - step.above_dropped, below + step.below_added - step.below_dropped
            assert above / below == pytest.approx(step.after, abs=1e-9), one.reckoned.definition


def test_a_metric_with_its_own_definition_alone_is_refused(example: Project) -> None:
    result = run("compare-definitions", "units_sold", "--project", str(example.folder))
    assert result.code == 2
    assert "only its own definition" in result.errors


def test_the_command_writes_every_format(example: Project) -> None:
    asked = ("compare-definitions", "customer_churn_rate", "--from", "2024-03-01", "--to", "2024-03-31")
    asked = (*asked, "--as-of", "2024-06-30")
    shown = run(*asked, "--project", str(example.folder))
    assert "denominator +30" in shown.output
    told = json.loads(run(*asked, "--format", "json", "--project", str(example.folder)).output)
    assert [one["definition"] for one in told["definitions"]][:2] == ["stripe", "baremetrics"]
    assert run(*asked, "--format", "csv", "--project", str(example.folder)).output.startswith("definition,value,")
    rows = run(*asked, "--rows", "baremetrics", "--format", "csv", "--project", str(example.folder)).output
    assert rows.splitlines()[0].startswith("step,account_id,effect")


def test_a_comparison_shows_itself_in_a_notebook(example: Project) -> None:
    assert "<td>stripe</td>" in example.metrics.compare_definitions("customer_churn_rate", **MARCH)._repr_html_()


@pytest.mark.parametrize("metric", [metric for metric in METRICS if metric.presets], ids=COMPARED)
def test_every_definition_says_why_it_differs_in_both_languages(metric: object) -> None:
    for name, preset in metric.presets.items():  # type: ignore[attr-defined]
        for step in preset.steps():
            assert set(step.change) == {"en", "fr"}, name
        assert set(preset.why) == {"en", "fr"}, name
