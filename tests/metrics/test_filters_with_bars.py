"""Members whose ids hold the signs that filters are written with."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from efficace.metrics.question import Filter, filter_of, filter_text

IDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)


@given(st.lists(IDS, min_size=1, max_size=4))
@example(["a|b", "c"])
@example(["ends with\\", "|"])
@example(["\\|"])
def test_a_filter_is_read_as_it_was_written(members: list[str]) -> None:
    assert filter_of(filter_text("source", members)) == Filter("source", tuple(members), negated=False)


def test_a_bar_between_values_parts_them_and_one_after_a_backslash_does_not() -> None:
    assert filter_of("source=a|b").values == ("a", "b")
    assert filter_of("source!=a\\|b|c") == Filter("source", ("a|b", "c"), negated=True)


def test_a_backslash_of_its_own_stays() -> None:
    assert filter_of("source=shop\\north").values == ("shop\\north",)
