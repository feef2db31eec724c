"""Why a row could not be used, in words."""

from __future__ import annotations

from efficace.locale.said import Said

SENTENCES: dict[str, str] = {
    "at_top_tier": "the customer holds the top tier already",
    "converted_before": "the lead had converted before the signal",
    "ends_before_start": "it ends before it starts",
    "has_every_family": "the customer has had every family of products",
    "no_account": "it names no account",
    "no_amount": "it has no amount",
    "no_date": "it has no date that puts it into a period",
    "no_days": "its span has no day",
    "no_end": "it has ended, but nothing tells when",
    "no_limit": "too few won deals tell how long this stage may take",
    "no_payment": "its account never paid",
    "no_rate": "no exchange rate on its day or shortly before",
    "no_stage_log": "nothing tells when it entered its stage",
    "no_start": "it has no start",
    "no_unit_cost": "neither the line nor its product has a unit cost",
    "not_qualified": "it has not reached the stage at which the cycle starts",
    "other_scale": "its score is on another scale",
    "out_of_scale": "its score is not on its own scale",
    "pending": "it is not decided yet",
    "undecided": "it is not decided yet",
    "unknown_heat": "its heat is none of hot, warm and cold",
    "unknown_lead": "its lead is not in the data",
    "unknown_scale": "nothing tells the scale of its score",
    "unknown_stage": "its stage is not among the stages, so their order is not known",
    "unknown_tier": "the tier of what the customer holds is not known",
}


def why_left_out(reason: str) -> Said:
    """A reason id as a sentence; one of a project's own metric reads as it is named."""
    return Said(SENTENCES.get(reason, reason.replace("_", " ")))
