"""Figures of real data sets against plain pandas on the original files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from command import run

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("EFFICACE_DATA", ROOT.parent / "shared" / "data"))

Ask = Callable[..., list[dict[str, Any]]]


def loaded(name: str, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    if not (DATA / name).is_dir():
        pytest.skip(f"the data set {name} is not here: set EFFICACE_DATA to the folder that holds it")
    project = tmp_path_factory.mktemp(name)
    mapping = ROOT / "examples" / "mappings" / f"{name}.yaml"
    done = run("load", str(DATA / name), "--mapping", str(mapping), "--project", str(project), "--format", "json")
    assert done.code == 0, done.errors

    def ask(*arguments: str) -> list[dict[str, Any]]:
        answered = run("kpi", *arguments, "--project", str(project), "--format", "json")
        assert answered.code == 0, answered.errors
        rows: list[dict[str, Any]] = json.loads(answered.output)["rows"]
        return rows

    return ask


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    return loaded("crm_sales_opportunities", tmp_path_factory)


@pytest.fixture(scope="module")
def pipeline() -> pd.DataFrame:
    return pd.read_csv(
        DATA / "crm_sales_opportunities" / "sales_pipeline.csv", parse_dates=["engage_date", "close_date"]
    )


def test_crm_win_rate_by_quarter_is_won_over_closed(crm: Ask, pipeline: pd.DataFrame) -> None:
    closed = pipeline[pipeline.deal_stage.isin(["Won", "Lost"])]
    quarter = closed.close_date.dt.to_period("Q").dt.start_time.dt.strftime("%Y-%m-%d")
    wanted = closed.groupby(quarter).deal_stage.agg(lambda stages: (stages == "Won").mean())
    found = {row["period"]: row["value"] for row in crm("win_rate", "--grain", "quarter", "--from", "2017-01-01")}
    assert found == pytest.approx(wanted.to_dict())


def test_crm_win_rate_by_rep_counts_every_closed_deal(crm: Ask, pipeline: pd.DataFrame) -> None:
    closed = pipeline[pipeline.deal_stage.isin(["Won", "Lost"])]
    wanted = closed.groupby("sales_agent").deal_stage.agg(["size", lambda stages: (stages == "Won").mean()])
    found = {row.get("rep_name") or row["rep"]: (row["n"], row["value"]) for row in crm("win_rate", "--by", "rep")}
    assert len(found) == len(wanted)
    for name, (n, share) in zip(wanted.index, wanted.to_numpy(), strict=True):
        assert found[name] == pytest.approx((n, share))


def test_crm_mean_of_won_is_what_other_tools_show(crm: Ask, pipeline: pd.DataFrame) -> None:
    won = pipeline[pipeline.deal_stage == "Won"]
    days = (won.close_date - won.engage_date).dt.days
    row = crm("sales_cycle_length")[0]
    # Days are elapsed time: a change of the clock shortens one by an hour.
    assert row["estimates"]["mean_won"]["value"] == pytest.approx(days.mean(), abs=1 / 24)
    assert row["value"] > days.median(), "open deals count: half of the deals to be won take longer"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    return loaded("superstore", tmp_path_factory)


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    frame = pd.read_csv(DATA / "superstore" / "superstore.csv", encoding="utf-8-sig")
    frame["month"] = pd.to_datetime(frame["Order Date"], format="%m/%d/%Y").dt.strftime("%Y-%m-01")
    return frame


def test_superstore_units_orders_and_money_by_month(store: Ask, lines: pd.DataFrame) -> None:
    by_month = lines.groupby("month")
    units = {row["period"]: row["value"] for row in store("units_sold", "--grain", "month")}
    assert units == pytest.approx(by_month.Quantity.sum().to_dict())
    money = {row["period"]: row["value"] for row in store("sales_amount", "--grain", "month")}
    assert money == pytest.approx(by_month.Sales.sum().to_dict(), abs=0.02)
    orders = {row["period"]: row["value"] for row in store("orders", "--grain", "month")}
    assert orders == by_month["Order ID"].nunique().to_dict()


def test_superstore_bridge_is_the_change_of_the_year(store: Ask, lines: pd.DataFrame) -> None:
    year = lines.month.str[:4]
    sales = lines.groupby(year).Sales.sum()
    rows = store("volume_mix_bridge", "--grain", "year", "--as-of", "2019-12-31")
    for row in rows[1:]:
        this = row["period"][:4]
        assert row["value"] == pytest.approx(sales[this] - sales[str(int(this) - 1)], abs=0.05)
        parts = ("volume", "mix", "price", "new", "dropped")
        assert sum(row["estimates"][part]["value"] for part in parts) == pytest.approx(row["value"])


def test_superstore_growth_is_that_of_the_sales(store: Ask, lines: pd.DataFrame) -> None:
    sales = lines.groupby(lines.month.str[:4]).Sales.sum()
    rows = {row["period"][:4]: row for row in store("revenue_growth", "--grain", "year", "--as-of", "2019-12-31")}
    for this in ("2017", "2018", "2019"):
        assert rows[this]["value"] == pytest.approx(sales[this] / sales[str(int(this) - 1)] - 1, abs=1e-6)
    whole = store("revenue_growth", "--as-of", "2019-12-31")[0]
    assert whole["estimates"]["cagr"]["value"] == pytest.approx(
        (sales["2019"] / sales["2016"]) ** (1 / 3) - 1, abs=1e-6
    )


def subscriptions() -> pd.DataFrame:
    path = DATA / "ravenstack_saas" / "ravenstack_subscriptions.csv"
    return pd.read_csv(path, parse_dates=["start_date", "end_date"])


@pytest.fixture(scope="module")
def saas(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    return loaded("ravenstack_saas", tmp_path_factory)


def test_ravenstack_churn_of_a_month_is_that_of_days(saas: Ask) -> None:
    """An account is active on a day when a paid subscription covers it; gaps of up to 30 days are closed."""
    frame = pd.read_csv(
        DATA / "ravenstack_saas" / "ravenstack_subscriptions.csv", parse_dates=["start_date", "end_date"]
    )
    paid = frame[(frame.mrr_amount > 0) & ~frame.is_trial].copy()
    paid["end_date"] = paid.end_date.fillna(pd.Timestamp("2100-01-01"))
    start, end = pd.Timestamp("2024-05-31"), pd.Timestamp("2024-06-30")
    spans = {
        account: sorted(zip(own.start_date, own.end_date, strict=True)) for account, own in paid.groupby("account_id")
    }

    def is_active(account: str, day: pd.Timestamp) -> bool:
        reach = None
        for first, last in spans[account]:
            if reach is not None and reach <= day < first:
                return (first - reach).days <= 30
            if first <= day and (reach is None or last > reach):
                reach = last
        return reach is not None and reach > day

    active = [account for account in spans if is_active(account, start)]
    lost = [account for account in active if not is_active(account, end)]
    row = saas("customer_churn_rate", "--from", "2024-06-01", "--to", "2024-07-01")[0]
    assert row["n"] == len(active)
    assert row["value"] == pytest.approx(len(lost) / len(active))


def test_ravenstack_recurring_revenue_is_that_of_the_day(saas: Ask) -> None:
    frame = pd.read_csv(
        DATA / "ravenstack_saas" / "ravenstack_subscriptions.csv", parse_dates=["start_date", "end_date"]
    )
    day = pd.Timestamp("2024-06-30")
    running = frame[~frame.is_trial & (frame.start_date <= day) & ~(frame.end_date <= day)]
    found = saas("mrr", "--from", "2024-06-01", "--to", "2024-07-01", "--set", "grace_days=0")[0]
    assert found["value"] == pytest.approx(running.mrr_amount.sum())
    parts = ("start", "new", "expansion", "contraction", "churn", "reactivation")
    assert sum(found["estimates"][part]["value"] for part in parts) == pytest.approx(found["value"])


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    return loaded("loan_offers_2011", tmp_path_factory)


def test_loan_applications_decided_are_won_or_lost_as_the_log_says(loans: Ask) -> None:
    events = pd.read_csv(DATA / "loan_offers_2011" / "events.csv.gz")
    won = events[events.activity == "A_APPROVED"].case_id.nunique()
    decided = events[events.activity.isin(["A_APPROVED", "A_DECLINED", "A_CANCELLED"])].case_id.nunique()
    row = loans("win_rate")[0]
    assert row["n"] == decided
    assert row["value"] == pytest.approx(won / decided)


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    return loaded("online_retail_2009_2010", tmp_path_factory)


def test_online_retail_units_by_country_are_net_of_returns(retail: Ask) -> None:
    rows = retail("units_sold", "--by", "country")
    total = retail("units_sold")[0]
    assert sum(row["value"] for row in rows) == pytest.approx(total["value"])
    gross, returned = (total["estimates"][name]["value"] for name in ("gross", "returned"))
    assert total["value"] == pytest.approx(gross - returned)


@pytest.fixture(scope="module")
def olist(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    return loaded("olist_marketing_funnel", tmp_path_factory)


def test_olist_customers_so_far_are_the_closed_deals(olist: Ask) -> None:
    folder = DATA / "olist_marketing_funnel"
    leads = pd.read_csv(folder / "olist_marketing_qualified_leads_dataset.csv", parse_dates=["first_contact_date"])
    deals = pd.read_csv(folder / "olist_closed_deals_dataset.csv", parse_dates=["won_date"])
    joined = leads.merge(deals, on="mql_id")
    after = joined[joined.won_date >= joined.first_contact_date]
    row = olist("acquisition_rate")[0]
    assert row["estimates"]["so_far"]["value"] == pytest.approx(
        len(after) / (len(leads) - (len(joined) - len(after))), abs=2e-4
    )
    assert row["value"] > row["estimates"]["so_far"]["value"], "young leads are not yet lost"
