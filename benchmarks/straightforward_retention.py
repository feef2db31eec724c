"""Net revenue retention as one would write it in pandas, from the canonical tables in Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.straightforward import FAR, Figures, name_of

GRACE, PAUSE = pd.Timedelta(days=30), pd.Timedelta(days=60)
DAY = pd.Timedelta(days=1)
RATE_AGE = pd.Timedelta(days=7)


def net_revenue_retention(folder: Path, as_of: pd.Timestamp, zone: str) -> Figures:
    """What the customers of a month's start pay at its end / what they paid, by segment; the months of 2025."""
    stretches = _stretches(folder, as_of, zone)
    segments = pd.read_parquet(folder / "accounts.parquet").set_index("account_id").segment
    rates = pd.read_parquet(folder / "fx_rates.parquet").assign(rate_on=lambda given: _dates(given.rate_on))
    found: Figures = {}
    for month in pd.date_range("2025-01-01", "2025-12-01", freq="MS"):
        eve, last = month - DAY, month + pd.offsets.MonthBegin() - DAY
        paid = stretches.mrr * stretches.currency.map(_rates_of(rates, month)).fillna(1.0)
        is_start = (stretches.from_on <= eve) & (stretches.to_on > eve)
        is_end = (stretches.from_on <= last) & (stretches.to_on > last)
        sums = pd.DataFrame({"start": paid.where(is_start, 0.0), "end": paid.where(is_end, 0.0)})
        accounts = sums.groupby(stretches.account_id).sum()
        accounts = accounts[accounts.index.isin(stretches.account_id[is_start])]
        by_segment = accounts.groupby(accounts.index.map(segments).astype(object), dropna=False).sum()
        for segment, row in by_segment.iterrows():
            found[month.strftime("%Y-%m-%d"), name_of(segment)] = _share(row.end, row.start)
    return found


def _share(part: Any, whole: Any) -> float:
    return float(part / whole) if whole else float("nan")


def _rates_of(rates: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """The latest rate of each currency on or before a day, not older than a week."""
    near = rates[(rates.rate_on <= day) & (rates.rate_on >= day - RATE_AGE)]
    return near.sort_values("rate_on").groupby("currency").rate.last()


def _stretches(folder: Path, as_of: pd.Timestamp, zone: str) -> pd.DataFrame:
    """While a subscription paid the same, pauses at 0, gaps within grace closed: first its own, then its account's."""
    rows = _active(_with_ends(folder, as_of, zone))
    following = rows.groupby("subscription_id").from_on.shift(-1)
    is_gap = (following > rows.to_on) & (following <= rows.to_on + GRACE) & ~rows.is_final
    rows = rows.assign(to_on=rows.to_on.mask(is_gap, following))
    rows = rows.sort_values(["account_id", "from_on", "to_on"])
    reach = rows.groupby("account_id").to_on.cummax().groupby(rows.account_id).shift()
    is_back = (rows.from_on > reach) & (rows.from_on <= reach + GRACE)
    back = pd.DataFrame({"account_id": rows.account_id, "to_on": reach, "back_on": rows.from_on})[is_back]
    rows = rows.merge(back, on=["account_id", "to_on"], how="left")
    return rows.assign(to_on=rows.to_on.mask(rows.back_on.notna() & ~rows.is_final, rows.back_on))


def _with_ends(folder: Path, as_of: pd.Timestamp, zone: str) -> pd.DataFrame:
    """Add ``ends_on``: as written, else by the last notice that concerns the period; the next one ends it at latest."""
    today = as_of.tz_localize("UTC").tz_convert(zone).tz_localize(None).normalize()
    rows = pd.read_parquet(folder / "subscription_periods.parquet")
    rows = rows.assign(**{name: _dates(rows[name]) for name in ("from_on", "to_on", "term_ends_on")})
    rows = rows[rows.from_on <= today].sort_values(["subscription_id", "from_on"]).reset_index(drop=True)
    rows = rows.assign(to_on=rows.to_on.where(rows.to_on <= today))
    is_usable = ~(rows.to_on < rows.from_on)
    keys = rows.subscription_id
    reach = rows.to_on.fillna(FAR).where(is_usable).groupby(keys).cummax().groupby(keys).ffill()
    reached = reach.groupby(keys).shift()
    begins = reached.isna() | (rows.from_on > reached + GRACE)
    begun = rows.from_on.where(begins).groupby(keys).ffill()
    rows = rows.assign(begun_on=begun, next_on=rows.groupby("subscription_id").from_on.shift(-1).fillna(FAR))
    noticed = _noticed(rows[rows.to_on.isna()], rows, folder, as_of, zone)
    ends = rows.to_on.fillna(noticed.reindex(rows.index)).fillna(FAR)
    return rows.assign(ends_on=ends.where(ends < rows.next_on, rows.next_on), usable=is_usable)


def _noticed(running: pd.DataFrame, rows: pd.DataFrame, folder: Path, as_of: pd.Timestamp, zone: str) -> pd.Series:
    """The end of running periods by notice: its effective day, else the end of the term, else the day it was given."""
    given = pd.read_parquet(folder / "cancellations.parquet")
    given = given[given.canceled_at <= as_of]
    local = given.canceled_at.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    given = given.assign(canceled_on=local.dt.normalize(), effective_on=_dates(given.effective_on))
    terms = given.reset_index().merge(rows[["subscription_id", "term_ends_on"]], on="subscription_id")
    terms = terms[terms.term_ends_on >= terms.canceled_on].groupby("index").term_ends_on.min()
    ends = given.effective_on.fillna(terms.reindex(given.index)).fillna(given.canceled_on)
    notices = given.assign(notice_on=ends)[["subscription_id", "canceled_at", "canceled_on", "notice_on"]]
    pairs = running.reset_index().merge(notices, on="subscription_id")
    concerns = (pairs.canceled_on >= pairs.begun_on) & (pairs.canceled_on < pairs.next_on)
    pairs = pairs[concerns & (pairs.notice_on > pairs.from_on)]
    return pairs.sort_values("canceled_at").groupby("index").notice_on.last()


def _active(rows: pd.DataFrame) -> pd.DataFrame:
    """The paid periods, and pauses after a paid one, which cost nothing, up to the limit of pauses."""
    paused = rows.paused.astype("boolean").fillna(False).astype(bool)
    is_trial = rows.trial.astype("boolean").fillna(False).astype(bool)
    rows = rows.assign(paused=paused, mrr=rows.mrr.astype(float))
    rows = rows[rows.usable & ~is_trial & (paused | (rows.mrr > 0))]
    before, after = rows.groupby("subscription_id").shift(), rows.groupby("subscription_id").shift(-1)
    is_near = rows.from_on <= before.ends_on + GRACE
    begins = rows.paused & ~(before.paused.eq(True) & is_near)
    pause = rows.from_on.where(begins).groupby(rows.subscription_id).ffill()
    good_pause = rows.from_on.where(begins & is_near).groupby(rows.subscription_id).ffill()
    limit = pause + PAUSE
    goes_on = after.paused.eq(True) & (after.from_on == rows.ends_on)
    is_final = rows.paused & ((rows.ends_on > limit) | ((rows.ends_on == limit) & goes_on))
    to_on = rows.ends_on.mask(rows.paused & (limit < rows.ends_on), limit)
    rows = rows.assign(to_on=to_on, is_final=is_final, mrr=rows.mrr.mask(rows.paused, 0.0))
    rows = rows[~rows.paused | (good_pause == pause)]
    kept = ["subscription_id", "account_id", "currency", "mrr", "from_on", "to_on", "is_final"]
    return rows.loc[rows.to_on > rows.from_on, kept]


def _dates(days: pd.Series) -> pd.Series:
    return pd.to_datetime(days)
