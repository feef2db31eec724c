"""Lead scores by plain pandas, row by row where the project works in sums: read from canonical tables alone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

TRAITS = ("heat", "signal", "source", "campaign", "country", "segment", "industry", "score")


@dataclass(frozen=True)
class Scored:
    """Rows by lead and signal: ``evidence``, ``chance``, ``heat``, ``chance_left``, ``worth``."""

    rows: pd.DataFrame
    overall: float


def scored(tables: Mapping[str, pd.DataFrame], as_of: pd.Timestamp, days: int = 90) -> Scored:
    """Score every signal at risk as of an instant."""
    rows = _signals(tables, as_of)
    rows["age"] = (as_of - rows.signal_at).dt.total_seconds()
    until = (rows.converted_at - rows.signal_at).dt.total_seconds()
    rows["converted"] = (until <= days * 86400).astype(int)
    rows["settled"] = rows.age >= days * 86400
    taught = set(rows.lead_id[rows.settled])
    since = (rows.created_at - pd.Timestamp(0)).dt.total_seconds().astype(int)
    rows["tenth"] = ((since // 86400 + since // 60) % 10).where(rows.lead_id.isin(taught), -1)
    rows["evidence"] = sum((_weight(rows, trait) for trait in TRAITS), start=pd.Series(0.0, rows.index))
    settled = rows[rows.settled]
    overall = (settled.converted.sum() + 0.5) / (len(settled) + 1)
    rows["chance"] = _chances(settled, rows.evidence, overall)
    rows["heat_by_score"] = np.select(
        [rows.chance >= 2 * overall, rows.chance < 0.5 * overall], ["hot", "cold"], default="warm"
    )
    rows["chance_left"] = [_left(row, settled) for row in rows.to_dict("records")]
    rows["worth"] = rows.segment.map(_worth(tables))
    return Scored(rows.set_index(["lead_id", "signal_id"]), overall)


def _signals(tables: Mapping[str, pd.DataFrame], as_of: pd.Timestamp) -> pd.DataFrame:
    leads = tables["leads"]
    leads = leads[leads.created_at <= as_of].copy()
    leads["converted_at"] = leads.converted_at.where(leads.converted_at <= as_of)
    given = tables["lead_signals"]
    given = given[given.occurred_at <= as_of]
    own = given[["lead_id", "signal_id", "occurred_at", "kind", "source", "campaign", "heat"]].rename(
        columns={"occurred_at": "signal_at", "kind": "signal"}
    )
    silent = leads[~leads.lead_id.isin(own.lead_id)]
    created = pd.DataFrame({"lead_id": silent.lead_id, "signal_id": silent.lead_id, "signal_at": silent.created_at})
    rows = pd.concat([own, created], ignore_index=True)
    known = leads[
        ["lead_id", "account_id", "created_at", "converted_at", "source", "campaign", "heat", "country", "score"]
    ]
    rows = rows.merge(known, on="lead_id", suffixes=("", "_of_lead"))
    accounts = tables["accounts"][["account_id", "segment", "industry", "country"]]
    rows = rows.merge(accounts, on="account_id", how="left", suffixes=("", "_of_account"))
    for name in ("source", "campaign", "heat"):
        rows[name] = rows[name].fillna(rows[f"{name}_of_lead"])
    rows["country"] = rows.country.fillna(rows.country_of_account)
    rows = rows[~(rows.converted_at < rows.signal_at)].reset_index(drop=True)
    known_score = rows.score.dropna().sort_values()
    below = np.searchsorted(known_score, rows.score, side="left")
    fifth = [f"{position * 5 // len(known_score) + 1}/5" for position in below] if len(known_score) else None
    rows["score"] = pd.Series(fifth, rows.index, dtype=object).where(rows.score.notna())
    return rows


def _weight(rows: pd.DataFrame, trait: str) -> pd.Series:
    settled = rows[rows.settled]
    told = settled[settled[trait].notna()]
    if told.empty or not _is_alike(settled, trait):
        return pd.Series(0.0, rows.index)
    prior = (told.converted.sum() + 0.5) / (len(told) + 1)
    excess = room = 0.0
    for _, level in told.groupby(trait):
        n, x = len(level), int(level.converted.sum())
        excess += (x - n * prior) ** 2 - n * prior * (1 - prior)
        room += n * prior * (1 - prior) * (n - 1)
    correlation = excess / room if room else 0.0
    k = 1 / max(min(correlation, 0.5), 1 / 2001) - 1
    found: dict[tuple[Any, int], float] = {}
    for tenth in rows.tenth.unique():
        others = told[told.tenth != tenth]
        for level in rows[trait].dropna().unique():
            alike = others[others[trait] == level]
            drawn = (alike.converted.sum() + k * prior) / (len(alike) + k)
            found[level, tenth] = math.log(drawn / (1 - drawn)) - math.log(prior / (1 - prior))
    in_told = set(told[trait])
    weights = [
        found[level, tenth] if level in in_told else 0.0 for level, tenth in zip(rows[trait], rows.tenth, strict=True)
    ]
    return pd.Series(weights, rows.index)


def _is_alike(settled: pd.DataFrame, trait: str) -> bool:
    has = settled[trait].notna()
    won = has[settled.converted == 1].mean()
    others = has[settled.converted == 0].mean()
    return bool(others >= 0.8 * won and won >= 0.8 * others)


def _chances(settled: pd.DataFrame, evidence: pd.Series, overall: float) -> np.ndarray:
    """Isotonic shares of bands, each run by hand."""
    ordered = np.sort(settled.evidence.to_numpy())
    number = max(min(int(settled.converted.sum()) // 10, 20), 1)
    place = np.searchsorted(ordered, settled.evidence.to_numpy(), side="left")
    band = place * number // len(settled)
    known = np.unique(band)
    n = np.array([(band == one).sum() for one in known])
    x = np.array([settled.converted.to_numpy()[band == one].sum() for one in known])
    lows = np.array([settled.evidence.to_numpy()[band == one].min() for one in known])
    share = [
        max(
            min((x[a : b + 1].sum() + overall) / (n[a : b + 1].sum() + 1) for b in range(i, len(known)))
            for a in range(i + 1)
        )
        for i in range(len(known))
    ]
    found = np.clip(np.searchsorted(lows, evidence.to_numpy(), side="right") - 1, 0, None)
    return np.asarray(np.array(share)[found], dtype=np.float64)


def _left(row: Mapping[str, Any], settled: pd.DataFrame) -> float:
    if not pd.isna(row["converted_at"]):
        return float("nan")
    if row["settled"]:
        return 0.0
    won = settled[settled.converted == 1]
    days = (won.converted_at - won.signal_at).dt.total_seconds() // 86400
    past = float((days < row["age"] // 86400).mean())
    chance = float(row["chance"])
    return chance * (1 - past) / (1 - chance * past)


def _worth(tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """Mean won amount of converted leads by segment, drawn together by the analysis of variance."""
    leads = tables["leads"][tables["leads"].converted_at.notna()]
    segment = dict(zip(tables["accounts"].account_id, tables["accounts"].segment, strict=True))
    deals = {row["deal_id"]: row for row in tables["deals"].to_dict("records")}
    by_lead: dict[str, set[str]] = {}
    for deal, row in deals.items():
        by_lead.setdefault(row["lead_id"], set()).add(deal)
    groups: dict[str, list[float]] = {}
    for lead in leads.to_dict("records"):
        own = [deals[one] for one in by_lead.get(lead["lead_id"], set()) | ({lead["deal_id"]} & set(deals))]
        if own and all(deal["status"] != "open" for deal in own):
            won = sum(deal["euros"] for deal in own if deal["status"] == "won")
            groups.setdefault(segment[lead["account_id"]], []).append(won)
    values = [np.array(one) for one in groups.values()]
    everything = np.concatenate(values)
    n, g = len(everything), len(values)
    within = sum(((one - one.mean()) ** 2).sum() for one in values) / (n - g)
    among = sum(len(one) * (one.mean() - everything.mean()) ** 2 for one in values) / (g - 1)
    size = (n - sum(len(one) ** 2 for one in values) / n) / (g - 1)
    spread = (among - within) / size
    mean = everything.mean()
    return {
        name: (sum(one) + within / spread * mean) / (len(one) + within / spread) if spread > 0 else mean
        for name, one in groups.items()
    }
