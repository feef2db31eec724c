"""Files that cannot be read: a clear sentence, and what was published before stands."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from efficace.errors import SourceError
from loading import Company


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "leads.csv: the file is empty"),
        (b"\n \n\n", "leads.csv: the file is empty"),
        (b"\xff\xfe", "leads.csv: the file is empty"),
        (b"lead_id~created_at~heat~source\n1~2026-01-01~hot~web\n", "is the delimiter another than"),
        (b"lead_id,created_at,Created_At\n1,2,3\n", 'two columns are called "created_at" and "Created_At"'),
        (b"lead_id,lead_id\n1,2\n", 'two columns are called "lead_id"'),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "this is no text file"),
        (b"lead_id,created_at\n" + b"1,2026-01-01\n" * 400_000 + b"\x00", "this is no text file"),
        (b"lead_id,created_at\n1,\x81\x8d\n", "not readable as cp1252"),
        (b"\n<!DOCTYPE html><html><body>Please sign in</body></html>", "this is a web page and no table"),
    ],
    ids=[
        "empty", "blank", "mark", "delimiter", "two of a name", "same name", "picture", "late zero", "undefined",
        "page",
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(company: Company, content: bytes, told: str) -> None:
    company.write(leads_csv=content)
    with pytest.raises(SourceError, match=r"leads\.csv") as refused:
        company.load()
    assert told in str(refused.value)


def test_a_file_with_a_header_alone_loads_nothing(company: Company) -> None:
    company.write(leads_csv="lead_id,created_at\n")
    report = company.load()
    assert report.tables["leads"].read == 0


def test_a_line_of_300_mb_is_refused_by_its_number_without_being_held(company: Company) -> None:
    path = company.files / "leads.csv"
    with path.open("wb") as file:
        file.write(b"lead_id,created_at\n1,2026-01-01\n2,")
        for _ in range(300):
            file.write(b"x" * 1_000_000)
    tracemalloc.start()
    with pytest.raises(SourceError, match=r"leads.csv, line 3: longer than 16 MB"):
        company.load()
    assert tracemalloc.get_traced_memory()[1] < 60_000_000
    tracemalloc.stop()
    path.unlink()


def test_an_unreadable_file_leaves_the_published_snapshot(company: Company) -> None:
    company.write(leads_csv="lead_id,created_at\n1,2026-01-01\n")
    company.load()
    before = company.content()
    company.write(leads_csv=b"\x00\x01", reps_csv="rep_id,name\nR1,Ann\n")
    with pytest.raises(SourceError):
        company.load()
    assert company.content() == before


def test_a_folder_without_data_and_a_missing_one_are_told(company: Company) -> None:
    with pytest.raises(SourceError, match="holds no file"):
        company.load()
    with pytest.raises(SourceError, match="no such file or folder"):
        company.load(path=Path("/nowhere/at all"))
    company.write(notes_doc="x")
    with pytest.raises(SourceError, match=r'the ending "\.doc"'):
        company.load(path=company.files / "notes.doc")


def test_files_that_nothing_asks_for_are_listed(company: Company) -> None:
    company.write(leads_csv="lead_id,created_at\n1,2026-01-01\n", pipeline_csv="a,b\n1,2\n")
    report = company.load()
    assert [str(note) for note in report.notes if note.kind == "ignored_file"] == [
        "Not read, because nothing asks for them: pipeline.csv."
    ]
    (company.files / "leads.csv").unlink()
    with pytest.raises(SourceError, match="efficace init"):
        company.load()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_rights_is_told(company: Company) -> None:
    company.write(leads_csv="lead_id,created_at\n1,2026-01-01\n")
    (company.files / "leads.csv").chmod(0)
    with pytest.raises(SourceError, match=r"leads.csv: cannot be read: Permission denied"):
        company.load()


def test_an_archive_is_to_be_unpacked(company: Company) -> None:
    company.write(**{"export_zip": b"PK"})
    with pytest.raises(SourceError, match=r"export\.zip is packed\. Unpack it"):
        company.load()
    with pytest.raises(SourceError, match=r"export\.zip is packed\. Unpack it"):
        company.load(path=company.files / "export.zip")


@pytest.mark.parametrize("name", ["deal", "Deals (1)", "deals-2026", "order-line"])
def test_a_file_that_is_nearly_named_as_a_table_is_asked_about(company: Company, name: str) -> None:
    company.write(**{f"{name}_csv": "a,b\n1,2\n"})
    table = "order_lines" if name.startswith("order") else "deals"
    with pytest.raises(SourceError, match=rf"meant for {table}\? Then call it so"):
        company.load()


def test_a_file_of_another_name_is_not_taken_for_a_table(company: Company) -> None:
    company.write(weather_csv="a,b\n1,2\n")
    with pytest.raises(SourceError, match=r"there are: weather\.csv\. Map them"):
        company.load()


@pytest.mark.parametrize("ending", ["parquet", "xlsx"])
def test_a_damaged_file_is_said_to_be_so_without_paths_of_ours(company: Company, ending: str) -> None:
    company.write(**{f"deals_{ending}": b"PAR1 and no more"})
    with pytest.raises(SourceError, match="cut off") as refused:
        company.load()
    assert "_temp" not in str(refused.value)
