"""What was planted is found, with its right subject; where nothing was planted, nothing beyond the allowed rate is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from efficace.build import load
from efficace.insights.detectors import DETECTORS
from efficace.insights.finding import Finding, Kind
from efficace.insights.look import Look
from efficace.locale import LANGUAGES
from efficace.project import Project, open_project
from efficace.simulate import SimulationSettings, Truth, simulate

NOW = datetime(2026, 10, 2)
SEEDS = (21, 22, 23)


@dataclass(frozen=True)
class Company:
    project: Project
    truth: Truth
    findings: list[Finding]

    def subjects(self, detector: str) -> list[dict[str, str]]:
        return [dict(finding.subject) for finding in self.findings if finding.detector == detector]


def company(folder: Path, settings: SimulationSettings) -> Company:
    truth = simulate(folder / "tables", settings)
    (folder / "project").mkdir()
    (folder / "project" / "efficace.yaml").write_bytes((folder / "tables" / "efficace.yaml").read_bytes())
    load(folder / "project", folder / "tables", None, NOW)
    project = open_project(folder / "project")
    return Company(project, truth, project.insights.findings())


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    made = company(tmp_path_factory.mktemp("planted"), SimulationSettings(touches=60_000))
    yield made
    made.project.close()


@pytest.mark.parametrize(
    ("fault", "detector", "named_by"),
    [
        ("fast_closer", "fast_but_unhappy", ("rep",)),
        ("slow_responder", "rep_beyond_chance", ("rep",)),
        ("quitter", "rep_beyond_chance", ("rep",)),
        ("unwatched_source", "unwatched_source", ("source",)),
        ("cancellation_burst", "service_losing", ("family",)),
        ("stalling_stage", "slow_stage", ("team", "stage")),
        ("crowded_territory", "territory_unbalanced", ("territory",)),
        ("idle_territory", "territory_unbalanced", ("territory",)),
    ],
)
def test_each_planted_fault_is_found_with_its_subject(
    planted: Company, fault: str, detector: str, named_by: tuple[str, ...]
) -> None:
    subject = {name: planted.truth.faults[fault][name] for name in named_by}
    assert subject in planted.subjects(detector)


def test_the_slow_responder_breaks_promises_and_the_quitter_gives_up(planted: Company) -> None:
    faults = planted.truth.faults
    worse = {
        (finding.subject["rep"], finding.request.metric)
        for finding in planted.findings
        if finding.detector == "rep_beyond_chance" and finding.kind is Kind.PROBLEM
    }
    assert (faults["slow_responder"]["rep"], "promise_kept") in worse
    assert (faults["quitter"]["rep"], "persistence") in worse


def test_nothing_but_the_planted_source_service_and_closer_is_named(planted: Company) -> None:
    faults = planted.truth.faults
    assert planted.subjects("unwatched_source") == [{"source": faults["unwatched_source"]["source"]}]
    assert planted.subjects("service_losing") == [{"family": faults["cancellation_burst"]["family"]}]
    assert planted.subjects("fast_but_unhappy") == [{"rep": faults["fast_closer"]["rep"]}]


def test_the_question_of_a_finding_gives_its_very_value(planted: Company) -> None:
    look = Look.at(planted.project.ground(), planted.project.metrics.catalogue(), None)
    checked = set()
    for finding in planted.findings:
        if finding.detector in checked or finding.evidence.value is None:
            continue
        rows = [
            row
            for row in look.ask(finding.request).rows
            if all(row.members.get(name, member) == member for name, member in finding.subject.items())
        ]
        values = {row.value for row in rows} | {row.estimates.get("observed", {}).get("value") for row in rows}
        # sums of amounts differ in their last digit from run to run, as threads add them up
        known = [value for value in values if value is not None]
        assert any(finding.evidence.value == pytest.approx(value, rel=1e-9) for value in known), finding.detector
        checked.add(finding.detector)
    assert len(checked) >= 7


def test_the_rows_behind_a_finding_can_be_opened(planted: Company) -> None:
    for finding in planted.findings[:8]:
        asked = finding.request
        found = planted.project.metrics.rows(
            asked.metric, where=finding.rows_where, start=asked.start, end=asked.end, settings=dict(asked.settings),
            by=asked.by,
        )  # fmt: skip
        assert found.total > 0, finding.command(rows=True)


def test_sentences_are_told_in_both_languages_and_leave_no_gap(planted: Company) -> None:
    for finding in planted.findings:
        for said in (finding.claim, finding.action):
            told = {spoken: said.into(spoken) for spoken in LANGUAGES}
            assert told["en"] != told["fr"]
            assert not any("{" in text or "None" in text or "–." in text for text in told.values()), told


def test_findings_are_ordered_by_kind_then_money(planted: Company) -> None:
    places = [(finding.kind, -((finding.stake.money or 0.0) if finding.stake else 0.0)) for finding in planted.findings]
    assert places == sorted(places)
    assert [finding.rank for finding in planted.findings] == list(range(1, len(places) + 1))


def test_without_planted_faults_nothing_is_found_beyond_the_allowed_rate(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """At 5 %, families of true nulls name anything at all once in twenty: 3 of 3 such families has chance 1 in 8,000,
    2 of 3 one in 140.
    """
    named = 0
    for seed in SEEDS:
        settings = SimulationSettings(reps=20, months=24, touches=40_000, seed=seed, planted=False)
        made = company(tmp_path_factory.mktemp(f"plain{seed}"), settings)
        named += any(finding.is_test for finding in made.findings)
        made.project.close()
    assert named <= 1


def test_every_detector_is_declared_once_in_both_languages() -> None:
    assert len({detector.id for detector in DETECTORS}) == len(DETECTORS)
    assert all(set(detector.looks_for) == set(LANGUAGES) for detector in DETECTORS)


def test_every_detector_stands_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "insights.md").read_text(encoding="utf-8")
    assert not [detector.id for detector in DETECTORS if f"`{detector.id}`" not in page or detector.method not in page]
