"""The first event after each waiting row: by pairs and by sort alike, against a loop."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from efficace.facts import next_events
from efficace.facts.next_events import first_after
from efficace.warehouse.engine import Engine

START = datetime.fromisoformat("2024-03-01")
KEYS = st.sampled_from(["a", "b", None])
HOURS = st.integers(0, 12)
Waiting = list[tuple[str | None, int]]
Events = list[tuple[str | None, int, bool]]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.open(None)


def _at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


def _found(engine: Engine, waiting: Waiting, events: Events, *, strictly: bool) -> dict[str, tuple[object, object]]:
    instants = pa.timestamp("us")
    asking = pa.table({
        "w_key": pa.array([key for key, _ in waiting], pa.string()),
        "w_at": pa.array([_at(hours) for _, hours in waiting], instants),
        "w_id": pa.array([str(number) for number in range(len(waiting))], pa.string()),
    })  # fmt: skip
    telling = pa.table({
        "e_key": pa.array([key for key, *_ in events], pa.string()),
        "e_at": pa.array([_at(hours) for _, hours, _ in events], instants),
        "is_any": pa.array([True] * len(events), pa.bool_()),
        "is_good": pa.array([good for *_, good in events], pa.bool_()),
    })  # fmt: skip
    ways = [(engine.give("waiting", asking), engine.give("events", telling))]
    found = engine.run(first_after(ways, strictly=strictly, kinds={"any": "is_any", "good": "is_good"})).to_pylist()
    return {row["w_id"]: (row["any"], row["good"]) for row in found if row["any"]}


def _by_loop(waiting: Waiting, events: Events, *, strictly: bool) -> dict[str, tuple[object, object]]:
    found = {}
    for number, (key, at) in enumerate(waiting):
        later = [(_at(h), good) for k, h, good in events if k and k == key and (h > at or (h == at and not strictly))]
        if later:
            found[str(number)] = (min(h for h, _ in later), min((h for h, good in later if good), default=None))
    return found


@pytest.mark.parametrize("crowd", [0, 1000])
@pytest.mark.parametrize("strictly", [True, False])
@given(
    waiting=st.lists(st.tuples(KEYS, HOURS), max_size=8),
    events=st.lists(st.tuples(KEYS, HOURS, st.booleans()), max_size=8),
)
@settings(max_examples=15, deadline=None)
def test_the_first_event_is_that_of_a_loop(
    engine: Engine, crowd: int, strictly: bool, waiting: Waiting, events: Events
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(next_events, "CROWD", crowd)
        found = _found(engine, waiting, events, strictly=strictly)
    assert found == _by_loop(waiting, events, strictly=strictly)
