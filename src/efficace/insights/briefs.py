"""Findings in a few words, for the answer at the head of a page; and which of them to tell first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from efficace.insights.finding import Finding, Kind
from efficace.locale.said import Said

BRIEFS: Mapping[str, str] = {
    "colder_first": "{hot} wait longer for an answer than {cold}",
    "promise_broken": "the promise to {leads} is not kept",
    "unwatched_source": "hardly anyone watches {source}",
    "stalled_deals": "{n} of {open} open deals stand still",
    "slow_stage": "{team} takes long in the stage {stage}",
    "rep_beyond_chance": "{rep} does worse in {metric}",
    "fast_but_unhappy": "{rep} wins fast, but the customers leave",
    "service_losing": "{service} is losing customers",
    "target_missed": "{metric} missed the target of {period}",
    "territory_unbalanced": "{territory} has more leads than hands",
    "data_late": "nothing new reaches {table}",
    "data_missing": "{column} is missing",
}
"""By detector; the values are those of the claim."""
OF_ONE: Mapping[str, str] = {"stalled_deals": "{n} of {open} open deals stands still"}
"""By detector that counts: what it says of one."""
BETTER = "{rep} does better in {metric}"
FEWER_LEADS = "{territory} has more hands than leads"


def brief(finding: Finding) -> Said:
    """What a finding says, as a clause without a full stop."""
    template = BRIEFS[finding.detector]
    if finding.kind is Kind.STRENGTH:
        template = BETTER
    elif finding.detector == "territory_unbalanced" and (finding.evidence.value or 0.0) < 1:
        template = FEWER_LEADS
    if finding.detector in OF_ONE:
        return Said(OF_ONE[finding.detector], finding.claim.values, template, finding.evidence.value or 0.0)
    return Said(template, finding.claim.values)


def foremost(findings: Sequence[Finding], number: int) -> list[Finding]:
    """The findings to tell first: the most important of each detector, then the rest in their order."""
    first = first_of_each(findings)
    rest = [finding for finding in findings if finding not in first]
    return [*first, *rest][:number]


def first_of_each(findings: Sequence[Finding]) -> list[Finding]:
    """The most important finding of each detector."""
    found: dict[str, Finding] = {}
    for finding in findings:
        found.setdefault(finding.detector, finding)
    return list(found.values())


def in_brief(findings: Sequence[Finding], number: int = 2) -> Said | None:
    """The foremost problems as one sentence; None where there is none."""
    told = told_in_brief(findings, number)
    return joined([brief(one) for one in told]) if told else None


def told_in_brief(findings: Sequence[Finding], number: int = 2) -> list[Finding]:
    """The findings that the sentence tells."""
    problems = [one for one in findings if one.kind in (Kind.LATE, Kind.PROBLEM)]
    return first_of_each(problems)[:number]


def joined(clauses: Sequence[Said | str]) -> Said:
    """Clauses with semicolons, as each language sets them."""
    first, *rest = (one if isinstance(one, Said) else Said("{clause}", {"clause": one}) for one in clauses)
    for one in rest:
        first = Said("{before}; {after}", {"before": first, "after": one})
    return first
