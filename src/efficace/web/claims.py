"""The answer of a metric's page as its title: what it is, how it moved, whether members differ."""

from __future__ import annotations

from collections.abc import Sequence

from efficace.locale.said import Said
from efficace.metrics.answer import Row
from efficace.metrics.headlines import headline, verdict
from efficace.web.asked import Asked
from efficace.web.figures import Breakdown, Figure
from efficace.web.place import COMPARISONS
from efficace.web.say import Say

SIGNED = ("revenue_growth", "volume_mix_bridge", "nps", "forecast_error")
"""Metrics whose sign is half of the news."""
STILL = 0.005
"""A move by less than this share of the figure, within chance, is none to speak of."""
MOVES: dict[bool | None, tuple[str, str]] = {
    True: (
        "{answer}, {change} more than {period}, beyond chance.",
        "{answer}, {change} less than {period}, beyond chance.",
    ),
    False: (
        "{answer}, {change} more than {period}, which chance can explain.",
        "{answer}, {change} less than {period}, which chance can explain.",
    ),
    None: ("{answer}, {change} more than {period}.", "{answer}, {change} less than {period}."),
}
"""By whether the move is beyond chance: for more, and for less."""
COUNTED = {"better": "{number} better", "worse": "{number} worse", "different": "{number} further from the others"}
"""By the side on which members stand."""


def claim(asked: Asked, whole: Figure | None, say: Say) -> str:
    """The first sentence of the title."""
    name = say.metric(asked.metric.id)
    if whole is None:
        return say.text("{name}: where does it differ?", name=name)
    if whole.row is None:
        return say.text("{name}: no figure yet.", name=name)
    judged = verdict(asked.metric.id, whole.row.value or 0.0) if asked.definition is None else None
    if judged is not None:
        return say.text("{answer}.", answer=say.said(judged))
    answer = _answer(asked, whole, say)
    change = whole.compared.get("change")
    if change is None or asked.metric.id in SIGNED:
        return say.text("{answer}.", answer=answer)
    told = say.change(abs(change), whole.unit).lstrip("+")
    is_still = abs(change) < STILL * abs(whole.row.value or 0.0) and not whole.is_beyond_chance
    if is_still or not any(digit in told for digit in "123456789"):
        return say.text("{answer}, as in {period}.", answer=answer, period=_period(asked, say))
    template = MOVES[whole.is_beyond_chance][0 if change > 0 else 1]
    return say.text(template, answer=answer, change=told, period=_period(asked, say))


def claim_on_pairs(rows: Sequence[Row], say: Say) -> str:
    """The title of what members are together: the pair that is bought together most, where chance does not explain it.

    Args:
        rows: The most related first; 1 is unrelated.
    """
    apart = next((row for row in rows if row.low is not None and row.low > 1), None)
    if apart is None:
        return say.text("No pair comes together more often than chance explains.")
    first, second = (say.member(apart, name) for name in apart.members)
    times = say.number(apart.value or 0.0)
    return say.text("{first} comes with {second} {times} times as often as chance would have it.",
                    first=first, second=second, times=times)  # fmt: skip


def claim_on_members(found: Breakdown, say: Say) -> str:
    """The second sentence: how many members differ beyond chance; empty where they are not compared."""
    if found.answer.comparison is None or not found.members:
        alarms = len(found.beyond("worse"))
        return (
            say.text(
                "{dimension}: alarm in {n} of {all}.",
                dimension=say.dimension(found.dimension),
                n=alarms,
                all=len(found.members),
            )
            if alarms
            else ""
        )
    dimension = say.dimension(found.dimension)
    counts = {side: len(found.beyond(side)) for side in ("better", "worse", "different")}
    if not any(counts.values()):
        return say.text("{dimension}: no difference that chance cannot explain.", dimension=dimension)
    told = [say.text(COUNTED[side], number=number) for side, number in counts.items() if number]
    parts, of = ", ".join(told), len(found.members)
    return say.text("{dimension}: {parts} than chance explains, of {all}.", dimension=dimension, parts=parts, all=of)


def _answer(asked: Asked, whole: Figure, say: Say) -> str:
    assert whole.row is not None
    value = whole.row.value
    if asked.metric.id in SIGNED and value is not None and whole.unit == "share":
        told = say.relative(value)
    elif asked.metric.id in SIGNED:
        told = say.change(value, whole.unit)
    else:
        told = say.value(value, whole.unit)
    # A sentence names the metric's own horizon: with another one it would not be true.
    is_own = asked.definition is None and not (asked.option or "").startswith("horizon=")
    said = headline(asked.metric.id, told) if is_own else None
    sentence = say.said(said or Said("{name}: {value}", {"name": say.metric(asked.metric.id), "value": told}))
    return sentence[:1].upper() + sentence[1:]


def _period(asked: Asked, say: Say) -> str:
    return say.text(COMPARISONS[asked.place.compare])
