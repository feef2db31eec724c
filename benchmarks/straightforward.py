"""The same figures as one would write them in pandas, from the canonical tables in Parquet.

Each function returns ``(first day of the period or None, member) -> value``; a value without meaning is NaN.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Figures = dict[tuple[str | None, str | None], float]
FAR = pd.Timestamp("2200-01-01")
NOT_SENT = ["bounced", "failed"]


def win_rate(folder: Path, as_of: pd.Timestamp, zone: str) -> Figures:
    """Won over closed deals, by the reps who share in each, else the owner at closing."""
    del zone
    deals = _with_last_stage(pd.read_parquet(folder / "deals.parquet"), folder, as_of)
    is_usable = (deals.closed_at <= as_of) & (deals.closed_at >= deals.created_at)
    closed = deals[deals.status.isin(["won", "lost"]) & is_usable]
    credited = pd.read_parquet(folder / "deal_credits.parquet")[["deal_id", "rep_id", "share"]]
    sole = owned(closed, folder, "deal", "deal_id", "closed_at", "rep_id")
    sole = sole[~sole.deal_id.isin(credited.deal_id)].assign(share=1.0)[["deal_id", "owner", "share"]]
    shares = pd.concat([credited.rename(columns={"rep_id": "owner"}), sole])
    shares = shares.merge(closed[["deal_id", "status"]], on="deal_id")
    shares = shares.assign(won=shares.share.where(shares.status == "won", 0.0), rep=shares.owner.astype(object))
    sums = shares.groupby("rep", dropna=False)[["won", "share"]].sum()
    return {(None, name_of(rep)): float(rate) for rep, rate in (sums.won / sums.share).items()}


def _with_last_stage(deals: pd.DataFrame, folder: Path, as_of: pd.Timestamp) -> pd.DataFrame:
    """An open deal whose last stage is a won or lost one was closed when it entered it."""
    changes = pd.read_parquet(folder / "stage_changes.parquet")
    last = changes[changes.entered_at <= as_of].sort_values("entered_at").groupby("deal_id").tail(1)
    stages = pd.read_parquet(folder / "stages.parquet")[["pipeline", "stage", "kind"]]
    ends = stages[stages.kind.isin(["won", "lost"])].rename(columns={"kind": "inferred"})
    deals = deals.merge(last[["deal_id", "stage", "entered_at"]], on="deal_id", how="left", suffixes=("", "_last"))
    deals = deals.merge(ends, left_on=["pipeline", "stage_last"], right_on=["pipeline", "stage"], how="left")
    is_inferred = (deals.status == "open") & deals.inferred.notna()
    status, closed_at = (
        deals.status.mask(is_inferred, deals.inferred),
        deals.closed_at.mask(is_inferred, deals.entered_at),
    )
    return deals.assign(status=status, closed_at=closed_at)


def units_sold(folder: Path, as_of: pd.Timestamp, zone: str) -> Figures:
    """Units less returns, by product and month."""
    lines = pd.read_parquet(folder / "order_lines.parquet")
    lines = lines[lines.ordered_at <= as_of]
    kind = lines.kind.where(lines.kind.notna(), np.where(lines.units < 0, "return", "sale"))
    lines = lines.assign(kind=kind)[kind.isin(["sale", "return"])]
    units = np.where((lines.kind == "return") & (lines.units > 0), -lines.units, lines.units)
    months = _months(lines.ordered_at, zone)
    sums = pd.Series(units, lines.index).groupby([months, lines.product_id.astype(object)]).sum()
    return {(month, name_of(product)): float(total) for (month, product), total in sums.items()}


def lead_response_time(folder: Path, as_of: pd.Timestamp, zone: str) -> Figures:
    """Minutes until half of the signals are answered, by rep and month of the signal."""
    signals = answered(folder, as_of)
    signals = signals.assign(month=_months(signals.signal_at, zone))
    signals = owned(signals, folder, "lead", "lead_id", "known_at", "lead_rep")
    found: Figures = {}
    for (month, rep), rows in signals.groupby(["month", signals.owner.astype(object)], dropna=False):
        found[month, name_of(rep)] = _median_minutes(rows)
    return found


def answered(folder: Path, as_of: pd.Timestamp) -> pd.DataFrame:
    """Signals with ``known_at`` (when the clock stopped, or as-of) and ``end``: answered, other or open."""
    leads = pd.read_parquet(folder / "leads.parquet")
    leads = leads[leads.created_at <= as_of]
    given = pd.read_parquet(folder / "lead_signals.parquet")
    given = given[given.occurred_at <= as_of]
    signals = given[["lead_id", "signal_id", "occurred_at", "kind", "touch_id"]]
    signals = signals.rename(columns={"occurred_at": "signal_at"})
    silent = leads[~leads.lead_id.isin(given.lead_id)]
    created = silent[["lead_id", "created_at"]].rename(columns={"created_at": "signal_at"})
    signals = pd.concat([signals, created.assign(signal_id=created.lead_id)], ignore_index=True)
    known = leads[["lead_id", "contact_id", "account_id", "rep_id", "converted_at", "disqualified_at"]]
    signals = signals.merge(known.rename(columns={"rep_id": "lead_rep"}), on="lead_id")
    touches = _people(folder, as_of)
    tried = _first_try(signals, touches, folder)
    answer = pd.concat([tried, _taken_live(signals, touches)], axis=1).min(axis=1)
    bought = signals.converted_at.where(signals.converted_at.between(signals.signal_at, as_of))
    lost = signals.disqualified_at.where(signals.disqualified_at.between(signals.signal_at, as_of))
    ended = pd.concat([answer, bought, lost], axis=1).min(axis=1)
    end = np.select([ended.isna(), answer == ended], ["open", "answered"], "other")
    return signals.assign(known_at=ended.fillna(as_of), end=end, tried_at=tried, bought_at=bought, lost_at=lost)


def _people(folder: Path, as_of: pd.Timestamp) -> pd.DataFrame:
    """The touches by people."""
    touches = pd.read_parquet(folder / "touches.parquet")
    return touches[(touches.occurred_at <= as_of) & ~touches.automated.astype("boolean").fillna(False)]


def _first_try(signals: pd.DataFrame, touches: pd.DataFrame, folder: Path) -> pd.Series:
    """The first try by a person at or after each signal that names its lead, contact or (else) account."""
    links = pd.read_parquet(folder / "touch_links.parquet")
    is_nameless = names_nobody(touches, links)
    is_try = (touches.direction == "outbound") & ~touches.status.isin(NOT_SENT)
    found = []
    for kind in ("lead", "contact", "account"):
        chosen = touches[is_try & (is_nameless if kind == "account" else True)]
        linked = links[links.object == kind].merge(chosen[["touch_id", "occurred_at"]], on="touch_id")
        direct = chosen.rename(columns={f"{kind}_id": "key"})[["key", "occurred_at"]]
        told = pd.concat([direct, linked.rename(columns={"object_id": "key"})[["key", "occurred_at"]]]).dropna()
        found.append(_next(signals, f"{kind}_id", told))
    return pd.concat(found, axis=1).min(axis=1)


def names_nobody(touches: pd.DataFrame, links: pd.DataFrame) -> pd.Series:
    """Whether a touch names neither a lead nor a contact, itself or by a link."""
    people = links[links.object.isin(["lead", "contact"])].touch_id
    return touches.lead_id.isna() & touches.contact_id.isna() & ~touches.touch_id.isin(people)


def _next(signals: pd.DataFrame, key: str, events: pd.DataFrame) -> pd.Series:
    left = signals[[key, "signal_at"]].dropna().sort_values("signal_at").reset_index()
    right = events.assign(at=events.occurred_at).sort_values("occurred_at")
    joined = pd.merge_asof(
        left, right, left_on="signal_at", right_on="occurred_at", left_by=key, right_by="key", direction="forward"
    )
    return joined.set_index("index")["at"].reindex(signals.index)


def _taken_live(signals: pd.DataFrame, touches: pd.DataFrame) -> pd.Series:
    """Calls and chats that a person took then and there are answered at their own instant."""
    spoken = signals[signals.kind.isin(["call_in", "chat"])]
    lasted = (touches.duration_seconds > 0) & touches.status.fillna("sent").isin(["sent", "delivered"])
    taken = touches[
        (touches.direction == "inbound")
        & touches.kind.isin(["call", "chat"])
        & (touches.status.isin(["connected", "held"]) | lasted)
    ]
    is_live = spoken.touch_id.isin(taken.touch_id)
    for key in ("lead_id", "contact_id"):
        pairs = pd.MultiIndex.from_frame(taken[[key, "occurred_at"]].dropna())
        is_live |= pd.MultiIndex.from_frame(spoken[[key, "signal_at"]]).isin(pairs)
    return spoken.signal_at.where(is_live).reindex(signals.index)


def owned(rows: pd.DataFrame, folder: Path, kind: str, key: str, at: str, present: str) -> pd.DataFrame:
    """Add ``owner``: who held the object at the instant; without a log its present owner."""
    owners = pd.read_parquet(folder / "owners_over_time.parquet")
    owners = owners[owners.object == kind]
    log = owners[["object_id", "from_at", "to_at", "rep_id"]].rename(columns={"rep_id": "held_by"})
    pairs = rows[[key, at]].reset_index().merge(log, left_on=key, right_on="object_id")
    held = pairs[(pairs[at] >= pairs.from_at) & (pairs[at] < pairs.to_at.fillna(FAR))]
    held_by = held.set_index("index").held_by.reindex(rows.index)
    is_logged = rows[key].isin(owners.object_id)
    return rows.assign(owner=held_by.where(is_logged, rows[present]))


def _median_minutes(rows: pd.DataFrame) -> float:
    """Where the cumulative incidence of answers (Aalen & Johansen 1978) reaches one half."""
    seconds = (rows.known_at - rows.signal_at).dt.total_seconds().to_numpy()
    order = np.argsort(seconds, kind="stable")
    seconds, ends = seconds[order], rows.end.to_numpy()[order]
    at, first = np.unique(seconds, return_index=True)
    answered = np.add.reduceat(ends == "answered", first, dtype=int)
    ended = np.add.reduceat(ends != "open", first, dtype=int)
    at_risk = len(seconds) - first
    before = np.concatenate([[1.0], np.cumprod(1 - ended / at_risk)[:-1]])
    reached = np.flatnonzero(np.cumsum(before * answered / at_risk) >= 0.5 - 1e-9)
    return float(at[reached[0]]) / 60 if len(reached) else float("nan")


def _months(instants: pd.Series, zone: str) -> pd.Series:
    local = instants.dt.tz_localize("UTC").dt.tz_convert(zone)
    return local.dt.strftime("%Y-%m-01")


def name_of(member: Any) -> str | None:
    """A member as text; None where there is none."""
    return None if pd.isna(member) else str(member)
