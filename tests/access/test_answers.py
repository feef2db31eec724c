"""Questions narrowed or refused and answers masked, on a small company that is counted by hand.

Deals won: team north has r1..r6, south r7..r9, west r10..r15; the answer to any question counts them by plain Python.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efficace.access import Forbidden, Reader
from efficace.access.answers import SMALL_GROUP, Seen, seen_by
from efficace.config import Privacy
from efficace.metrics.answer import Answer, Row
from efficace.metrics.question import Request, filter_of

Deal = dict[str, str]
DIMENSIONS = ("rep", "team", "source")
PRIVACY = Privacy(min_group=5)
EXECUTIVE = Reader(1, "executive")
REP = Reader(2, "rep", "r1")
MANAGER = Reader(3, "manager", None, frozenset({"r7", "r8", "r9"}))
ANALYST = Reader(4, "analyst")


def team_of(number: int) -> str:
    return "north" if number <= 6 else "south" if number <= 9 else "west"


DEALS: list[Deal] = [
    {"rep": f"r{number}", "team": team_of(number), "source": source}
    for number in range(1, 16)
    for source in ("web", "fair")
    if source == "web" or number in (1, 2, 11, 12, 13, 14, 15)
]


def company(deals: list[Deal]) -> Callable[[Request], Answer]:
    def ask(request: Request) -> Answer:
        filters = [filter_of(text) for text in request.where]
        groups: dict[tuple[str, ...], int] = defaultdict(int)
        for deal in deals:
            if all((deal[one.dimension] in one.values) != one.negated for one in filters):
                groups[tuple(deal[name] for name in request.by)] += 1
        rows = [
            Row(None, dict(zip(request.by, key, strict=True)), float(count), None, None, count, False)
            for key, count in sorted(groups.items())
        ]
        return Answer(
            "won", "deals", "default", "1", datetime(2026, 3, 2, tzinfo=UTC), rows, {}, [], {"p": 0.5}, {"en": "won"},
            "all", tuple(request.by), 1,
        )  # fmt: skip

    return ask


def see(reader: Reader, *by: str, where: tuple[str, ...] = (), deals: list[Deal] | None = None) -> Seen:
    return seen_by(reader, Request("won", by=by, where=where), PRIVACY, DIMENSIONS, company(deals or DEALS))


def values(seen: Seen) -> dict[object, float | None]:
    return {next(iter(row.members.values()), None): row.value for row in seen.answer.rows}


def test_an_analyst_sees_everything_and_the_log_names_whom() -> None:
    seen = see(ANALYST, "rep")
    assert len(seen.people) == 15
    assert seen.hidden == 0
    assert values(see(ANALYST, "team")) == {"north": 8.0, "south": 3.0, "west": 11.0}


def test_a_small_team_is_hidden_and_the_next_smallest_with_it() -> None:
    seen = see(EXECUTIVE, "team")
    assert values(seen) == {"north": None, "south": None, "west": 11.0}
    assert [(entry["reason"], entry["member"]) for entry in seen.answer.missing] == [
        (SMALL_GROUP, "north"),
        (SMALL_GROUP, "south"),
    ]
    assert (seen.answer.comparison, seen.hidden, seen.people) == (None, 2, ())
    assert {row.n for row in seen.answer.rows if row.value is None} == {0}


def test_the_total_is_shown_where_it_is_large_enough() -> None:
    assert values(see(EXECUTIVE)) == {None: 22.0}
    assert values(see(EXECUTIVE, deals=DEALS[:4])) == {None: None}


@pytest.mark.parametrize("where", ["team=south", "team!=south", "team=north", "team=north|west", "team=south|west"])
def test_a_filter_does_not_show_what_the_table_hides(where: str) -> None:
    assert values(see(EXECUTIVE, where=(where,))) == {None: None}


def test_a_filter_by_a_shown_group_is_answered() -> None:
    assert values(see(EXECUTIVE, where=("team=west",))) == {None: 11.0}


def test_two_filters_that_meet_in_a_small_group_are_not_answered() -> None:
    assert values(see(EXECUTIVE, where=("team=north", "source=fair"))) == {None: None}


def test_a_rep_sees_the_own_figure_and_nobody_else_s() -> None:
    seen = see(REP, "rep")
    assert values(seen) == {"r1": 2.0}
    assert seen.people == ()
    for where in ("rep=r2", "rep!=r2", "rep!=r1"):
        with pytest.raises(Forbidden):
            see(REP, where=(where,))
    assert values(see(REP, where=("rep=r1|r2",))) == {None: 2.0}


def test_a_manager_sees_the_own_team_s_persons_and_the_log_names_them() -> None:
    seen = see(MANAGER, "rep")
    assert values(seen) == {"r7": 1.0, "r8": 1.0, "r9": 1.0}
    assert seen.people == ("r7", "r8", "r9")
    assert see(MANAGER, where=("rep=r8",)).people == ("r8",)
    assert values(see(MANAGER, "team")) == {"north": 8.0, "south": 3.0, "west": 11.0}


def test_an_executive_is_refused_a_question_by_person_or_evened_out_by_person() -> None:
    with pytest.raises(Forbidden, match="figures of this person"):
        see(EXECUTIVE, "rep")
    with pytest.raises(Forbidden):
        seen_by(EXECUTIVE, Request("won", by=("team",), adjust=("rep",)), PRIVACY, DIMENSIONS, company(DEALS))


def test_a_metric_that_knows_no_persons_is_answered_in_full() -> None:
    seen = seen_by(EXECUTIVE, Request("nps", by=("team",)), PRIVACY, ("team", "source"), company(DEALS))
    assert (values(seen), seen.hidden) == ({"north": 8.0, "south": 3.0, "west": 11.0}, 0)


def test_a_token_without_reading_is_refused() -> None:
    with pytest.raises(Forbidden, match="see figures"):
        see(Reader(1, "admin", scopes=frozenset({"write"})), "team")


COMPANIES = st.lists(
    st.fixed_dictionaries(
        {
            "rep": st.sampled_from([f"r{number}" for number in range(16)]),
            "team": st.sampled_from(["a", "b", "c"]),
            "source": st.sampled_from(["x", "y"]),
        }
    ),
    min_size=1,
    max_size=40,
)
QUESTIONS = st.tuples(
    st.sampled_from([(), ("team",), ("source",), ("team", "source")]),
    st.sampled_from([(), ("team=a",), ("team!=b",), ("team=a|b",), ("source=x",), ("team=a", "source=y")]),
)


@given(COMPANIES, QUESTIONS)
def test_every_figure_shown_is_of_enough_persons(
    deals: list[Deal], question: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    by, where = question
    seen = see(EXECUTIVE, *by, where=where, deals=deals)
    filters = [filter_of(text) for text in where]
    for row in seen.answer.rows:
        people = {
            deal["rep"]
            for deal in deals
            if all(deal[name] == member for name, member in row.members.items())
            and all((deal[one.dimension] in one.values) != one.negated for one in filters)
        }
        assert row.value is None or len(people) >= 5


@given(COMPANIES, QUESTIONS)
def test_what_is_shown_is_what_the_full_answer_says(
    deals: list[Deal], question: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    by, where = question
    full = values(see(ANALYST, *by, where=where, deals=deals)) if len(by) < 2 else {}
    seen = see(EXECUTIVE, *by, where=where, deals=deals)
    for member, value in values(seen).items() if full else ():
        assert value in (None, full[member])
    told = {str(entry["member"]) for entry in seen.answer.missing}
    assert len(told) == seen.hidden == sum(row.value is None for row in seen.answer.rows)


@given(COMPANIES, st.sampled_from([("team=a", "team=a|b"), ("team!=c", "team=a"), ("", "team=a"), ("", "team!=a")]))
def test_the_difference_of_two_filters_tells_of_no_small_group(deals: list[Deal], pair: tuple[str, str]) -> None:
    answers, people = [], []
    for text in pair:
        where = (text,) if text else ()
        answers.append(sum(row.value or 0 for row in see(EXECUTIVE, where=where, deals=deals).answer.rows))
        of_it = [d for d in deals if not text or (d["team"] in filter_of(text).values) != filter_of(text).negated]
        people.append({deal["rep"] for deal in of_it})
    if all(answers) and pair[0] != pair[1]:
        between = [
            deal
            for deal in deals
            if sum(
                not text or (deal["team"] in filter_of(text).values) != filter_of(text).negated for text in pair
            ) == 1
        ]  # fmt: skip
        assert len({deal["rep"] for deal in between}) >= 5 or not between
