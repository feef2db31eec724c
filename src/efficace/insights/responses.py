"""Detectors of how leads are answered: hotter ones later, promises not kept, sources that nobody watches."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from efficace.insights.finding import Figure, Finding, Interval, Looked, Tested
from efficace.insights.look import Look, chance_of, evidence_of, name_of
from efficace.insights.picture import Picture, beside_all, mark_of
from efficace.locale.said import Said
from efficace.metrics.answer import Row
from efficace.metrics.metric import SHARE
from efficace.metrics.question import filter_text

HEATS = ("cold", "warm", "hot")
KEPT_FROM = 0.8
"""A promise that is kept less often than four times in five is not kept."""
UNWATCHED_BELOW = 0.5
"""A source whose leads are answered at most this often within a week is not watched."""
_HEAT_NAMES = {"cold": Said("cold leads"), "warm": Said("warm leads"), "hot": Said("hot leads")}


def colder_first(look: Look) -> Looked:
    """Hotter leads that wait longer for an answer than colder ones, in the company and in each team."""
    company = look.request("heat_inversion")
    whole = look.whole(company)
    tests = [_inverted(look, whole, None)] if whole else []
    tests += [_inverted(look, row, "team") for row in look.members(look.request("heat_inversion", "team"))]
    return Looked(tuple(test for test in tests if test is not None))


def _inverted(look: Look, row: Row, dimension: str | None) -> Tested | None:
    p = chance_of(row)
    if p is None:
        return None
    if row.value != 1:
        return Tested(1.0)
    member = str(row.members[dimension]) if dimension else ""
    where = (filter_text(dimension, [member]),) if dimension else ()
    medians = _medians(look, where)
    pairs = [(medians[hot] - medians[cold], hot, cold) for cold in medians for hot in medians if _hotter(hot, cold)]
    _, hot, cold = max(pairs)
    values = {
        "who": name_of(row, dimension) if dimension else Said("The company"),
        "hot": _HEAT_NAMES[hot], "cold": _HEAT_NAMES[cold],
        "waited": _waited(medians[hot]), "less": _waited(medians[cold]),
    }  # fmt: skip
    finding = Finding(
        "colder_first",
        {dimension: member} if dimension else {},
        Said("{who}: {hot} wait {waited} for an answer, {cold} only {less}.", values),
        Said("Put the hottest leads on top of the queue, and give them to whoever is free."),
        look.request("heat_inversion", where=where),
        evidence_of(row, "inversion", 0.0, p),
        look.stake(row.n, "leads"),
        picture=_waits(look, where, hot),
    )
    return Tested(p, finding)


def _waits(look: Look, where: tuple[str, ...], meant: str) -> Picture:
    """How long each heat waits, beside what it was promised."""
    rows = look.ask(look.request("lead_response_time", "heat", where=where)).rows
    by_heat = {str(row.members["heat"]): row for row in rows if row.n > 0}
    promise = vars(look.config.response.promise)
    marks = [
        mark_of(Said(heat), by_heat[heat], promise[heat] / 60, is_meant=heat == meant)
        for heat in reversed(HEATS)
        if heat in by_heat
    ]
    return Picture("rows", tuple(marks), "minutes", Said("promised"))


def _hotter(hot: str, cold: str) -> bool:
    return HEATS.index(hot) > HEATS.index(cold)


def _medians(look: Look, where: tuple[str, ...]) -> dict[str, float]:
    """Minutes until half of the leads of each heat are answered; infinite where they never are."""
    rows = look.ask(look.request("lead_response_time", "heat", where=where)).rows
    return {
        str(row.members["heat"]): inf if row.value is None else row.value
        for row in rows
        if row.members["heat"] in HEATS and row.n > 0
    }


def _waited(minutes: float) -> Said:
    return Said("for ever") if minutes == inf else Figure(value=minutes, unit="minutes")


def promise_broken(look: Look) -> Looked:
    """Heats whose promise is surely kept less often than four times in five."""
    asked = look.request("promise_kept", "heat")
    promise = vars(look.config.response.promise)
    kept = {str(row.members["heat"]): row for row in look.members(asked)}
    found = []
    for row in kept.values():
        heat = str(row.members["heat"])
        if heat not in HEATS or row.value is None or row.high is None or row.high >= KEPT_FROM:
            continue
        values = {
            "leads": _HEAT_NAMES[heat], "promise": Figure(value=promise[heat] / 60, unit="minutes"),
            "kept": Figure(value=row.value, unit=SHARE), "between": Interval(low=row.low, high=row.high, unit=SHARE),
        }  # fmt: skip
        found.append(
            Finding(
                "promise_broken",
                {"heat": heat},
                Said("The promise to answer {leads} within {promise} is kept for {kept} of them ({between}).", values),
                Said("Have someone on duty for them at each hour, or promise what can be kept."),
                asked,
                evidence_of(row, SHARE, None, None),
                look.stake(row.n * (1 - row.value), "leads"),
                picture=_kept_promises(kept, heat),
            )
        )
    return Looked(facts=tuple(found))


def _kept_promises(kept: Mapping[str, Row], meant: str) -> Picture:
    marks = [
        mark_of(Said(heat), kept[heat], KEPT_FROM, is_meant=heat == meant) for heat in reversed(HEATS) if heat in kept
    ]
    return Picture("rows", tuple(marks), SHARE, Said("counts as kept"))


def unwatched_source(look: Look) -> Looked:
    """Sources whose leads are hardly ever answered, unlike those of other sources."""
    asked = look.request("lead_answer_rate", "source", settings={"horizon": "7 days"})
    whole = look.whole(asked)
    tests = []
    for row in look.members(asked):
        p = chance_of(row)
        if p is None or row.value is None or whole is None or whole.value is None:
            continue
        is_unwatched = row.high is not None and row.high < UNWATCHED_BELOW and row.value < whole.value
        values = {
            "source": name_of(row, "source"), "share": Figure(value=row.value, unit=SHARE),
            "all": Figure(value=whole.value, unit=SHARE),
        }  # fmt: skip
        finding = Finding(
            "unwatched_source",
            {"source": str(row.members["source"])},
            Said("Hardly anyone watches {source}: {share} of its leads are answered in a week, {all} of all.", values),
            Said("Name one person who answers {source}, and let its leads into the same queue as all others.", values),
            asked,
            evidence_of(row, SHARE, whole.value, p),
            look.stake(row.n * (1 - row.value), "leads"),
            picture=beside_all(mark_of(name_of(row, "source"), row), whole.value, SHARE),
        )
        tests.append(Tested(p, finding) if is_unwatched else Tested(1.0))
    return Looked(tuple(tests))
