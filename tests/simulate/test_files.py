"""What is written: tables, columns, types, keys, the same for the same seed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from efficace.config import load_config
from efficace.errors import ConfigError, SourceError
from efficace.model.tables import BY_NAME, TABLES, Kind
from efficace.simulate import SimulationSettings, Truth, simulate

TINY = SimulationSettings(reps=8, months=8, touches=3_000, seed=5, ends_on=date(2026, 3, 1))
NOT_WRITTEN = {"identity_links", "source_status"}
TYPES = {
    Kind.TEXT: "string",
    Kind.INTEGER: "int64",
    Kind.NUMBER: "double",
    Kind.MONEY: "decimal128(18, 4)",
    Kind.INSTANT: "timestamp[us, tz=UTC]",
    Kind.DATE: "date32[day]",
    Kind.BOOLEAN: "bool",
}


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_every_canonical_table_but_those_of_the_load_itself_is_written(company):
    written = {path.stem for path in company.folder.glob("*.parquet")}
    assert written == {table.name for table in TABLES} - NOT_WRITTEN


@pytest.mark.parametrize("name", sorted({table.name for table in TABLES} - NOT_WRITTEN))
def test_columns_and_types_are_those_declared(planted, name):
    schema = pq.read_schema(planted.folder / f"{name}.parquet")
    assert [(field.name, str(field.type)) for field in schema] == [
        (column.name, TYPES[column.kind]) for column in BY_NAME[name].columns
    ]


def test_as_many_touches_as_asked_for_and_the_dirty_ones_beside(company):
    dirty = sum(row.rows for row in company.truth.dirty if row.table == "touches")
    assert len(company.table("touches")) == company.settings.touches + dirty


def test_truth_counts_the_rows_of_every_table(company):
    written = {path.stem: len(pd.read_parquet(path)) for path in company.folder.glob("*.parquet")}
    assert dict(company.truth.rows) == written


@pytest.mark.parametrize("name", sorted({table.name for table in TABLES} - NOT_WRITTEN))
def test_a_company_without_faults_breaks_no_rule_of_its_tables(clean, name):
    table, rows = BY_NAME[name], clean.table(name)
    assert len(rows) > 0
    assert not rows.duplicated(list(table.key)).any()
    for column in table.columns:
        known = rows[column.name].dropna()
        if column.required:
            assert len(known) == len(rows), column.name
        if column.choices:
            assert set(known) <= set(column.choices), column.name
        if column.refers:
            other = clean.table(column.refers)
            assert set(known) <= set(other[BY_NAME[column.refers].key[0]]), column.name


def test_settings_file_can_be_read_and_counts_both_kinds_of_revenue(company):
    config = load_config(company.folder)
    assert config.company.currency == "EUR"
    assert config.revenue.source == "both"


def test_truth_comes_back_as_it_was_written(company):
    assert Truth.read(company.folder) == company.truth


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    simulate(tmp_path / "one", TINY)
    simulate(tmp_path / "two", TINY)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")


def test_another_seed_gives_other_data(tmp_path):
    simulate(tmp_path / "one", TINY)
    simulate(tmp_path / "two", replace(TINY, seed=6))
    one, two = hashes(tmp_path / "one"), hashes(tmp_path / "two")
    assert {name for name in one if one[name] == two[name]} <= {
        "efficace.yaml", "calendar_exceptions.parquet", "products.parquet", "locations.parquet", "stages.parquet",
        "teams.parquet", "territories.parquet", "territory_assignments.parquet", "calendars.parquet",
    }  # fmt: skip


def test_text_files_hold_the_same_rows_as_typed_ones(tmp_path):
    settings = replace(TINY, dirty=False)
    simulate(tmp_path / "typed", settings)
    simulate(tmp_path / "text", replace(settings, file_format="csv"))
    for path in (tmp_path / "typed").glob("*.parquet"):
        typed = pd.read_parquet(path)
        text = pd.read_csv(tmp_path / "text" / f"{path.stem}.csv", dtype=str, keep_default_na=False)
        assert list(text.columns) == list(typed.columns)
        assert len(text) == len(typed)
        for column in BY_NAME[path.stem].columns:
            if column.kind in (Kind.NUMBER, Kind.MONEY, Kind.INTEGER):
                expected = typed[column.name].astype(float)
                assert (pd.to_numeric(text[column.name]) - expected).abs().max() < 1e-9 or expected.isna().all()
            elif column.kind is Kind.INSTANT:
                assert (pd.to_datetime(text[column.name].replace("", None), utc=True) == typed[column.name]).sum() == (
                    typed[column.name].notna().sum()
                )
            elif column.kind is Kind.TEXT:
                assert text[column.name].tolist() == typed[column.name].fillna("").tolist()


def test_a_second_simulation_leaves_nothing_of_the_first(tmp_path):
    simulate(tmp_path, TINY)
    simulate(tmp_path, replace(TINY, file_format="csv"))
    assert not list(tmp_path.glob("*.parquet"))
    assert Truth.read(tmp_path).rows["touches"] == len(pd.read_csv(tmp_path / "touches.csv", dtype=str))


def test_tables_of_someone_else_are_not_touched(tmp_path):
    (tmp_path / "deals.csv").write_text("deal_id\nmine\n")
    with pytest.raises(SourceError, match=r"deals\.csv, which no simulation wrote"):
        simulate(tmp_path, TINY)
    assert (tmp_path / "deals.csv").read_text() == "deal_id\nmine\n"


def test_progress_never_goes_back(tmp_path):
    seen: list[float] = []
    simulate(tmp_path, TINY, lambda _, share: seen.append(share))
    assert seen == sorted(seen)
    assert 0 <= seen[0] <= seen[-1] <= 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"reps": 3}, "reps is 3; the smallest company has 8"),
        ({"months": 0}, "months is 0"),
        ({"touches": 10}, "touches is 10"),
        ({"french_share": 1.5}, "french_share is 1.5"),
        ({"body_share": -0.1}, "body_share is -0.1"),
        ({"seed": -1}, "seed is -1"),
        ({"file_format": "xlsx"}, 'file_format is "xlsx"'),
    ],
)
def test_a_setting_that_cannot_be_is_named(wrong, message):
    with pytest.raises(ConfigError, match=message):
        SimulationSettings(**wrong)


@pytest.mark.parametrize("reps", [8, 9, 13, 50])
@pytest.mark.parametrize("planted", [True, False])
def test_companies_of_any_size_can_be_made(tmp_path, reps, planted):
    truth = simulate(tmp_path, SimulationSettings(reps=reps, months=6, touches=2_000, planted=planted))
    assert truth.rows["reps"] == reps
    assert bool(truth.faults) is planted


@pytest.mark.parametrize("share", [0.0, 0.1, 0.6, 1.0])
def test_the_share_of_french_is_the_one_asked_for(tmp_path, share):
    simulate(tmp_path, replace(TINY, french_share=share))
    contacts = pd.read_parquet(tmp_path / "contacts.parquet")
    assert (contacts.language == "fr").mean() == pytest.approx(share, abs=0.05)
