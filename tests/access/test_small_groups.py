"""Small groups stay hidden, and nothing that is shown gives one away by subtraction."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from efficace.access.small_groups import People, Place, hidden, is_small

PEOPLE = [f"r{number}" for number in range(14)]
MEMBERS = st.frozensets(st.sampled_from(PEOPLE), max_size=12)
TABLES = st.dictionaries(
    st.tuples(st.sampled_from(["jan", "feb"]), st.sampled_from("abc"), st.sampled_from("xyz")), MEMBERS, max_size=12
)
KNOWN = st.frozensets(st.sampled_from(PEOPLE), max_size=6)
LEAST = st.integers(1, 7)


def of(*sizes: int) -> dict[Place, People]:
    """Groups without common members, in one line."""
    found, start = {}, 0
    for number, size in enumerate(sizes):
        found[(number,)] = frozenset(f"p{person}" for person in range(start, start + size))
        start += size
    return found


def test_a_group_below_the_least_takes_the_next_smallest_with_it() -> None:
    assert hidden(of(3, 20, 7, 9), frozenset(), 5) == {(0,), (2,)}


def test_two_small_groups_that_are_large_enough_together_need_no_third() -> None:
    assert hidden(of(3, 2, 7), frozenset(), 5) == {(0,), (1,)}
    assert hidden(of(1, 2, 7, 9), frozenset(), 5) == {(0,), (1,), (2,)}


def test_without_a_small_group_nothing_is_hidden() -> None:
    assert hidden(of(5, 6, 7), frozenset(), 5) == frozenset()
    assert hidden(of(1, 2), frozenset(), 1) == frozenset()


def test_an_empty_group_is_no_secret() -> None:
    assert hidden(of(0, 6), frozenset(), 5) == frozenset()


def test_a_member_sees_the_own_team_of_five_but_a_manager_of_four_does_not_see_the_fifth() -> None:
    five = frozenset(PEOPLE[:5])
    assert not is_small(five, frozenset(PEOPLE[:1]), 5)
    assert is_small(five, frozenset(PEOPLE[:4]), 5)
    assert not is_small(five, five, 5)


@given(TABLES, KNOWN, LEAST)
def test_no_group_that_is_shown_is_small(table: dict[Place, People], known: People, least: int) -> None:
    gone = hidden(table, known, least)
    assert not [place for place, people in table.items() if place not in gone and is_small(people, known, least)]


@given(TABLES, KNOWN, LEAST)
def test_no_line_minus_what_it_shows_is_a_single_or_small_group(
    table: dict[Place, People], known: People, least: int
) -> None:
    gone = hidden(table, known, least)
    for axis in range(3):
        for fixed in {place[:axis] + place[axis + 1 :] for place in table}:
            line = [place for place in table if place[:axis] + place[axis + 1 :] == fixed]
            lost = [place for place in line if place in gone]
            rest = [place for place in line if place not in gone and table[place] - known]
            together = frozenset[str]().union(*(table[place] for place in lost))
            assert not lost or not rest or (len(lost) > 1 and not is_small(together, known, least))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.integers(2, 6))
def test_no_difference_of_the_total_and_shown_groups_tells_of_fewer_than_the_least(
    sizes: list[int], least: int
) -> None:
    """An attacker who knows the total and any of the shown groups, tried in full."""
    groups = of(*sizes)
    gone = hidden(groups, frozenset(), least)
    shown = [place for place in groups if place not in gone]
    everyone = frozenset[str]().union(*groups.values())
    if is_small(everyone, frozenset(), least):
        return  # the total is hidden itself
    for count in range(len(shown) + 1):
        for taken in combinations(shown, count):
            left = everyone.difference(*(groups[place] for place in taken))
            assert not left or len(left) >= least


@given(TABLES, KNOWN, LEAST)
def test_whoever_sees_everybody_is_shown_everything_and_hiding_again_hides_no_more(
    table: dict[Place, People], known: People, least: int
) -> None:
    assert hidden(table, frozenset(PEOPLE), least) == frozenset()
    gone = hidden(table, known, least)
    assert hidden(dict(reversed(table.items())), known, least) == gone
