"""Persistence as one would write it in pandas, from the canonical tables in Parquet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.straightforward import FAR, NOT_SENT, Figures, answered, name_of, names_nobody, owned


def persistence(folder: Path, as_of: pd.Timestamp, zone: str) -> Figures:
    """How many attempts follow the first on a lead that has not answered before it is given up, by rep."""
    del zone
    worked = _worked(folder, as_of)
    worked = owned(worked, folder, "lead", "lead_id", "last_at", "lead_rep")
    found: Figures = {}
    for rep, rows in worked.groupby(worked.owner.astype(object), dropna=False):
        found[None, name_of(rep)] = _mean_before_giving_up(rows)
    return found


def _worked(folder: Path, as_of: pd.Timestamp) -> pd.DataFrame:
    """Leads that were followed up without an answer: ``attempts``, ``last_at``, and whether it was ``given_up``."""
    touches, links = pd.read_parquet(folder / "touches.parquet"), pd.read_parquet(folder / "touch_links.parquet")
    touches = touches[touches.occurred_at <= as_of]
    spells = _spells(folder, as_of)
    named = _with_leads(touches, links, pd.read_parquet(folder / "leads.parquet"))
    answers = _answers(named, as_of).merge(spells, on="lead_id")
    is_within = (answers.told_at >= answers.tried_at) & (answers.told_at < answers.until_at)
    answers = answers[is_within & (answers.is_own | (answers.told_at > answers.tried_at))]
    spells = spells.assign(answered_at=answers.groupby("spell").told_at.min().reindex(spells.index))
    tries = named[_is_try(named)][["lead_id", "occurred_at"]].merge(spells, on="lead_id")
    stop = tries[["bought_at", "lost_at", "answered_at"]].min(axis=1).fillna(FAR)
    at = tries.occurred_at
    tries = tries[(at >= tries.signal_at) & (at < tries.until_at) & (at <= stop)]
    last = tries.groupby("spell").occurred_at.agg(["size", "max"])
    worked = spells.assign(attempts=last["size"], last_at=last["max"]).dropna(subset="last_at")
    worked = worked.assign(has_answered=worked.answered_at.notna() | worked.bought_at.notna()).sort_values("last_at")
    leads = worked.groupby("lead_id")
    latest = leads.tail(1).set_index("lead_id")
    latest = latest.assign(attempts=leads.attempts.sum(), has_answered=leads.has_answered.any()).reset_index()
    latest = latest[~latest.has_answered]
    quiet = latest.until_at.clip(upper=as_of) - latest.last_at
    return latest.assign(given_up=quiet >= pd.Timedelta(days=14))


def _spells(folder: Path, as_of: pd.Timestamp) -> pd.DataFrame:
    """The time of each signal that was followed up: until the lead's next one."""
    signals = answered(folder, as_of).sort_values(["lead_id", "signal_at", "signal_id"])
    signals = signals.assign(until_at=signals.groupby("lead_id").signal_at.shift(-1).fillna(FAR))
    spells = signals[(signals.until_at > signals.signal_at) & (signals.tried_at < signals.until_at)]
    spells = spells.reset_index(drop=True)
    return spells.assign(spell=spells.index)


def _with_leads(touches: pd.DataFrame, links: pd.DataFrame, leads: pd.DataFrame) -> pd.DataFrame:
    """Each touch for each lead that it names, or whose contact or (where it names nobody) account it names."""
    kept = ["touch_id", "occurred_at", "direction", "status", "automated", "replied_at"]
    is_nameless = names_nobody(touches, links)
    pairs = [touches[["touch_id", "lead_id"]]]
    for kind in ("lead", "contact", "account"):
        chosen = touches[is_nameless] if kind == "account" else touches
        linked = links[(links.object == kind) & links.touch_id.isin(chosen.touch_id)]
        linked = linked.rename(columns={"object_id": f"{kind}_id"})
        told = pd.concat([chosen[["touch_id", f"{kind}_id"]], linked[["touch_id", f"{kind}_id"]]]).dropna()
        pairs.append(told.merge(leads, on=f"{kind}_id")[["touch_id", "lead_id"]])
    named = pd.concat(pairs).dropna().drop_duplicates()
    return named.merge(touches[kept], on="touch_id")


def _is_try(touches: pd.DataFrame) -> pd.Series:
    is_human = ~touches.automated.astype("boolean").fillna(False)
    return (touches.direction == "outbound") & is_human & ~touches.status.isin(NOT_SENT)


def _answers(touches: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """What shows that a lead did something: what came in, a call that it took, a reply to a mail."""
    is_human = ~touches.automated.astype("boolean").fillna(False)
    is_own = _is_try(touches) & touches.status.isin(["connected", "held"])
    told = touches[is_own | ((touches.direction == "inbound") & is_human)].assign(is_own=is_own)
    is_sent = (touches.direction == "outbound") & ~touches.status.isin(NOT_SENT)
    replied = touches[is_sent & (touches.replied_at <= as_of)].assign(occurred_at=lambda mails: mails.replied_at)
    both = pd.concat([told, replied.assign(is_own=False)])[["lead_id", "occurred_at", "is_own"]]
    return both.rename(columns={"occurred_at": "told_at"})


def _mean_before_giving_up(rows: pd.DataFrame) -> float:
    """The area under the curve of those not given up yet, up to the most attempts seen (Kaplan & Meier 1958)."""
    more = rows.attempts.to_numpy() - 1
    order = np.argsort(more, kind="stable")
    more, given_up = more[order], rows.given_up.to_numpy()[order]
    at, first = np.unique(more, return_index=True)
    events = np.add.reduceat(given_up, first, dtype=int)
    left = np.concatenate([[1.0], np.cumprod(1 - events / (len(more) - first))[:-1]])
    return float(np.sum(np.diff(at, prepend=0) * left)) if events.any() else float("nan")
