"""Wrong rows are few, named, and counted exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from efficace.simulate import SimulationSettings, simulate

WRONG = {
    ("touches", "unknown_rep"): lambda t: t.rep_id == "R999",
    ("touches", "duplicate_key"): lambda t: t.duplicated("touch_id"),
    ("touches", "missing_required"): lambda t: t.occurred_at.isna(),
    ("touches", "negative_duration"): lambda t: t.ended_at < t.occurred_at,
    ("touches", "wrong_choice"): lambda t: t.kind == "fax",
    ("touches", "future_date"): lambda t: t.occurred_at.dt.year == 2099,
    ("leads", "unknown_rep"): lambda t: t.rep_id == "R999",
    ("leads", "duplicate_key"): lambda t: t.duplicated("lead_id"),
    ("leads", "missing_required"): lambda t: t.created_at.isna(),
    ("deals", "closed_before_created"): lambda t: t.closed_at < t.created_at,
    ("deals", "unknown_rep"): lambda t: t.rep_id == "R999",
    ("deals", "duplicate_key"): lambda t: t.duplicated("deal_id"),
    ("deals", "missing_required"): lambda t: t.status.isna(),
    ("stage_changes", "unknown_stage"): lambda t: t.stage == "Legal review (old)",
    ("stage_changes", "duplicate_key"): lambda t: t.duplicated(["deal_id", "entered_at"]),
    ("order_lines", "missing_required"): lambda t: t.units.isna(),
    ("order_lines", "unknown_product"): lambda t: t.product_id == "EDGE-XXL",
    ("order_lines", "no_rate"): lambda t: t.currency == "BRL",
    ("order_lines", "duplicate_key"): lambda t: t.duplicated("line_id"),
    ("subscription_periods", "ends_before_start"): lambda t: t.to_on < t.from_on,
    ("subscription_periods", "missing_required"): lambda t: t.mrr.isna(),
    ("subscription_periods", "duplicate_key"): lambda t: t.duplicated(["subscription_id", "from_on"]),
    ("feedback", "wrong_choice"): lambda t: t.kind == "survey",
    ("feedback", "missing_required"): lambda t: t.occurred_at.isna(),
    ("costs", "missing_required"): lambda t: t.amount.isna(),
    ("contacts", "duplicate_key"): lambda t: t.duplicated("contact_id"),
}
IN_TEXT = {
    ("touches", "bad_date"): lambda t: t.occurred_at == "31/02/2026",
    ("touches", "bad_number"): lambda t: t.duration_seconds == "n/a",
    ("leads", "bad_date"): lambda t: t.created_at == "yesterday",
    ("deals", "bad_number"): lambda t: t.amount == "about 5000",
    ("order_lines", "bad_number"): lambda t: t.units == "12 pcs",
}


def test_every_wrong_row_is_counted(planted):
    counted = {(row.table, row.reason): row.rows for row in planted.truth.dirty}
    assert counted == {key: int(is_wrong(planted.table(key[0])).sum()) for key, is_wrong in WRONG.items()}


def test_about_one_row_in_a_thousand_is_wrong(planted):
    wrong = sum(row.rows for row in planted.truth.dirty if row.table == "touches")
    assert wrong == round(planted.settings.touches * 0.001)


def test_text_files_hold_wrong_dates_and_numbers_too(tmp_path):
    settings = SimulationSettings(reps=8, months=8, touches=5_000, file_format="csv", ends_on=date(2026, 3, 1))
    truth = simulate(tmp_path, settings)
    counted = {(row.table, row.reason): row.rows for row in truth.dirty}
    assert counted.keys() == WRONG.keys() | IN_TEXT.keys()
    for (table, reason), is_wrong in IN_TEXT.items():
        rows = pd.read_csv(tmp_path / f"{table}.csv", dtype=str, keep_default_na=False)
        assert int(is_wrong(rows).sum()) == counted[table, reason]


def test_wrong_touches_name_nobody_and_so_answer_no_lead(planted):
    touches = planted.table("touches")
    wrong = touches[(touches.rep_id == "R999") | (touches.kind == "fax") | (touches.occurred_at.dt.year == 2099)]
    assert wrong[["lead_id", "contact_id", "account_id", "deal_id"]].isna().all().all()


@pytest.mark.parametrize("change", [{"dirty": False}, {"planted": False}])
def test_no_wrong_rows_where_none_are_wanted(tmp_path, change):
    settings = replace(SimulationSettings(reps=8, months=8, touches=3_000, ends_on=date(2026, 3, 1)), **change)
    truth = simulate(tmp_path, settings)
    assert truth.dirty == ()
    for (table, _), is_wrong in WRONG.items():
        assert not is_wrong(pd.read_parquet(tmp_path / f"{table}.parquet")).any()
