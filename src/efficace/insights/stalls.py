"""Detectors of where deals wait: those stalled now, and stages that take one team longer than the others."""

from __future__ import annotations

from dataclasses import replace

from efficace.insights.finding import Figure, Finding, Looked, Stake, Tested
from efficace.insights.look import Look, chance_of, evidence_of, name_of
from efficace.insights.picture import Mark, Picture, beside_all, mark_of
from efficace.locale.said import Said, counted
from efficace.metrics.behind import rows_behind
from efficace.metrics.metric import DAYS
from efficace.metrics.question import Request


def stalled(look: Look) -> Looked:
    """Open deals that wait in their stage for longer than nine in ten won deals did."""
    asked = replace(look.request("stalled_deals"), start=None)
    row = look.whole(asked)
    if row is None or not row.value:
        return Looked()
    abandoned = (row.estimates.get("abandoned") or {}).get("value") or 0.0
    values = {
        "stalled": Figure(value=row.value, unit="deals"), "open": Figure(value=row.n, unit="deals"),
        "abandoned": Figure(value=abandoned, unit="deals"),
    }  # fmt: skip
    waits = counted(
        "{n} of {open} open deals waits in its stage longer than nine in ten won deals did",
        "{n} of {open} open deals wait in their stage longer than nine in ten won deals did",
        row.value,
        open=values["open"],
    )
    more = counted(
        "{n} more is older than any deal that ever closed.",
        "{n} more are older than any deal that ever closed.",
        abandoned,
    )
    claim = Said("{before}; {after}", {"before": waits, "after": more, **values})
    finding = Finding(
        "stalled_deals",
        {},
        claim,
        Said("Ask of each what the customer does next and by when; close what has no answer."),
        asked,
        evidence_of(row, "deals", None, None),
        _amount(look, asked.metric) or look.stake(row.value, "deals"),
        picture=_by_stage(look, asked),
    )
    return Looked(facts=(finding,))


def _by_stage(look: Look, asked: Request) -> Picture:
    """The stalled ones of the open deals of each stage, in the order of the stages."""
    rows = [row for row in look.members(replace(asked, by=("stage",))) if row.n > 0]
    most = max((row.value or 0.0 for row in rows), default=0.0)
    marks = [Mark(name_of(row, "stage"), row.value, tick=row.n, is_meant=row.value == most) for row in rows]
    return Picture("parts", tuple(marks), "deals", Said("open deals"))


def _amount(look: Look, metric: str) -> Stake | None:
    """What the stalled deals would bring, at the company's win rate."""
    asked = replace(look.request(metric), start=None)
    rows = rows_behind(look.ground, asked, look.catalogue, None).rows
    amounts = [row["amount"] for row in rows.to_pylist() if row["left_out"] is None and row["amount"] is not None]
    rate = look.whole(look.request("win_rate"))
    if not amounts:
        return None
    total, currency = float(sum(amounts)), look.config.company.currency
    return Stake(total, currency, total * rate.value if rate and rate.value else None, currency)


def slow_stage(look: Look) -> Looked:
    """Stages in which one team's deals spend longer than those of the other teams."""
    asked = look.request("stage_duration", "team", "stage")
    company = {row.members["stage"]: row.value for row in look.members(look.request("stage_duration", "stage"))}
    tests = []
    for row in look.members(asked):
        p, usual = chance_of(row), company.get(row.members["stage"])
        if p is None or row.value is None or usual is None:
            continue
        values = {
            "team": name_of(row, "team"), "stage": name_of(row, "stage"),
            "days": Figure(value=row.value, unit=DAYS), "all": Figure(value=usual, unit=DAYS),
        }  # fmt: skip
        finding = Finding(
            "slow_stage",
            {"team": str(row.members["team"]), "stage": str(row.members["stage"])},
            Said("{team}: half of the deals spend more than {days} in the stage {stage}, {all} in all teams.", values),
            Said("Walk through five of these deals with {team}: who is waited for, and what would let go?", values),
            asked,
            evidence_of(row, DAYS, usual, p),
            look.stake(row.n, "deals"),
            picture=beside_all(mark_of(name_of(row, "team"), row), usual, DAYS),
        )
        tests.append(Tested(p, finding) if row.value > usual else Tested(1.0))
    return Looked(tuple(tests))
