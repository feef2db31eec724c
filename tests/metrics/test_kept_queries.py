"""Compiled queries are kept: for which questions one is used again, and that it still says the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from efficace.build import load
from efficace.metrics.ask import Ground, ask
from efficace.metrics.catalogue import CATALOGUE
from efficace.metrics.estimators import Rate
from efficace.metrics.metric import Metric, Term
from efficace.metrics.question import Question, Request
from efficace.project import Project, open_project

DEALS = """
    deal_id,created_at,status,closed_at,rep_id
    d1,2024-01-01 09:00,won,2024-02-10,r1
    d2,2024-01-15 09:00,lost,2024-03-20,r1
    d3,2024-02-01 09:00,won,2025-02-11,r2
    d4,2024-02-05 09:00,lost,2025-06-01,r2
    d5,2025-02-05 09:00,won,2025-11-02,r2
    d6,2025-07-05 09:00,open,,r1
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("kept")
    (folder / "files").mkdir()
    text = "\n".join(line.strip() for line in DEALS.strip().splitlines())
    (folder / "files" / "deals.csv").write_text(text, encoding="utf-8")
    load(folder / "project", folder / "files", None, datetime(2026, 1, 1))
    with open_project(folder / "project") as opened:
        yield opened


@dataclass
class Asking:
    """A ground of its own that counts how often it compiles."""

    ground: Ground
    compiled: int = 0

    def ask(self, metric: str = "win_rate", catalogue: Mapping[str, Metric] = CATALOGUE, **asked: Any) -> Any:
        return ask(self.ground, Request(metric, **asked), catalogue).to_dict()


@pytest.fixture
def asking(project: Project, monkeypatch: pytest.MonkeyPatch) -> Asking:
    given = project.ground()
    asking = Asking(Ground(given.engine, given.config, given.as_of, given.number))
    plain: Callable[[Any], str] = given.engine.compile

    def counted(expression: Any) -> str:
        asking.compiled += 1
        return plain(expression)

    monkeypatch.setattr(given.engine, "compile", counted)
    return asking


def fresh(project: Project, **asked: Any) -> Any:
    given = project.ground()
    return Asking(Ground(given.engine, given.config, given.as_of, given.number)).ask(**asked)


def test_the_same_question_is_compiled_once(asking: Asking) -> None:
    first = asking.ask(by=["rep"])
    before = asking.compiled
    assert before > 0
    assert asking.ask(by=["rep"]) == first
    assert asking.compiled == before


def test_another_range_shares_the_query(project: Project, asking: Asking) -> None:
    asking.ask(by=["rep"], start="2024-01-01")
    before = asking.compiled
    found = asking.ask(by=["rep"], start="2025-01-01", end="2025-12-01")
    assert asking.compiled == before
    assert found == fresh(project, by=["rep"], start="2025-01-01", end="2025-12-01")
    assert [row["n"] for row in found["rows"]] == [3]


@pytest.mark.parametrize(
    "other",
    [{}, {"by": ["rep"], "where": ["rep=r1"]}, {"by": ["rep"], "definition": "by_creation"}],
    ids=str,
)
def test_what_a_query_depends_on_makes_another_one(project: Project, asking: Asking, other: dict[str, Any]) -> None:
    asking.ask(by=["rep"])
    before = asking.compiled
    assert asking.ask(**other) == fresh(project, **other)
    assert asking.compiled > before


@pytest.mark.parametrize("metric", ["win_rate", "sales_cycle_length"])
def test_a_past_instant_is_filled_into_the_query_of_another_one(project: Project, asking: Asking, metric: str) -> None:
    for instant in ("2024-03-31", "2024-12-31"):
        asking.ask(metric, by=["rep"], as_of=instant)
    before = asking.compiled
    found = asking.ask(metric, by=["rep"], as_of="2025-06-30")
    # only as-of itself, as an instant and as a date, is spelled by the engine
    assert asking.compiled - before <= 2
    assert found == fresh(project, metric=metric, by=["rep"], as_of="2025-06-30")
    assert found != asking.ask(metric, by=["rep"], as_of="2024-12-31")


@dataclass(frozen=True)
class _OfTheYear:
    """Deals that ended in the year of as-of: what the query says follows from as-of, but is not as-of."""

    rate: Rate

    def terms(self, question: Question) -> Mapping[str, Term]:
        year = question.as_of.year
        (name, term), *_ = self.rate.terms(question).items()
        return {name: replace(term, where=lambda t: t.ended_on.year() == year)}

    def estimate(self, cells: Any, question: Question) -> Any:
        return self.rate.estimate(cells, question)


def test_what_is_derived_from_as_of_is_never_filled_in(asking: Asking) -> None:
    plain = CATALOGUE["win_rate"]
    assert isinstance(plain.estimator, Rate)
    catalogue = {"win_rate": replace(plain, estimator=_OfTheYear(plain.estimator))}
    counts = [
        asking.ask(catalogue=catalogue, as_of=instant)["rows"][0]["n"]
        for instant in ("2024-06-30", "2024-12-31", "2025-12-31")
    ]
    assert counts == [2, 2, 3]


def test_a_settings_override_is_another_question(project: Project, asking: Asking) -> None:
    asked = {"metric": "customer_churn_rate", "as_of": "2025-12-31"}
    asking.ask(**asked)
    changed = {**asked, "settings": {"churn.grace_days": "90"}}
    assert asking.ask(**changed) == fresh(project, **changed)


def test_a_cold_start_does_without_pandas(project: Project) -> None:
    code = (
        "import sys; from efficace.cli.app import main\n"
        "try: main()\n"
        "finally: print(sorted({'pandas', 'pyarrow.dataset', 'scipy.stats', 'altair'} & set(sys.modules)))"
    )
    arguments = ["kpi", "win_rate", "--by", "rep", "--format", "json", "--project", str(Path(project.folder))]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
