"""A fact of another instant with some of its columns has the rows that it has with all of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from any_company import DAYS, START, AnyCompany

from efficace.build import load_tables
from efficace.facts import BY_NAME, FACTS
from efficace.facts.known import ASIDE, Tables
from efficace.facts.planned import Aside
from efficace.facts.store import moment
from efficace.metrics.answer import Answer
from efficace.metrics.ask import Ground, ask
from efficace.metrics.catalogue import CATALOGUE
from efficace.metrics.compiled import Build
from efficace.metrics.metric import Metric
from efficace.metrics.question import Question, Request, understand
from efficace.project import Project, open_project

SETTINGS: dict[str, Any] = {
    "company": {"timezone": "Europe/Paris", "currency": "EUR"},
    "response": {"heat": [{"heat": "hot", "again_within": "3 days"}, {"heat": "cold", "segment": ["small"]}]},
}
NAMES = [fact.name for fact in FACTS if fact.stored]


@pytest.fixture(scope="module", params=[1])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder: Path = tmp_path_factory.mktemp("narrow")
    load_tables(folder, AnyCompany(request.param).everything(), SETTINGS, START + timedelta(days=DAYS))
    with open_project(folder) as opened:
        yield opened


def tables_of(ground: Ground, day: int) -> Tables:
    return Tables(ground.engine, moment(START + timedelta(days=day, hours=5), ground.config), BY_NAME, stored=False)


def rows_of(found: Any, columns: list[str]) -> list[str]:
    rows = [[_rounded(row[name]) for name in columns] for row in found.to_pylist()]
    return sorted(repr(row) for row in rows)


def _rounded(value: Any) -> Any:
    return f"{value:.9g}" if isinstance(value, float) else value


@pytest.mark.parametrize("day", [30, 62])
@pytest.mark.parametrize("name", NAMES)
def test_a_fact_has_the_same_rows_whichever_columns_are_asked(project: Project, name: str, day: int) -> None:
    ground, rng = project.ground(), random.Random(f"{name} {day}")
    whole = tables_of(ground, day)
    expected = ground.engine.run(getattr(whole, name))
    whole.close()
    every = expected.column_names
    for columns in ([rng.choice(every)], rng.sample(every, len(every) // 3 + 1), rng.sample(every, len(every) // 2)):
        tables = tables_of(ground, day)
        Aside(ground.engine, tables).provide({name: frozenset(columns)})
        listed = ", ".join(f'"{one}"' for one in columns)
        found = ground.engine.fetch(f'SELECT {listed} FROM "{ASIDE}{name}"')
        assert rows_of(found, columns) == rows_of(expected, columns), columns
        tables.close()


class WholeGround(Ground):
    """Sets whole facts aside, and asks of them as of stored ones."""

    def compiled(self, part: str, question: Question, build: Build) -> Mapping[str, str]:
        tables = self.tables(question)
        return {name: self.engine.compile(table) for name, table in build(question, tables).items()}


def dimensions_of(metric: Metric, question: Question) -> list[str]:
    """The first dimension of its facts, where a question may be split by it."""
    terms = metric.estimator.terms(question).values()
    found = [name for term in terms for name in BY_NAME[term.fact].dimensions]
    return list(metric.only_by[:1]) or found[:1]


@pytest.mark.parametrize("metric", [name for name, one in CATALOGUE.items() if not one.asks])
def test_an_answer_of_the_past_is_that_of_whole_facts(project: Project, metric: str) -> None:
    given = project.ground()
    as_of = (START + timedelta(days=55)).replace(tzinfo=UTC)
    plain = Request(metric, as_of=as_of, by=CATALOGUE[metric].only_by[:1])
    by = dimensions_of(CATALOGUE[metric], understand(plain, CATALOGUE, given.config, given.as_of))
    narrow, whole = (
        ask(kind(given.engine, given.config, given.as_of, given.number), replace(plain, by=by), CATALOGUE)
        for kind in (Ground, WholeGround)
    )
    assert as_text(narrow) == as_text(whole)
    drop_aside(given)


def as_text(answer: Answer) -> str:
    return repr(_told(answer.to_dict()))


def _told(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _told(part[name]) for name in sorted(part)}
    return [_told(one) for one in part] if isinstance(part, list) else _rounded(part)


def drop_aside(ground: Ground) -> None:
    for name in NAMES:
        ground.engine.drop_aside(ASIDE + name)
