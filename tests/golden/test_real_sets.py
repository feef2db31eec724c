"""The example mappings against plain pandas on the real data sets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from efficace.build import LoadReport
from loading import EXAMPLES, Company, real_set


def _loaded(folder: Path, name: str) -> tuple[Company, LoadReport, Path]:
    data = real_set(name)
    company = Company(folder)
    return company, company.load(EXAMPLES / f"{name}.yaml", data), data


def _counts(report: LoadReport) -> dict[str, tuple[int, int]]:
    return {name: (counts.loaded, counts.rejected) for name, counts in report.tables.items()}


def test_crm_deals_have_pandas_outcomes_products_and_money(tmp_path: Path) -> None:
    company, report, data = _loaded(tmp_path, "crm_sales_opportunities")
    pipeline = pd.read_csv(data / "sales_pipeline.csv")
    begun = pipeline[pipeline.engage_date.notna()]
    assert _counts(report) == {
        "reps": (35, 0),
        "teams": (9, 0),
        "accounts": (85, 0),
        "products": (7, 0),
        "stages": (4, 0),
        "deals": (len(begun), len(pipeline) - len(begun)),
    }
    assert set(company.reasons("deals").values()) == {"missing_required"}
    outcomes = dict(company.rows("SELECT status, count(*) FROM deals GROUP BY 1"))
    stages = begun.deal_stage.value_counts()
    assert outcomes == {"won": stages["Won"], "lost": stages["Lost"], "open": stages["Engaging"]}
    by_product = (
        begun[begun.deal_stage == "Won"].groupby(begun["product"].replace("GTXPro", "GTX Pro")).close_value.sum()
    )
    found = company.rows("SELECT product_id, sum(amount) FROM deals WHERE status = 'won' GROUP BY 1")
    assert {product: float(amount) for product, amount in found} == by_product.to_dict()
    assert company.rows("SELECT count(*) FROM deals ANTI JOIN products USING (product_id)") == [(0,)]
    assert company.rows("SELECT DISTINCT currency FROM deals") == [("USD",)]
    closed = pd.to_datetime(begun.close_date) - pd.to_datetime(begun.engage_date)
    day = "CAST({} + INTERVAL 2 HOUR AS DATE)"
    days = company.rows(f"SELECT avg({day.format('closed_at')} - {day.format('created_at')}) FROM deals")
    assert days[0][0] == pytest.approx(closed.dt.days.mean())


def test_olist_leads_keep_unknown_and_empty_origins_apart(tmp_path: Path) -> None:
    company, report, data = _loaded(tmp_path, "olist_marketing_funnel")
    leads = pd.read_csv(data / "olist_marketing_qualified_leads_dataset.csv", keep_default_na=False)
    closed = pd.read_csv(data / "olist_closed_deals_dataset.csv")
    sellers = pd.read_csv(data / "olist_sellers_dataset.csv")
    assert _counts(report) == {
        "reps": (len({*closed.sr_id, *closed.sdr_id}), 0),
        "leads": (len(leads), 0),
        "accounts": (len({*closed.seller_id, *sellers.seller_id}), 0),
        "deals": (len(closed), 0),
    }
    by_source = dict(company.rows("SELECT coalesce(source, ''), count(*) FROM leads GROUP BY 1"))
    assert by_source == leads.origin.value_counts().to_dict()
    first = pd.to_datetime(leads.set_index("mql_id").first_contact_date)
    won = pd.to_datetime(closed.set_index("mql_id").won_date)
    early = company.rows("SELECT count(*) FROM deals WHERE closed_at < created_at")
    assert early == [(int((won < first.reindex(won.index)).sum()),)]
    by_rep = dict(company.rows("SELECT rep_id, count(*) FROM deals GROUP BY 1"))
    assert by_rep == closed.sr_id.value_counts().to_dict()
    won_at = dict(company.rows("SELECT deal_id, closed_at FROM deals"))
    local = won.dt.tz_localize("America/Sao_Paulo", ambiguous=True, nonexistent="shift_forward")
    utc = local.dt.tz_convert("UTC").dt.tz_localize(None)
    assert won_at == {key: at.to_pydatetime() for key, at in utc.items()}


def test_ravenstack_monthly_revenue_of_a_day_is_that_of_pandas(tmp_path: Path) -> None:
    company, report, data = _loaded(tmp_path, "ravenstack_saas")
    periods = pd.read_csv(data / "ravenstack_subscriptions.csv", parse_dates=["start_date", "end_date"])
    tickets = pd.read_csv(data / "ravenstack_support_tickets.csv")
    events = pd.read_csv(data / "ravenstack_churn_events.csv")
    assert _counts(report) == {
        "accounts": (500, 0),
        "products": (3, 0),
        "subscription_periods": (len(periods), 0),
        "cancellations": (int(periods.end_date.notna().sum()), 0),
        "feedback": (len(tickets) + int(events.feedback_text.notna().sum()), 0),
    }
    for day in ("2023-12-31", "2024-06-30", "2024-12-31"):
        active = periods[(periods.start_date <= day) & ~(periods.end_date <= day)]
        found = company.rows(
            f"SELECT count(*), sum(mrr), sum(CAST(trial AS INT)) FROM subscription_periods "
            f"WHERE from_on <= DATE '{day}' AND coalesce(to_on, DATE '9999-01-01') > DATE '{day}'"
        )
        assert [float(value) for value in found[0]] == [len(active), active.mrr_amount.sum(), active.is_trial.sum()]
    scores = company.rows("SELECT avg(score), count(*) - count(score) FROM feedback WHERE kind = 'csat'")
    assert scores[0] == (pytest.approx(tickets.satisfaction_score.mean()), int(tickets.satisfaction_score.isna().sum()))


def test_online_retail_units_by_country_and_kind_are_those_of_pandas(tmp_path: Path) -> None:
    company, report, data = _loaded(tmp_path, "online_retail_2009_2010")
    lines = pd.read_parquet(next(data.glob("*.parquet")))
    assert report.tables["order_lines"].loaded == len(lines) == 525_461
    assert report.tables["accounts"].loaded == lines["Customer ID"].nunique()
    fees = lines.StockCode.isin(
        ["POST", "DOT", "M", "m", "C2", "C3", "S", "AMAZONFEE", "TEST001", "TEST002", "BANK CHARGES"]
    )
    credit = lines.StockCode.isin(["D", "B", "ADJUST", "ADJUST2"]) | lines.Invoice.str.startswith("A")
    credit |= (lines.Quantity < 0) & ~lines.Invoice.str.startswith("C")
    kind = pd.Series("sale", lines.index)
    kind[lines.Invoice.str.startswith("C")] = "return"
    kind[credit] = "credit"
    kind[fees] = "fee"
    found = {row[0]: row[1:] for row in company.rows("SELECT kind, count(*), sum(units) FROM order_lines GROUP BY 1")}
    assert found == {name: (len(part), part.sum()) for name, part in lines.Quantity.groupby(kind)}
    counted = lines[kind.isin(["sale", "return"])]
    by_country = dict(
        company.rows("SELECT country, sum(units) FROM order_lines WHERE kind IN ('sale', 'return') GROUP BY 1")
    )
    assert by_country == counted.groupby("Country").Quantity.sum().to_dict()
    months = pd.to_datetime(counted.InvoiceDate).dt.to_period("M").astype(str)
    by_month = dict(
        company.rows(
            "SELECT strftime(ordered_on, '%Y-%m'), sum(units) FROM order_lines "
            "WHERE kind IN ('sale', 'return') GROUP BY 1"
        )
    )
    assert by_month == counted.Quantity.groupby(months).sum().to_dict()
    total = company.rows("SELECT sum(amount) FROM order_lines")[0][0]
    assert total == pytest.approx((lines.Quantity * lines.Price).sum(), rel=1e-9)


def test_superstore_amounts_are_the_sales_of_the_source_to_the_cent(tmp_path: Path) -> None:
    company, report, data = _loaded(tmp_path, "superstore")
    lines = pd.read_csv(data / "superstore.csv", encoding="utf-8-sig")
    assert _counts(report) == {
        "products": (lines["Product ID"].nunique(), 0),
        "accounts": (lines["Customer ID"].nunique(), 0),
        "order_lines": (len(lines), 0),
    }
    amounts = dict(company.rows("SELECT CAST(line_id AS INT), amount FROM order_lines"))
    assert amounts == pytest.approx(dict(zip(lines["Row ID"], lines.Sales, strict=True)), abs=1e-4)
    profit = company.rows("SELECT sum(amount - unit_cost * units) FROM order_lines")[0][0]
    assert float(profit) == pytest.approx(lines.Profit.sum(), abs=2)
    by_year = dict(company.rows("SELECT year(ordered_on), sum(amount) FROM order_lines GROUP BY 1"))
    years = pd.to_datetime(lines["Order Date"], format="%m/%d/%Y").dt.year
    assert by_year == pytest.approx(lines.Sales.groupby(years).sum().to_dict())
    assert company.rows("SELECT count(*) FROM order_lines ANTI JOIN products USING (product_id)") == [(0,)]


def test_loan_applications_have_pandas_outcomes_instants_and_calls(tmp_path: Path) -> None:
    company, report, data = _loaded(tmp_path, "loan_offers_2011")
    events = pd.read_csv(data / "events.csv.gz", dtype={"case_id": str, "resource": str})
    events["resource"] = events.resource.str.replace(".0", "", regex=False)
    states = events[events.activity.str.startswith("A_") & ~events.activity.isin(["A_REGISTERED", "A_ACTIVATED"])]
    phone = events.activity.isin(
        ["W_Afhandelen leads", "W_Completeren aanvraag", "W_Nabellen offertes", "W_Nabellen incomplete dossiers"]
    )
    calls = events[phone & (events.lifecycle == "START")]
    cases = events.case_id.nunique()
    assert _counts(report) == {
        "reps": (events.resource.dropna().loc[lambda names: names != "112"].nunique(), 0),
        "leads": (cases, 0),
        "deals": (cases, 0),
        "stages": (8, 0),
        "stage_changes": (len(states), 0),
        "touches": (len(calls), 0),
    }
    outcomes = dict(company.rows("SELECT status, count(*) FROM deals GROUP BY 1"))
    won = events[events.activity == "A_APPROVED"].case_id.nunique()
    lost = events[events.activity.isin(["A_DECLINED", "A_CANCELLED"])].case_id.nunique()
    assert outcomes == {"won": won, "lost": lost}
    assert cases == won + lost
    at = pd.to_datetime(events.timestamp, utc=True).dt.tz_localize(None)
    approved = at[events.activity == "A_APPROVED"].groupby(events.case_id).min()
    found = dict(company.rows("SELECT deal_id, closed_at FROM deals WHERE status = 'won'"))
    assert found == {case: instant.to_pydatetime() for case, instant in approved.items()}
    assert report.as_of == at[states.index.union(calls.index)].max().to_pydatetime()
    by_rep = dict(company.rows("SELECT rep_id, count(*) FROM touches WHERE rep_id IS NOT NULL GROUP BY 1"))
    assert by_rep == calls.resource.value_counts().to_dict()
    assert company.rows("SELECT count(*) FROM touches WHERE ended_at < occurred_at") == [(0,)]


def test_an_example_loaded_twice_changes_nothing(tmp_path: Path) -> None:
    company, first, data = _loaded(tmp_path, "superstore")
    second = company.load(EXAMPLES / "superstore.yaml", data, datetime(2026, 5, 1))
    assert (second.changed, second.snapshot, second.tables) == (False, first.snapshot, first.tables)
