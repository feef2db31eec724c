"""What texts become, and what sets a row aside."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from efficace.errors import SourceError
from efficace.model.time import to_utc
from loading import Company


def test_instants_are_kept_in_utc_and_wall_times_are_read_in_the_companys_zone(company: Company) -> None:
    company.write(
        leads_csv="""
        lead_id,created_at
        offset,2026-03-01T09:15:00+02:00
        compact,2026-03-01T09:15:00.000+0000
        zulu,2026-03-01T09:15:00Z
        short,2026-03-01T09:15Z
        short offset,2026-03-01 09:15 -05:00
        spaced offset,2026-03-01 09:15:00 -05:00
        wall,2026-03-01 09:15
        day,2026-07-01
        micro,2026-03-01 09:15:00.123456
        """
    )
    company.load()
    assert dict(company.rows("SELECT lead_id, created_at FROM leads")) == {
        "offset": datetime(2026, 3, 1, 7, 15),
        "compact": datetime(2026, 3, 1, 9, 15),
        "zulu": datetime(2026, 3, 1, 9, 15),
        "short": datetime(2026, 3, 1, 9, 15),
        "short offset": datetime(2026, 3, 1, 14, 15),
        "spaced offset": datetime(2026, 3, 1, 14, 15),
        "wall": datetime(2026, 3, 1, 8, 15),
        "day": datetime(2026, 6, 30, 22),
        "micro": datetime(2026, 3, 1, 8, 15, 0, 123456),
    }


def test_a_skipped_and_a_doubled_hour_take_the_earlier_reading_and_are_counted(company: Company) -> None:
    company.write(
        leads_csv="""
        lead_id,created_at
        gap,2026-03-29 02:30
        double,2025-10-26 02:30
        plain,2026-03-29 04:30
        """
    )
    report = company.load()
    assert dict(company.rows("SELECT lead_id, created_at FROM leads")) == {
        "gap": datetime(2026, 3, 29, 1, 30),
        "double": datetime(2025, 10, 26, 0, 30),
        "plain": datetime(2026, 3, 29, 2, 30),
    }
    assert [(note.kind, note.count) for note in report.notes if note.kind == "daylight_saving"] == [
        ("daylight_saving", 2)
    ]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.datetimes(datetime(1901, 1, 1), datetime(2099, 1, 1)), min_size=20, max_size=60, unique=True),
    st.sampled_from(["Europe/Paris", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"]),
)
def test_any_wall_time_of_any_zone_is_what_python_reads(
    tmp_path_factory: pytest.TempPathFactory, walls: list[datetime], zone: str
) -> None:
    company = Company(tmp_path_factory.mktemp("zone"))
    company.settings(f"company: {{timezone: {zone}}}")
    lines = [f"{place},{wall.isoformat(' ')}" for place, wall in enumerate(walls)]
    company.write(leads_csv="\n".join(["lead_id,created_at", *lines]))
    company.load()
    expected = {str(place): to_utc(wall, ZoneInfo(zone)).at for place, wall in enumerate(walls)}
    assert dict(company.rows("SELECT lead_id, created_at FROM leads")) == expected


def test_money_keeps_four_places_and_too_large_an_amount_sets_the_row_aside(company: Company) -> None:
    company.write(
        deals_csv="""
        deal_id,created_at,status,amount
        plain,2026-01-01,open,1234.56789
        large,2026-01-01,open,99999999999999.9999
        larger,2026-01-01,open,100000000000000
        exponent,2026-01-01,open,1e3
        word,2026-01-01,open,much
        comma,2026-01-01,open,"1,5"
        nan,2026-01-01,open,NaN
        empty,2026-01-01,open,
        """
    )
    report = company.load()
    assert dict(company.rows("SELECT deal_id, amount FROM deals")) == {
        "plain": Decimal("1234.5679"),
        "large": Decimal("99999999999999.9999"),
        "exponent": Decimal("1000.0000"),
        "empty": None,
    }
    assert company.reasons("deals") == {
        "larger": "too_large",
        "word": "not_a_number",
        "comma": "not_a_number",
        "nan": "not_a_number",
    }
    assert report.tables["deals"].rejected == 4


def test_booleans_choices_and_whole_numbers_are_read_without_regard_to_case(company: Company) -> None:
    company.write(
        touches_csv="""
        touch_id,occurred_at,kind,direction,automated,step_no
        1,2026-01-01,EMAIL,Outbound,Oui,2
        2,2026-01-01,call,inbound,NO,2.0
        3,2026-01-01,fax,inbound,no,1
        4,2026-01-01,call,inbound,maybe,1
        5,2026-01-01,call,inbound,1,1.5
        """
    )
    company.load()
    found = company.rows("SELECT touch_id, kind, direction, automated, step_no FROM touches ORDER BY 1")
    assert found == [("1", "email", "outbound", True, 2), ("2", "call", "inbound", False, 2)]
    assert company.reasons("touches") == {"3": "not_allowed", "4": "not_a_boolean", "5": "not_whole"}


def test_ids_stay_text_with_their_leading_zeros_and_without_outer_spaces(company: Company) -> None:
    company.write(accounts_csv="account_id,name\n 0012 ,\u00a0Acme \n0013,  \n")
    company.load()
    assert company.rows("SELECT account_id, name FROM accounts") == [("0012", "Acme")]
    assert company.reasons("accounts") == {"0013": "missing_required"}


def test_dates_out_of_range_are_set_aside_and_a_date_to_come_loads(company: Company) -> None:
    company.write(
        leads_csv="""
        lead_id,created_at
        old,1899-12-31
        oldest kept,1900-01-02
        future,2099-06-01
        beyond,2101-01-01
        no date,2026-02-30
        short,26-02-03
        """
    )
    report = company.load()
    assert {key for (key,) in company.rows("SELECT lead_id FROM leads")} == {"oldest kept", "future"}
    assert company.reasons("leads") == {
        "old": "out_of_range",
        "beyond": "out_of_range",
        "no date": "not_a_date",
        "short": "out_of_range",
    }
    assert report.as_of < datetime(2026, 4, 1)


def test_a_value_above_twelve_decides_the_order_of_a_columns_dates(company: Company) -> None:
    company.write(
        deals_csv="""
        deal_id,created_at,status,closed_at,expected_close_on
        1,03/04/2026 09:15,won,4/3/2026 9:15 PM,2026-05-01
        2,28/02/2026 17:45,won,2/28/2026 5:45 AM,05/05/2026
        """
    )
    company.load()
    assert company.rows("SELECT created_at, closed_at, expected_close_on FROM deals ORDER BY deal_id") == [
        (datetime(2026, 4, 3, 7, 15), datetime(2026, 4, 3, 19, 15), date(2026, 5, 1)),
        (datetime(2026, 2, 28, 16, 45), datetime(2026, 2, 28, 4, 45), date(2026, 5, 5)),
    ]


def test_a_column_in_which_no_value_decides_stops_the_load_with_a_question(company: Company) -> None:
    company.write(leads_csv="lead_id,created_at\n1,03/04/2026\n2,05/06/2026\n")
    with pytest.raises(
        SourceError, match=r'leads.csv, "created_at": does "03/04/2026" begin with the day or the month'
    ):
        company.load()
    assert not list((company.project / "snapshots").glob("*.duckdb"))


def test_a_column_that_mixes_both_orders_stops_the_load(company: Company) -> None:
    company.write(leads_csv="lead_id,created_at\n1,28/02/2026\n2,02/28/2026\n3,03/04/2026\n")
    with pytest.raises(SourceError, match="Some values are dates only with the day first"):
        company.load()


def test_an_earlier_file_of_the_stream_decides_where_a_later_one_does_not(company: Company) -> None:
    company.write(leads_csv="lead_id,created_at\n1,28/02/2026\n")
    company.load()
    company.write(leads_csv="lead_id,created_at\n2,03/04/2026\n")
    company.load()
    assert company.rows("SELECT lead_id, month(created_at) FROM leads ORDER BY 1") == [("1", 2), ("2", 4)]


def test_a_file_parted_by_semicolons_may_write_decimals_with_a_comma(company: Company) -> None:
    rows = "1;28/02/2026;won;1\u202f234,56\n2;03/02/2026;won;12\n3;03/02/2026;won;-99,5\n4;03/02/2026;won;x\n"
    company.write(deals_csv="deal_id;created_at;status;amount\n" + rows)
    company.load()
    assert company.rows("SELECT deal_id, amount, day(created_at + INTERVAL 2 HOUR) FROM deals ORDER BY 1") == [
        ("1", Decimal("1234.56"), 28),
        ("2", Decimal("12"), 3),
        ("3", Decimal("-99.5"), 3),
    ]
    assert company.reasons("deals") == {"4": "not_a_number"}


def test_a_mapping_without_tables_answers_the_question(company: Company) -> None:
    company.write(leads_csv="lead_id,created_at\n1,03/04/2026\n")
    company.load("date_order: mdy")
    assert company.rows("SELECT created_at FROM leads") == [(datetime(2026, 3, 3, 23),)]


@pytest.mark.parametrize("date", ["5 janvier 2026", "Jan 5, 2026", "5 janv. 2026", "1er janvier 2026", "05-Jan-2026"])
def test_dates_that_name_their_month_are_read_in_either_language(company: Company, date: str) -> None:
    company.write(leads_csv=f'lead_id,created_at\n1,"{date}"\n2,"28 févr. 2026 17:45"\n3,"31 juin 2026"\n')
    company.settings("company: {timezone: UTC}")
    company.load()
    assert company.rows("SELECT created_at FROM leads ORDER BY lead_id") == [
        (datetime(2026, 1, 1 if date.startswith("1er") else 5),),
        (datetime(2026, 2, 28, 17, 45),),
    ]
    assert company.reasons("leads") == {"3": "not_a_date"}


def test_every_month_has_its_name_in_both_languages(company: Company) -> None:
    english = "January February March April May June July August September October November December"
    french = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    short = "janv févr mars avr mai juin juil août sept oct nov déc"
    rows = [
        f"{language}{number},3 {name} 2025"
        for language, names in (("en", english), ("fr", french), ("short", short))
        for number, name in enumerate(names.split(), 1)
    ]
    company.settings("company: {timezone: UTC}")
    company.write(leads_csv="\n".join(["lead_id,created_at", *rows]))
    assert company.load().tables["leads"].loaded == 36
    months = dict(company.rows("SELECT lead_id, month(created_at) FROM leads"))
    assert all(month == int(key.lstrip("enfrshot")) for key, month in months.items())


def test_years_of_two_digits_are_of_our_time(company: Company) -> None:
    company.settings("company: {timezone: UTC}")
    company.write(leads_csv="lead_id,created_at\n1,05/01/26\n2,28/02/26 17:45\n3,31.12.98\n")
    company.load()
    assert company.rows("SELECT created_at FROM leads ORDER BY lead_id") == [
        (datetime(2026, 1, 5),),
        (datetime(2026, 2, 28, 17, 45),),
        (datetime(1998, 12, 31),),
    ]


def test_a_year_of_two_digits_between_hyphens_might_come_first_and_is_set_aside(company: Company) -> None:
    company.write(leads_csv="lead_id,created_at\n1,28-02-26\n2,28/02/2026\n")
    company.load()
    assert company.reasons("leads") == {"1": "out_of_range"}


def test_a_load_tells_of_each_reason_with_its_first_row_and_what_would_be_right(company: Company) -> None:
    company.write(
        deals_csv="deal_id,created_at,status,amount\n1,2026-01-05,Gagné,1\n2,2026-01-05,won,$5\n3,2026-01-05,won,$6\n"
        "4,2026-01-05,won,7\n"
    )
    told = [str(note) for note in company.load().notes if note.kind == "set_aside"]
    assert told == [
        'deals: 2 rows set aside. deals.csv, row 3, "amount": "$5" is no number; '
        "write 1234.50, or 1 234,50 € with decimal in the mapping.",
        'deals: 1 row set aside. deals.csv, row 2, "status": "gagné" is none of open, won, lost; '
        "map it to one of them.",
    ]


def test_a_rejected_row_keeps_its_original_and_says_what_is_wrong_with_it(company: Company) -> None:
    company.write(deals_csv="deal_id,created_at,status,Note\nD1,31/02/2026,won,hm\nD2,2026-01-01,won,\n")
    company.load()
    row = company.rows("SELECT table_name, row_key, column_name, reason, file, row_no, load, text FROM rejected_rows")
    assert row == [
        (
            "deals", "D1", "created_at", "not_a_date", "deals.csv", 2, 1,
            'deals.csv, row 2, "created_at": "31/02/2026" is no date; write 2026-03-31, or 31/03/2026 with date_order '
            'in the mapping.',
        )
    ]  # fmt: skip
    original = company.rows("SELECT original->>'Note', original->>'created_at' FROM rejected_rows")
    assert original == [("hm", "31/02/2026")]


def test_unknown_codes_are_set_aside(company: Company) -> None:
    company.write(
        deals_csv="deal_id,created_at,status,currency\n1,2026-01-01,won,usd\n2,2026-01-01,won,ZZZ\n",
        reps_csv="rep_id,name,timezone\nR1,Ann,Europe/Paris\nR2,Bob,Mars/Olympus\n",
        calendars_csv="calendar_id,timezone,weekday,opens,closes\nC,Europe/Paris,8,09:00,17:00\nC,Europe/Paris,1,9h,17:00\n",
    )
    company.load()
    assert company.rows("SELECT deal_id, currency FROM deals") == [("1", "USD")]
    assert company.reasons("deals") == {"2": "unknown_currency"}
    assert company.reasons("reps") == {"R2": "unknown_timezone"}
    assert set(company.reasons("calendars").values()) == {"out_of_range", "not_a_time"}


def test_negative_recurring_revenue_is_set_aside(company: Company) -> None:
    company.write(
        subscription_periods_csv="""
        subscription_id,from_on,account_id,product_id,mrr
        S1,2026-01-01,A,P,-1
        S2,2026-01-01,A,P,0
        """
    )
    company.load()
    assert company.reasons("subscription_periods") == {"S1|2026-01-01": "negative_mrr"}
    assert company.rows("SELECT subscription_id FROM subscription_periods") == [("S2",)]
