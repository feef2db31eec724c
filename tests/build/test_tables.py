"""Whole tables: keys, references, rules between rows, what a snapshot holds beside them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from efficace.errors import SourceError
from efficace.model.tables import TABLES
from loading import NOW, Company


def test_every_canonical_table_is_there_even_without_rows(company: Company) -> None:
    company.write(reps_csv="rep_id,name\nR1,Ann\n")
    company.load()
    for table in TABLES:
        names = [name for (name, *_) in company.rows(f'DESCRIBE "{table.name}"')]
        assert names[: len(table.stored_columns)] == [column.name for column in table.stored_columns]
    assert company.rows("SELECT source, loaded_at FROM reps") == [("files", NOW)]


def test_of_two_rows_with_one_key_the_later_one_counts_and_both_were_loaded(company: Company) -> None:
    company.write(reps_csv="rep_id,name\nR1,Ann\nR2,Bob\nR1,Anna\n")
    report = company.load()
    assert sorted(company.rows("SELECT rep_id, name FROM reps")) == [("R1", "Anna"), ("R2", "Bob")]
    assert (report.tables["reps"].read, report.tables["reps"].loaded) == (3, 3)
    assert [note.count for note in report.notes if note.kind == "duplicate_keys"] == [1]


def test_a_later_load_updates_by_key_and_keeps_the_rest(company: Company) -> None:
    company.write(reps_csv="rep_id,name\nR1,Ann\nR2,Bob\n")
    company.load()
    company.write(reps_csv="rep_id,name\nR2,Robert\nR3,Zoe\n")
    report = company.load()
    assert sorted(company.rows("SELECT rep_id, name FROM reps")) == [("R1", "Ann"), ("R2", "Robert"), ("R3", "Zoe")]
    assert report.tables["reps"].read == 2
    assert not [note for note in report.notes if note.kind == "duplicate_keys"]


def test_a_rejected_row_does_not_replace_a_good_one(company: Company) -> None:
    company.write(deals_csv="deal_id,created_at,status,currency\n1,2026-01-01,won,EUR\n")
    company.load()
    company.write(deals_csv="deal_id,created_at,status,currency\n1,2026-01-02,won,ZZZ\n")
    company.load()
    assert company.rows("SELECT currency FROM deals") == [("EUR",)]


def test_a_row_that_its_source_deleted_is_gone(company: Company) -> None:
    company.write(reps_csv="rep_id,name,deleted_at\nR1,Ann,\nR2,Bob,2026-01-05\n")
    report = company.load()
    assert company.rows("SELECT rep_id FROM reps") == [("R1",)]
    assert report.tables["reps"].loaded == 2
    assert [note.count for note in report.notes if note.kind == "deleted"] == [1]


def test_a_reference_to_an_unknown_row_is_loaded_and_listed(company: Company) -> None:
    company.write(
        reps_csv="rep_id,name\nR1,Ann\n",
        leads_csv="lead_id,created_at,rep_id\n1,2026-01-01,R1\n2,2026-01-01,R9\n3,2026-01-01,R9\n4,2026-01-01,\n",
    )
    report = company.load()
    assert len(company.rows("SELECT * FROM leads")) == 4
    notes = [note for note in report.notes if note.kind == "unknown_reference"]
    assert [(note.table, note.column, note.count) for note in notes] == [("leads", "rep_id", 2)]
    assert '"R9"' in str(notes[0])


def test_unknown_columns_are_listed_with_the_nearest_name(company: Company) -> None:
    company.write(leads_csv="Lead ID,created_at,heet,shoe size\n1,2026-01-01,hot,43\n")
    report = company.load()
    assert company.rows("SELECT lead_id, heat FROM leads") == [("1", None)]
    (note,) = [note for note in report.notes if note.kind == "unknown_columns"]
    assert '"heet" (nearest: heat)' in str(note)
    assert '"shoe size"' in str(note)


def test_a_missing_required_column_refuses_the_only_table_by_name(company: Company) -> None:
    company.write(leads_csv="lead_id,creation_date\n1,2026-01-01\n")
    with pytest.raises(SourceError, match=r'table leads is refused: it needs the columns "created_at"'):
        company.load()


def test_a_refused_table_beside_good_ones_counts_as_rejected(company: Company) -> None:
    company.write(leads_csv="lead_id\n1\n2\n", reps_csv="rep_id,name\nR1,Ann\n")
    report = company.load()
    assert (report.tables["leads"].read, report.tables["leads"].rejected) == (2, 2)
    assert set(company.reasons("leads").values()) == {"missing_column"}
    assert "table_refused" in {note.kind for note in report.notes}


def test_overlapping_periods_end_where_the_later_one_begins(company: Company) -> None:
    company.write(
        subscription_periods_csv="""
        subscription_id,from_on,to_on,account_id,product_id,mrr
        S,2026-01-01,2026-12-31,A,P,10
        S,2026-03-01,,A,P,20
        T,2026-01-01,2026-02-01,A,P,10
        T,2026-02-01,,A,P,20
        """,
        owners_over_time_csv="""
        object,object_id,from_at,to_at,rep_id
        lead,L,2026-01-01 00:00Z,,R1
        lead,L,2026-02-01 00:00Z,,R2
        deal,L,2026-01-15 00:00Z,,R3
        """,
    )
    report = company.load()
    assert company.rows("SELECT subscription_id, to_on FROM subscription_periods ORDER BY 1, from_on") == [
        ("S", date(2026, 3, 1)),
        ("S", None),
        ("T", date(2026, 2, 1)),
        ("T", None),
    ]
    assert company.rows("SELECT rep_id, to_at FROM owners_over_time ORDER BY 1") == [
        ("R1", datetime(2026, 2, 1)),
        ("R2", None),
        ("R3", None),
    ]
    assert sorted((note.table, note.count) for note in report.notes if note.kind == "overlaps") == [
        ("owners_over_time", 1),
        ("subscription_periods", 1),
    ]


def test_credits_that_do_not_sum_to_one_are_set_aside(company: Company) -> None:
    company.write(
        deal_credits_csv="""
        deal_id,rep_id,share
        good,R1,0.3333333
        good,R2,0.6666667
        bad,R1,0.5
        bad,R2,0.4
        """
    )
    report = company.load()
    assert {deal for (deal,) in company.rows("SELECT deal_id FROM deal_credits")} == {"good"}
    assert company.reasons("deal_credits") == {"bad|R1": "credits_not_one", "bad|R2": "credits_not_one"}
    assert report.tables["deal_credits"].rejected == 2


def test_the_row_that_closes_a_cycle_is_set_aside_and_the_tree_is_closed_upwards(company: Company) -> None:
    company.write(
        teams_csv="""
        team_id,name,parent_id
        world,World,
        north,North,world
        paris,Paris,north
        a,A,b
        b,B,c
        c,C,a
        self,Self,self
        """
    )
    company.load()
    assert company.reasons("teams") == {"c": "tree_cycle", "self": "tree_cycle"}
    found = company.rows("SELECT member_id, ancestor_id FROM tree WHERE kind = 'team' ORDER BY ALL")
    assert found == [
        ("a", "a"), ("a", "b"), ("b", "b"),
        ("north", "north"), ("north", "world"),
        ("paris", "north"), ("paris", "paris"), ("paris", "world"),
        ("world", "world"),
    ]  # fmt: skip


def test_order_lines_carry_date_family_and_amount_in_the_companys_currency(company: Company) -> None:
    company.write(
        products_csv="product_id,name,family\nP1,Pro,Suite\n",
        fx_rates_csv="rate_on,currency,rate\n2026-02-27,USD,0.9\n",
        order_lines_csv="""
        line_id,ordered_at,product_id,units,unit_price,discount,currency
        night,2026-03-01 23:30:00Z,P1,2,10.5,1,
        dollars,2026-03-06,P2,-1,100,0,USD
        stale,2026-03-07,P2,1,100,0,USD
        free,2026-03-07,P2,1,,,EUR
        """,
    )
    company.load()
    found = company.rows("SELECT line_id, ordered_on, family, amount, rate_missing FROM order_lines ORDER BY 1")
    assert found == [
        ("dollars", date(2026, 3, 6), None, -90.0, False),
        ("free", date(2026, 3, 7), None, None, False),
        ("night", date(2026, 3, 2), "Suite", 20.0, False),
        ("stale", date(2026, 3, 7), None, None, True),
    ]


def test_the_default_as_of_is_the_newest_instant_that_is_not_later_than_the_load(company: Company) -> None:
    company.write(
        leads_csv="lead_id,created_at\n1,2026-01-01 10:00Z\n2,2099-01-01\n",
        subscription_periods_csv="subscription_id,from_on,account_id,product_id,mrr\nS,2026-02-01,A,P,1\n",
    )
    assert company.load().as_of == datetime(2026, 1, 31, 23)
    assert company.load(now=datetime(2026, 1, 15)).as_of == datetime(2026, 1, 1, 10)


def test_column_fill_and_source_status_say_how_complete_and_fresh_the_data_is(company: Company) -> None:
    company.write(leads_csv="lead_id,created_at,heat\n1,2026-01-01 10:00Z,hot\n2,2026-01-02 10:00Z,\n3,never,\n")
    company.load()
    fill = company.rows("SELECT column_name, rows, filled FROM column_fill WHERE table_name = 'leads'")
    assert {("heat", 2, 1), ("score", 2, 0), ("created_at", 2, 2)} <= set(fill)
    assert company.rows("SELECT source, stream, newest_record_at, rows, rejected FROM source_status") == [
        ("files", "leads", datetime(2026, 1, 2, 10), 2, 1)
    ]
    assert ("deals", 0, 0) in set(company.rows("SELECT table_name, rows, filled FROM column_fill"))


def test_deals_that_contradict_themselves_are_loaded_as_they_stand(company: Company) -> None:
    company.write(
        deals_csv="deal_id,created_at,status,closed_at,amount\nD,2026-02-01,won,2026-01-01,5\n",
        stage_changes_csv="deal_id,entered_at,stage\nD,2025-12-01,Talk\n",
    )
    report = company.load()
    assert company.rows("SELECT amount FROM deals") == [(Decimal("5.0000"),)]
    assert not report.tables["stage_changes"].rejected
