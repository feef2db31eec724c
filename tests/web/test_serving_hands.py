"""Works of one page at once, and work that gives way to visitors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from threading import Event, Thread, get_ident
from time import monotonic

import pytest

from efficace.errors import QuestionError
from efficace.web.attendance import Attendance, Attended
from efficace.web.hands import Hands


@pytest.fixture
def hands() -> Iterator[Hands]:
    made = Hands()
    yield made
    made.close()


def test_works_give_what_they_found_in_their_order(hands: Hands) -> None:
    assert hands.at_once([partial(pow, number, 2) for number in range(50)]) == [number**2 for number in range(50)]
    assert hands.at_once([]) == []


def test_nothing_found_is_an_answer_too(hands: Hands) -> None:
    assert hands.at_once([lambda: None, lambda: None]) == [None, None]


def test_the_error_of_a_work_reaches_the_page(hands: Hands) -> None:
    def fail() -> int:
        raise QuestionError("no such thing")

    with pytest.raises(QuestionError, match="no such thing"):
        hands.at_once([lambda: 1, fail, lambda: 2])


def test_a_work_may_have_works_of_its_own(hands: Hands) -> None:
    def inner(number: int) -> int:
        return sum(hands.at_once([partial(pow, number, 1) for _turn in range(4)]))

    assert hands.at_once([partial(inner, number) for number in range(20)]) == [4 * number for number in range(20)]


def test_a_page_goes_on_alone_where_no_hand_is_free(hands: Hands) -> None:
    free, begun = Event(), Event()

    def hold() -> int:
        begun.set()
        free.wait(20)
        return get_ident()

    pages = [Thread(target=hands.at_once, args=([hold, hold],)) for _turn in range(8)]
    for page in pages:
        page.start()
    begun.wait(20)
    assert hands.at_once([lambda: 1, lambda: 2, lambda: 3]) == [1, 2, 3]
    free.set()
    for page in pages:
        page.join(20)


def test_what_is_not_done_in_time_is_left_out_and_never_begun(hands: Hands) -> None:
    done, held = list[int](), Event()

    def slow() -> int:
        held.wait(0.3)
        return 1

    began = monotonic()

    def late(number: int) -> int:
        done.append(number)
        return number

    works: list[Callable[[], int]] = [slow, slow, slow, *[partial(late, number) for number in range(5)]]
    found = hands.within(0.05, works)
    assert monotonic() - began < 5
    assert found[2:] == [None] * 6
    assert done == []
    assert hands.within(None, [slow, slow]) == [1, 1]


def test_what_can_wait_goes_on_only_when_nobody_is_served() -> None:
    attendance = Attendance()
    order: list[str] = []

    def background() -> None:
        attendance.give_way(20)
        order.append("background")

    attendance.come()
    attendance.come()
    thread = Thread(target=background)
    thread.start()
    attendance.leave()
    order.append("visitor")
    attendance.leave()
    thread.join(20)
    assert order == ["visitor", "background"]


def test_what_can_wait_is_not_kept_for_ever() -> None:
    attendance = Attendance()
    attendance.come()
    began = monotonic()
    attendance.give_way(0.05)
    assert monotonic() - began < 5


def test_a_request_that_fails_is_served_no_longer() -> None:
    attendance = Attendance()

    async def broken(*_given: object) -> None:
        raise OSError

    async def silent(*_given: object) -> None:
        """Neither gives nor takes anything."""

    with pytest.raises(OSError):  # noqa: PT011  (of the app itself)
        asyncio.run(Attended(broken, attendance)({"type": "http"}, silent, silent))  # type: ignore[arg-type]
    attendance.give_way(0)
    assert attendance.is_quiet
