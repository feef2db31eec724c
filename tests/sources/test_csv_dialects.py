"""Delimited text of any dialect, through a mapping or by canonical names."""

from __future__ import annotations

import gzip
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from efficace.errors import SourceError
from efficace.sources.csv_text import sample
from efficace.sources.stream import Stream
from loading import VENDOR, Company

FRENCH = """
    source: crm
    locale: fr
    files: {deals: "fr_*.csv"}
    tables:
      deals:
        from: deals
        columns:
          deal_id: Record ID
          created_at: Date de création
          closed_at: {column: Date de clôture, type: date_end}
          status: {column: Étape, map: {Gagné: won, Perdu: lost}, default: open}
          amount: Montant
          rep_id: Propriétaire
          lost_reason: Commentaire
"""


def dialect(name: str) -> Path:
    path = VENDOR / "csv_dialects" / name
    if not path.exists():
        pytest.skip("the CSV dialects are not here (set EFFICACE_DATA)")
    return path


@pytest.mark.parametrize("name", ["utf8", "utf8bom", "nnbsp", "cp1252", "latin1", "utf16le", "utf16be"])
def test_a_french_export_reads_the_same_in_every_encoding(company: Company, name: str) -> None:
    report = company.load(FRENCH, dialect(f"fr_{name}.csv"))
    assert (report.tables["deals"].loaded, report.tables["deals"].rejected) == (3, 0)
    found = company.rows(
        "SELECT deal_id, created_at, closed_at, status, amount, rep_id, lost_reason FROM deals ORDER BY 1"
    )
    night = (59, 59, 999999)
    assert found == [
        ("0003", datetime(2025, 12, 31, 22, 59), datetime(2025, 12, 31, 22, *night), "open", Decimal("-99.5"),
         "Anne-Marie O'Neil", None),
        ("8001", datetime(2026, 4, 3, 7, 15), datetime(2026, 4, 3, 21, *night), "won", Decimal("12345.67"),
         "Éric Lefèvre", "Négocié; révisé"),
        ("8002", datetime(2026, 2, 28, 16, 45), datetime(2026, 2, 28, 22, *night), "lost", Decimal("1200"),
         "Zoë Ñandú", 'Appel "urgent"'),
    ]  # fmt: skip


def test_an_american_export_has_dollars_month_first_and_half_days(company: Company) -> None:
    mapping = """
        locale: us
        timezone: America/New_York
        tables:
          deals:
            from: us
            columns:
              {deal_id: Record ID, created_at: Create Date, closed_at: Close Date, status: {const: won}, amount: Amount}
    """
    company.load(mapping, dialect("us.csv"))
    assert company.rows("SELECT deal_id, created_at, closed_at, amount FROM deals ORDER BY 1") == [
        ("1", datetime(2026, 4, 4, 1, 15), datetime(2026, 4, 3, 4), Decimal("12345.67")),
        ("2", datetime(2026, 2, 28, 10, 45), datetime(2026, 2, 28, 5), Decimal("1200")),
    ]


def test_a_salesforce_report_loses_its_footer(company: Company) -> None:
    mapping = """
        locale: us
        tables:
          deals:
            from: sfreport
            columns: {deal_id: Account Name, created_at: Close Date, status: {const: open}, amount: Amount}
    """
    report = company.load(mapping, dialect("sfreport.csv"))
    assert report.tables["deals"].read == 2
    assert {key for (key,) in company.rows("SELECT deal_id FROM deals")} == {"Acme", "Globex, Inc"}


def test_salesforce_instants_and_leading_zeros_are_kept(company: Company) -> None:
    mapping = """
        tables:
          accounts: {from: iso, columns: {account_id: Id, name: Id, created_at: CreatedDate}}
    """
    company.load(mapping, dialect("iso.csv"))
    assert company.rows("SELECT account_id, created_at FROM accounts ORDER BY 1") == [
        ("006A", datetime(2026, 3, 1, 9, 15)),
        ("006B", datetime(2026, 3, 2, 9, 15)),
    ]
    mapping = "tables: {accounts: {from: zip, columns: {account_id: id, name: phone, city: zip}}}"
    company.load(mapping, dialect("zip.csv"))
    assert company.rows("SELECT account_id, name, city FROM accounts WHERE city IS NOT NULL ORDER BY 1") == [
        ("0012", "0601020304", "01000"),
        ("0013", "+33601020305", "02100"),
    ]


def test_ambiguous_dates_stop_the_load_with_a_question(company: Company) -> None:
    mapping = "tables: {leads: {from: amb, columns: {lead_id: id, created_at: d}}}"
    with pytest.raises(SourceError, match='does "03/04/2026" begin with the day or the month'):
        company.load(mapping, dialect("amb.csv"))


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("a,b\n1,2\n", ("a", "b")),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ("a", "b")),
        ("a\tb\n1\t2\n", ("a", "b")),
        ("a|b\n1|2\n", ("a", "b")),
        ("Report of March\n\na,b\n1,2\n", ("a", "b")),
        ("a,b,\n1,2,\n", ("a", "b", "column_3")),
        ('"a","b, c"\n"1","2"\n', ("a", "b, c")),
        ("\ufeffa,b\r\n1,2\r\n", ("a", "b")),
        ("a\n1\n2\n", ("a",)),
    ],
)
def test_delimiter_and_header_are_found(tmp_path: Path, text: str, columns: tuple[str, ...]) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode())
    assert sample(Stream("x", path, "csv"))[0].columns == columns


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_delimiter_encoding_and_line_ends_do_not_change_what_is_read(
    company: Company, delimiter: str, encoding: str, ending: str
) -> None:
    rows = [["lead_id", "created_at", "campaign"], ["é1", "2026-01-01", 'say "hé"'], ["2", "2026-01-02", "two\nlines"]]
    quoted = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    company.write(leads_csv=(ending.join(quoted) + ending).encode(encoding))
    company.load()
    assert company.rows("SELECT lead_id, campaign FROM leads ORDER BY 1") == [("2", "two\nlines"), ("é1", 'say "hé"')]


@pytest.mark.parametrize(
    "text",
    [
        'rep_id,name,"no\nte"\nR1,Ann,x\nR2,Bob,y\n',
        "rep_id,name\r\nR1,Ann\nR2,Bob\r\n",
        "rep_id,name\rR1,Ann\rR2,Bob\r",
        "Our people\n\nrep_id,name\nR1,Ann\nR2,Bob",
        '"Our\npeople"\nrep_id,name\nR1,Ann\nR2,Bob',
    ],
    ids=["header of two lines", "mixed line ends", "old line ends", "title", "title of two lines"],
)
def test_odd_line_ends_and_titles_lose_no_row(company: Company, text: str) -> None:
    company.write(reps_csv=text.encode())
    report = company.load()
    assert company.rows("SELECT rep_id, name FROM reps ORDER BY 1") == [("R1", "Ann"), ("R2", "Bob")]
    assert report.tables["reps"].read == 2


def test_a_compressed_file_is_read(company: Company) -> None:
    (company.files / "reps.csv.gz").write_bytes(gzip.compress(b"rep_id,name\nR1,Ann\n"))
    company.load()
    assert company.rows("SELECT rep_id, name FROM reps") == [("R1", "Ann")]


def test_a_line_with_too_many_or_too_few_cells_is_set_aside_with_its_place(company: Company) -> None:
    company.write(reps_csv='rep_id,name\nR1,Ann\nR2\nR3,Zoe,x,y\nR4,"Bo"b\nR5,Eve\n,Nobody\n')
    report = company.load()
    assert [name for (name,) in company.rows("SELECT name FROM reps ORDER BY 1")] == ["Ann", "Eve"]
    assert (report.tables["reps"].read, report.tables["reps"].rejected) == (6, 4)
    assert sorted(company.rows("SELECT row_no, reason FROM rejected_rows")) == [
        (3, "wrong_number_of_cells"),
        (4, "wrong_number_of_cells"),
        (5, "broken_quotes"),
        (7, "no_key"),
    ]
