"""Each operator of a mapping, and what is said of one that cannot be carried out."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from textwrap import dedent

import pytest

from efficace.errors import EfficaceError, MappingError, SourceError
from efficace.model.tables import TABLES, Kind
from efficace.sources.mapping import parse_mapping
from loading import Company


def test_a_map_compares_without_case_and_its_default_takes_the_rest(company: Company) -> None:
    company.write(export_csv="id,made,state\n1,2026-01-01,WON\n2,2026-01-01,gone\n3,2026-01-01,\n4,2026-01-01,Parked\n")
    report = company.load("""
        tables:
          deals:
            from: export
            columns:
              deal_id: id
              created_at: made
              status: {column: state, map: {won: won, gone: lost}, default: open}
              forecast_category: {column: state, map: {gone: null, parked: later}}
              lost_reason: {column: state, map: {"": unknown}}
    """)
    found = company.rows("SELECT deal_id, status, forecast_category, lost_reason FROM deals ORDER BY 1")
    assert found == [
        ("1", "won", "WON", "WON"),
        ("2", "lost", None, "gone"),
        ("3", "open", None, "unknown"),
        ("4", "open", "later", "Parked"),
    ]
    (note,) = [note for note in report.notes if note.kind == "fell_to_default"]
    assert (note.column, note.count) == ("status", 2)
    assert '"Parked" (1)' in str(note)


def test_first_of_takes_the_first_that_is_not_empty_and_columns_may_be_absent(company: Company) -> None:
    company.write(export_csv="id,Full name,Mail\n1,Ann,\n2,,bob@x.org\n3,,\n")
    company.load("""
        tables:
          reps:
            from: export
            columns:
              rep_id: id
              name: {first_of: [Nom complet, Full name, {column: Mail}, {const: nobody}]}
    """)
    assert company.rows("SELECT rep_id, name FROM reps ORDER BY 1") == [
        ("1", "Ann"),
        ("2", "bob@x.org"),
        ("3", "nobody"),
    ]


def test_when_limits_rows_of_a_table_and_values_of_a_column(company: Company) -> None:
    company.write(
        export_csv="id,type,at,n\n1,call,2026-01-01,5\n2,mail,2026-01-02,6\n3,Call,2026-01-03,\n4,note,2026-01-04,7\n"
    )
    report = company.load("""
        tables:
          touches:
            from: export
            when: [{column: type, not: note}, {any: [{column: n, empty: false}, {column: id, matches: "^3$"}]}]
            columns:
              touch_id: id
              occurred_at: at
              kind: {column: type, map: {mail: email}}
              direction: {const: outbound}
              duration_seconds: {column: n, type: seconds_from_ms, when: {column: type, in: [call]}}
    """)
    assert report.tables["touches"].read == 3
    assert company.rows("SELECT touch_id, kind, duration_seconds FROM touches ORDER BY 1") == [
        ("1", "call", 0.005),
        ("2", "email", None),
        ("3", "call", None),
    ]


def test_date_end_is_the_last_instant_of_an_instant_column_and_the_next_day_of_a_date_column(company: Company) -> None:
    company.write(export_csv="id,a,last\n1,2026-01-01,2026-01-31\n")
    company.load("""
        tables:
          subscription_periods:
            from: export
            columns:
              subscription_id: id
              from_on: a
              to_on: {column: last, type: date_end}
              account_id: id
              product_id: id
              mrr: id
          cancellations:
            from: export
            columns: {subscription_id: id, canceled_at: {column: last, type: date_end}}
    """)  # fmt: skip
    assert company.rows("SELECT to_on FROM subscription_periods") == [(date(2026, 2, 1),)]
    assert company.rows("SELECT canceled_at FROM cancellations") == [(datetime(2026, 1, 31, 22, 59, 59, 999999),)]


def test_unpivot_and_prefix_turn_columns_into_rows(company: Company) -> None:
    company.write(
        goals_csv="rep,jan,feb\nR1,100,\nR2,50,60\n",
        deals_csv="id,made,entered_Talk,entered_Offer\nD1,2026-01-01,2026-01-02,2026-01-09\nD2,2026-01-01,2026-01-03,\n",
    )
    company.load("""
        files: {goals: goals.csv, export: deals.csv}
        tables:
          targets:
            from: goals
            unpivot: {columns: [jan, feb], name: month, value: goal}
            columns:
              target_id: {sql: "rep || '-' || month"}
              metric: {const: bookings}
              from_on: {column: month, map: {jan: 2026-01-01, feb: 2026-02-01}}
              to_on: {column: month, map: {jan: 2026-02-01, feb: 2026-03-01}}
              value: goal
              rep_id: rep
          stage_changes:
            from: export
            explode: {prefix: entered_, name: stage, value: at}
            columns: {deal_id: id, entered_at: at, stage: stage, evidence: {const: first_entry_only}}
    """)
    assert company.rows("SELECT target_id, from_on, value FROM targets ORDER BY 1") == [
        ("R1-jan", date(2026, 1, 1), 100),
        ("R2-feb", date(2026, 2, 1), 60),
        ("R2-jan", date(2026, 1, 1), 50),
    ]
    assert company.rows("SELECT deal_id, stage, evidence FROM stage_changes ORDER BY ALL") == [
        ("D1", "Offer", "first_entry_only"),
        ("D1", "Talk", "first_entry_only"),
        ("D2", "Talk", "first_entry_only"),
    ]


def test_explode_parts_a_list_and_walks_a_history(company: Company) -> None:
    company.write(
        calls_csv="id,at,who\n1,2026-01-01,C1; C2\n2,2026-01-02,C3\n3,2026-01-03,\n",
        deals_jsonl='{"id": "D1", "history": {"stage": [{"value": "Talk", "timestamp": "2026-01-01T00:00:00Z"},'
        ' {"value": "Offer", "timestamp": "2026-01-05T00:00:00Z"}]}}\n',
    )
    company.load("""
        files: {calls: calls.csv, export: deals.jsonl}
        tables:
          touch_links:
            from: calls
            explode: {column: who, separator: ";", as: contact}
            columns: {touch_id: id, object: {const: contact}, object_id: contact}
          stage_changes:
            from: export
            explode: {path: history.stage, as: change}
            columns: {deal_id: id, entered_at: {path: change.timestamp}, stage: {path: change.value}}
    """)
    assert company.rows("SELECT touch_id, object_id FROM touch_links ORDER BY ALL") == [
        ("1", "C1"),
        ("1", "C2"),
        ("2", "C3"),
    ]
    assert company.rows("SELECT stage, entered_at FROM stage_changes ORDER BY 2") == [
        ("Talk", datetime(2026, 1, 1)),
        ("Offer", datetime(2026, 1, 5)),
    ]


def test_a_reference_by_name_finds_the_id_and_a_name_of_two_rows_stays(company: Company) -> None:
    company.write(
        people_csv="id,name\nR1,Ann\nR2,Bob\nR3,bob\n",
        deals_csv="id,made,owner\n1,2026-01-01,ANN\n2,2026-01-01,Bob\n3,2026-01-01,Zoe\n4,2026-01-01,\n",
    )
    company.load("""
        files: {people: people.csv, export: deals.csv}
        tables:
          reps: {from: people, columns: {rep_id: id, name: name}}
          deals:
            from: export
            columns:
              deal_id: id
              created_at: made
              status: {const: open}
              rep_id: {column: owner, ref: {table: reps, by: name}}
    """)  # fmt: skip
    assert company.rows("SELECT deal_id, rep_id FROM deals ORDER BY 1") == [
        ("1", "R1"),
        ("2", "Bob"),
        ("3", "Zoe"),
        ("4", None),
    ]


def test_several_files_fill_one_table_and_one_file_several(company: Company) -> None:
    company.write(
        jan_csv="id,made,rep\n1,2026-01-01,Ann\n", feb_csv="id,made,rep\n2,2026-02-01,Bob\n3,2026-02-01,Ann\n"
    )
    report = company.load("""
        files: {months: "*.csv"}
        tables:
          deals: {from: months, columns: {deal_id: id, created_at: made, status: {const: open}, rep_id: rep}}
          reps: {from: months, columns: {rep_id: rep, name: rep}}
    """)
    assert (report.tables["deals"].loaded, report.tables["reps"].loaded) == (3, 3)
    assert len(company.rows("SELECT * FROM deals")) == 3
    assert sorted(company.rows("SELECT rep_id FROM reps")) == [("Ann",), ("Bob",)]


def test_sql_reads_the_streams_of_the_mapping(company: Company) -> None:
    company.write(orders_csv="no,day,sku,n,cents\n1,2026-01-01,A,2,250\n2,2026-01-02,A,1,x\n")
    report = company.load("""
        currency: USD
        tables:
          order_lines:
            sql: |
              SELECT no AS line_id, day AS ordered_at, sku AS product_id, n AS units,
                     CASE WHEN cents = 'x' THEN 'x' ELSE CAST(CAST(cents AS DOUBLE) / 100 AS VARCHAR) END AS unit_price
              FROM orders
        files: {orders: orders.csv}
    """)
    assert company.rows("SELECT line_id, unit_price, currency FROM order_lines") == [("1", Decimal("2.5"), "USD")]
    assert report.tables["order_lines"].rejected == 1
    assert company.rows("SELECT reason, original->>'unit_price' FROM rejected_rows") == [("not_a_number", "x")]


def test_sql_reads_nothing_beside_the_streams(company: Company, tmp_path: object) -> None:
    company.write(orders_csv="id,name\n1,2\n", secret_csv="a,b\nx,y\n")
    mapping = f"""
        files: {{orders: orders.csv}}
        tables:
          reps:
            sql: SELECT a AS rep_id, b AS name FROM read_csv('{company.files}/secret.csv'), orders
    """
    with pytest.raises(MappingError, match="sql"):
        company.load(mapping)


def test_the_currency_and_zone_of_a_source_are_its_own(company: Company) -> None:
    company.settings("company: {currency: EUR, timezone: Europe/Paris}")
    company.write(export_csv="id,made,amount,cur\n1,2026-01-01 12:00,5,\n2,2026-01-01 12:00,5,gbp\n")
    company.load("""
        currency: USD
        timezone: America/New_York
        tables:
          deals:
            from: export
            columns: {deal_id: id, created_at: made, status: {const: won}, amount: amount, currency: cur}
    """)
    assert company.rows("SELECT currency, created_at FROM deals ORDER BY deal_id") == [
        ("USD", datetime(2026, 1, 1, 17)),
        ("GBP", datetime(2026, 1, 1, 17)),
    ]


def test_numbers_are_read_as_the_source_writes_them(company: Company) -> None:
    company.write(
        export_csv="id;v\n1;1.234,5\n2;1 234,5\n3;-99,5\n4;12.5\n5;€ 1.234.567,89\n6;1'234,5\n7;12,5 %\n8;1,2,3\n",
    )
    company.load("""
        decimal: ","
        tables:
          products: {from: export, columns: {product_id: id, name: id, list_price: v}}
    """)
    assert {key: float(value) for key, value in company.rows("SELECT product_id, list_price FROM products")} == {
        "1": 1234.5, "2": 1234.5, "3": -99.5, "5": 1234567.89, "6": 1234.5, "7": 12.5,
    }  # fmt: skip
    assert company.reasons("products") == {"4": "not_a_number", "8": "not_a_number"}


GOOD = "tables: {reps: {from: x, columns: {rep_id: id, name: name}}}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tables: [1", "crm.yaml: not readable as YAML"),
        ("tabels: {}", 'there is no key "tabels" here. Nearest: tables'),
        ("tables: {rep: {}}", 'there is no table "rep". Nearest: reps'),
        ("tables: {reps: {columns: {}}}", "tables: reps: from: name the stream"),
        ("files: {y: y.csv}\n" + GOOD, '"x" is none of the files.'),
        ("tables: {reps: {from: x, columns: {rep_id: id}}}", "table reps is refused: it needs name"),
        ("tables: {reps: {from: x, columns: {rep_id: id, nam: id}}}", 'table reps has no column "nam". Nearest: name'),
        ("tables: {reps: {from: x, columns: {rep_id: {colum: id}, name: b}}}", 'there is no key "colum" here'),
        ("tables: {reps: {from: x, columns: {rep_id: {column: id, const: b}, name: b}}}", "name one of column, path"),
        ("tables: {reps: {from: x, columns: {rep_id: {column: id, type: date}, name: b}}}", '"date" does not fit'),
        ("tables: {reps: {from: x, columns: {rep_id: {column: id, type: int}, name: b}}}", '"int" is not allowed'),
        ("tables: {reps: {from: x, columns: {rep_id: {column: id, ref: rep}, name: b}}}", 'no table "rep"'),
        ("tables: {reps: {from: x, columns: {rep_id: {first_of: []}, name: b}}}", "first_of: give a list"),
        ("tables: {reps: {from: x, when: {column: a}, columns: {rep_id: a, name: b}}}", "when: give a column or path"),
        ("tables: {reps: {from: x, explode: {column: a}, columns: {rep_id: a, name: b}}}", "explode: give a column"),
        ("tables: {reps: {sql: SELECT 1, from: x}}", "sql stands alone"),
        ("timezone: Mars", '"Mars" is no time zone'),
        ("currency: EURO", '"EURO" is no ISO 4217 code'),
        ("locale: klingon", '"klingon" is not known'),
        ("date_order: dym", '"dym" is not allowed. Choices: ymd, dmy, mdy'),
        ("source: my crm", '"my crm" may hold letters'),
        ("source: a\nsource: b", 'the key "source" stands twice'),
        ("files: {x: {sheet: A}}", "files: x: name the file"),
        ("files: {x: {file: a.xlsx, header_row: 0}}", '"0" is no row number'),
    ],
)
def test_a_mapping_that_cannot_be_carried_out_is_told_by_file_and_key(text: str, told: str) -> None:
    with pytest.raises(MappingError, match=r"crm\.yaml") as refused:
        parse_mapping(text, "crm.yaml")
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ("tables: {reps: {from: export, columns: {rep_id: ID, name: nme}}}", 'no column "nme". Nearest: name'),
        ("tables: {reps: {from: exports, columns: {rep_id: id, name: name}}}", "exports"),
        ("files: {x: b.csv}\ntables: {reps: {from: x, columns: {rep_id: id, name: name}}}", 'is the file "b.csv"'),
        ("tables: {reps: {sql: SELECT id AS rep_id FROM export}}\nfiles: {export: export.csv}", "sql must give name"),
        ("tables: {reps: {sql: SELECT nme FROM export}}\nfiles: {export: export.csv}", "sql"),
        ("tables: {reps: {sql: SELEC}}\nfiles: {export: export.csv}", "reads none of the streams"),
        ("tables: {reps: {sql: SELEC * FROM export}}\nfiles: {export: export.csv}", "sql"),
        ("tables: {reps: {from: export, columns: {rep_id: {sql: nme}, name: name}}}", "sql"),
        ("tables: {reps: {from: export, columns: {rep_id: {sql: 'id) FROM x; --'}, name: name}}}", "sql"),
    ],
)  # fmt: skip
def test_a_mapping_that_does_not_fit_the_data_is_told(company: Company, mapping: str, told: str) -> None:
    company.write(export_csv="id,name\n1,Ann\n")
    with pytest.raises(EfficaceError) as refused:
        company.load(mapping)
    assert isinstance(refused.value, MappingError | SourceError)
    assert told in str(refused.value)
    assert not list((company.project / "snapshots").glob("*.duckdb"))


def test_a_mended_mapping_loads_what_the_broken_one_took_in(company: Company) -> None:
    company.write(export_csv="id,name\n1,Ann\n")
    with pytest.raises(MappingError):
        company.load("source: crm\ntables: {reps: {from: export, columns: {rep_id: id, name: nme}}}")
    company.load("source: crm\ntables: {reps: {from: export, columns: {rep_id: id, name: name}}}")
    assert company.rows("SELECT rep_id, name FROM reps") == [("1", "Ann")]
    company.load("source: crm\ntables: {reps: {from: export, columns: {rep_id: id, name: id}}}")
    assert company.rows("SELECT rep_id, name FROM reps") == [("1", "1")]
    assert len(list((company.project / "raw" / "crm" / "export").glob("*.parquet"))) == 1


def test_amounts_are_read_as_people_write_them(company: Company) -> None:
    worth = ["$342K", "1.2M€", '"(1,234.50)"', "($5)", "2 Mrd", "7 apples", "K", "-$3.5k"]
    company.write(export_csv="id,worth\n" + "".join(f"{place},{text}\n" for place, text in enumerate(worth, 1)))
    report = company.load("""
        decimal: "."
        tables:
          deals:
            from: export
            columns: {deal_id: id, created_at: {const: 2026-01-01}, status: {const: open}, amount: worth}
    """)
    assert company.rows("SELECT deal_id, amount FROM deals ORDER BY 1") == [
        ("1", Decimal(342_000)),
        ("2", Decimal(1_200_000)),
        ("3", Decimal("-1234.5")),
        ("4", Decimal(-5)),
        ("5", Decimal(2_000_000_000)),
        ("8", Decimal(-3500)),
    ]
    assert report.tables["deals"].rejected == 2


def test_a_decimal_comma_goes_with_shortened_amounts(company: Company) -> None:
    company.write(export_csv="id;made;worth\n1;2026-01-01;1,5 k€\n2;2026-01-01;(1.234,50)\n")
    company.load("""
        decimal: ","
        tables:
          deals:
            from: export
            columns: {deal_id: id, created_at: made, status: {const: open}, amount: worth}
    """)
    found = company.rows("SELECT amount FROM deals ORDER BY deal_id")
    assert found == [(Decimal(1500),), (Decimal("-1234.5"),)]


def test_minor_units_are_divided_as_the_currency_of_the_row_says(company: Company) -> None:
    rows = ["1999,eur", "1999,jpy", "1999,KWD", "1999,", "ten,eur"]
    company.write(
        charges_csv="id,amount,currency\n" + "".join(f"{place},{text}\n" for place, text in enumerate(rows, 1))
    )
    company.load("""
        tables:
          deals:
            from: charges
            columns:
              deal_id: id
              created_at: {const: 2026-01-01}
              status: {const: won}
              amount: {column: amount, type: minor_units}
              currency: currency
    """)
    assert company.rows("SELECT deal_id, amount FROM deals ORDER BY 1") == [
        ("1", Decimal("19.99")),
        ("2", Decimal(1999)),
        ("3", Decimal("1.999")),
    ]
    assert company.rows("SELECT row_key, reason FROM rejected_rows ORDER BY 1") == [
        ("4", "no_currency"),
        ("5", "not_a_number"),
    ]


def test_minor_units_without_any_currency_are_refused() -> None:
    mapping = """
        tables:
          deals:
            from: charges
            columns: {deal_id: id, created_at: made, status: {const: won}, amount: {column: a, type: minor_units}}
    """
    with pytest.raises(MappingError, match="amount: `type: minor_units` needs the currency"):
        parse_mapping(mapping, "m.yaml")
    assert parse_mapping("currency: JPY\n" + dedent(mapping), "m.yaml").feeds


def test_every_table_with_money_has_a_currency() -> None:
    for table in TABLES:
        kinds = {column.kind for column in table.columns}
        assert Kind.MONEY not in kinds or any(column.name == "currency" for column in table.columns), table.name


def test_the_columns_of_a_file_without_a_header_are_named_by_the_mapping(company: Company) -> None:
    company.write(export_csv="\n7,2026-01-01,12\n8,2026-01-02,13\n")
    report = company.load("""
        files: {export: {file: export.csv, header: none, columns: [id, made]}}
        tables:
          deals:
            from: export
            columns: {deal_id: id, created_at: made, status: {const: open}, amount: column_3}
    """)
    assert company.rows("SELECT deal_id, amount FROM deals ORDER BY 1") == [("7", Decimal(12)), ("8", Decimal(13))]
    assert (report.tables["deals"].read, report.tables["deals"].rejected) == (2, 0)


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("{file: x.csv, header: first}", "header"),
        ("{file: x.csv, columns: [a]}", "header: none"),
        ("{file: x.csv, header: none, header_row: 2}", "exclude"),
    ],
)
def test_a_header_that_cannot_be_is_refused(file: str, says: str) -> None:
    with pytest.raises(MappingError, match=says):
        parse_mapping(f"files: {{x: {file}}}", "m.yaml")


def test_more_names_than_columns_are_refused(company: Company) -> None:
    company.write(export_csv="7,2026-01-01\n")
    with pytest.raises(SourceError, match="3 columns are named, the file has 2"):
        company.load("""
            files: {export: {file: export.csv, header: none, columns: [id, made, more]}}
            tables: {deals: {from: export, columns: {deal_id: id, created_at: made, status: {const: open}}}}
        """)
