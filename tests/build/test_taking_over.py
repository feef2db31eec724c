"""A load that takes over what the published snapshot holds gives what filling all tables anew gives."""

from __future__ import annotations

import shutil
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from efficace.build import canonical_tables
from loading import Company


def _state(company: Company) -> dict[str, Any]:
    found: dict[str, Any] = company.content()
    for table in ("rejected_rows", "column_fill", "load_counts", "tree"):
        found[table] = sorted(company.rows(f"SELECT * FROM {table}"), key=repr)
    found["source_status"] = [row[:6] for row in found["source_status"]]
    return found


def _anew(company: Company) -> None:
    """Build the same again from the raw log alone."""
    shutil.rmtree(company.project / "snapshots")
    company.load(now=datetime(2026, 6, 1))


ids = st.sampled_from(["a", "b", "c", "d"])
days = st.sampled_from(["2026-01-01", "2026-02-01 10:00", "1980-05-05", "never", ""])
names, deleted = st.sampled_from(["Ann", "Bob", ""]), st.sampled_from(["", "2026-01-01"])
units, currencies = st.sampled_from(["1", "-2", "x"]), st.sampled_from(["", "USD"])
account, product, mrr = st.just("A"), st.just("P"), st.just("5")
files = st.fixed_dictionaries(
    {},
    optional={
        "reps": st.lists(st.tuples(ids, names, deleted), max_size=5),
        "leads": st.lists(st.tuples(ids, days, ids), max_size=6),
        "products": st.lists(st.tuples(ids, st.sampled_from(["x", "y"]), st.sampled_from(["S", "T"])), max_size=3),
        "order_lines": st.lists(st.tuples(ids, days, ids, units, currencies), max_size=5),
        "fx_rates": st.lists(st.tuples(days, st.just("USD"), st.sampled_from(["0.9", "1.1"])), max_size=2),
        "subscription_periods": st.lists(st.tuples(ids, days, days, account, product, mrr), max_size=4),
        "teams": st.lists(st.tuples(ids, st.just("T"), ids), max_size=4),
    },
)
HEADERS = {
    "reps": "rep_id,name,deleted_at",
    "leads": "lead_id,created_at,rep_id",
    "products": "product_id,name,family",
    "order_lines": "line_id,ordered_at,product_id,units,currency",
    "fx_rates": "rate_on,currency,rate",
    "subscription_periods": "subscription_id,from_on,to_on,account_id,product_id,mrr",
    "teams": "team_id,name,parent_id",
}


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(files.filter(bool), min_size=2, max_size=4))
def test_loads_one_after_the_other_give_what_the_raw_log_gives(
    tmp_path_factory: pytest.TempPathFactory, loads: list[dict[str, list[tuple[str, ...]]]]
) -> None:
    company = Company(tmp_path_factory.mktemp("company"))
    for number, tables in enumerate(loads):
        for file in company.files.iterdir():
            file.unlink()
        for name, rows in tables.items():
            company.write(**{f"{name}_csv": "\n".join([HEADERS[name], *(",".join(row) for row in rows), ""])})
        company.load(now=datetime(2026, 4, 1 + number))
    after = _state(company)
    _anew(company)
    assert _state(company) == after


def test_a_table_whose_files_are_the_same_is_not_filled_again(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled: list[tuple[str, int]] = []
    real = canonical_tables.fill.fill

    def counting(run: Any, table: Any, origins: Any, *more: Any, **named: Any) -> Any:
        filled.append((table.name, len(origins)))
        return real(run, table, origins, *more, **named)

    monkeypatch.setattr(canonical_tables.fill, "fill", counting)
    company.write(reps_csv="rep_id,name\nR1,Ann\n", leads_csv="lead_id,created_at\n1,2026-01-01\n2,never\n")
    company.load()
    company.write(leads_csv="lead_id,created_at\n2,2026-01-02\n3,2026-01-03\n")
    report = company.load()
    assert filled == [("reps", 1), ("leads", 1), ("leads", 1)]
    assert [key for (key,) in company.rows("SELECT lead_id FROM leads ORDER BY 1")] == ["1", "2", "3"]
    assert company.rows("SELECT count(*) FROM rejected_rows") == [(1,)]
    assert report.tables["leads"].read == 2


def test_files_of_a_load_that_failed_do_not_stay_in_the_log(company: Company) -> None:
    company.write(leads_csv="lead_id,created_at\n1,03/04/2026\n")
    with pytest.raises(ValueError, match="day or the month"):
        company.load()
    company.write(leads_csv="lead_id,created_at\n1,2026-04-03\n")
    company.load()
    assert len(list((company.project / "raw").rglob("*.parquet"))) == 1
