"""What breaks under a server: sessions, snapshots, disks and dropped files; a clear page, and nothing is lost."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import Connection, event, update

from efficace.state.schema import Session
from efficace.state.sessions import start_session
from efficace.state.users import add_user, disable, user_named
from efficace.web.app import create_app
from efficace.web.desk import now
from efficace.web.intake import FOLDER, Intake, Intakes
from efficace.web.serving import Serving
from efficace.web.visitor import SESSION, csrf_of

MILLION = 1_000_000


@pytest.fixture
def own(company: Path, tmp_path: Path) -> Iterator[FastAPI]:
    """A server on a copy of the company, to be broken."""
    shutil.copytree(company, tmp_path / "project", ignore=shutil.ignore_patterns("raw", "state*", FOLDER))
    made = create_app(Serving(tmp_path / "project", upload_bytes=MILLION))
    with made.state.desk.project.state.open().writing() as transaction:
        add_user(transaction, "admin", "admin", now())
        add_user(transaction, "rep", "rep", now())
    yield made
    made.state.desk.close()
    made.state.desk.project.close()
    made.state.desk.project.state.close()


def client_of(app: FastAPI, login: str = "admin") -> TestClient:
    with app.state.desk.project.state.open().writing() as transaction:
        secret = start_session(transaction, user_named(transaction, login).id, now())
    client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    client.cookies.set(SESSION, secret)
    client.headers["X-CSRF-Token"] = csrf_of(secret)
    return client


def is_clear(answer: Response) -> bool:
    """Whether a refusal is a page of ours in words, without anything of the machine."""
    text = answer.text
    return answer.status_code >= 400 and text.count("<h1>") == 1 and "Traceback" not in text and "sqlalche" not in text


@pytest.mark.parametrize("column", ["ends_at", "seen_at"])
def test_an_ended_session_leads_to_the_sign_in_and_back(own: FastAPI, column: str) -> None:
    client = client_of(own)
    assert client.get("/metrics").status_code == 200
    past: dict[str, datetime] = {column: now() - timedelta(days=2)}
    with own.state.desk.project.state.open().writing() as transaction:
        transaction.execute(update(Session).values(**past))
    sent = client.get("/metrics?period=all")
    assert sent.headers["location"] == "/sign-in?next=%2Fmetrics%3Fperiod%3Dall"
    assert client.post("/views", data={"name": "x"}).status_code == 303
    assert client.get("/api/v1/metrics").status_code == 401


def test_a_stolen_session_dies_with_the_account_and_by_signing_out(own: FastAPI) -> None:
    owner, thief = client_of(own, "rep"), client_of(own, "rep")
    thief.cookies.set(SESSION, owner.cookies[SESSION])
    assert thief.get("/metrics").status_code == 200
    # Without the page the token of forms is unknown; one of another session does not do.
    assert thief.post("/views", data={"name": "x"}).status_code == 403
    owner.post("/sign-out")
    assert thief.get("/metrics").headers["location"].startswith("/sign-in")
    again = client_of(own, "rep")
    with own.state.desk.project.state.open().writing() as transaction:
        disable(transaction, user_named(transaction, "rep"), now())
    assert again.get("/metrics").headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("secret", ["x", "\N{SNOWMAN}".encode().decode("latin-1"), "a" * 5000, "' OR 1=1 --"])
def test_an_invented_session_is_nobody(own: FastAPI, secret: str) -> None:
    client = TestClient(own, follow_redirects=False, raise_server_exceptions=False)
    answer = client.get("/", headers={"Cookie": f"{SESSION}={secret}".encode("latin-1")})
    assert answer.headers["location"].startswith("/sign-in")


def test_a_damaged_pointer_is_told_and_mended_without_a_restart(own: FastAPI) -> None:
    client, pointer = client_of(own), own.state.serving.folder / "snapshots" / "current.json"
    kept = pointer.read_text(encoding="utf-8")
    for damaged in ("{", "[]", "{}", "\0\0", '{"number": "x"}'):
        pointer.write_text(damaged, encoding="utf-8")
        answer = client.get("/kpi/win_rate")
        assert is_clear(answer), damaged
        assert answer.status_code == 503, damaged
        assert client.get("/api/v1/kpi/win_rate").status_code == 503
    pointer.write_text(kept, encoding="utf-8")
    assert client.get("/kpi/win_rate").status_code == 200


def test_a_missing_or_damaged_snapshot_is_told(own: FastAPI) -> None:
    client = client_of(own)
    (file,) = (own.state.serving.folder / "snapshots").glob("*.duckdb")
    away = file.rename(file.with_suffix(".away"))
    assert is_clear(client.get("/kpi/win_rate"))
    assert client.get("/kpi/win_rate").status_code == 503
    file.write_bytes(b"no database" * 1000)
    assert is_clear(client.get("/kpi/win_rate"))
    assert client.get("/kpi/win_rate").status_code == 503
    file.unlink()
    away.rename(file)
    assert client.get("/kpi/win_rate").status_code == 200


def test_a_full_disk_under_the_state_keeps_what_was_there(own: FastAPI) -> None:
    client = client_of(own)
    assert client.post("/kpi/win_rate/notes", data={"text": "kept"}).status_code == 303

    def fill(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite takes the pages that it has as the limit

    engine = own.state.desk.project.state.open().engine
    event.listen(engine, "begin", fill)
    answers = [client.post("/kpi/win_rate/notes", data={"text": f"{turn} lost " * 900}) for turn in range(12)]
    event.remove(engine, "begin", fill)
    assert is_clear(answers[-1])
    assert answers[-1].status_code == 503
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert ">kept<" in client.get("/kpi/win_rate").text.replace("\n", "").replace(" <", "<")


def test_a_full_disk_under_dropped_files_keeps_none_of_them(own: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = Intakes.begin

    def begin_on_a_full_disk(intakes: Intakes, at: datetime) -> Intake:
        found = begin(intakes, at)
        (found.folder / "reps.csv").symlink_to("/dev/full")
        return found

    monkeypatch.setattr(Intakes, "begin", begin_on_a_full_disk)
    sent = [("files", ("teams.csv", b"team_id\nt1\n")), ("files", ("reps.csv", b"rep_id\n" * 9999))]
    answer = client_of(own).post("/data/files", files=sent)
    assert is_clear(answer)
    assert answer.status_code == 507
    assert list((own.state.serving.folder / FOLDER).iterdir()) == []


def bomb() -> bytes:
    """A workbook of 200 kB that unpacks to 200 MB."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", b" " * 200 * MILLION)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("reps.xlsx", b"PK\x03\x04 no workbook"), ("reps.xlsx", bomb()), ("reps.csv", b""), ("reps.parquet", b""),
        ("reps.xlsx", b""), ("reps.csv.gz", b"\x1f\x8b no gzip"), ("reps.json", b"{" * 5000),
        ("reps.csv", b"\xff\xfe\0\0" * 50),
        ("reps.parquet", b"PAR1" + b"\0" * 64 + b"PAR1"), ("evil.exe", b"MZ"), ("reps.csv", b'"' * 5000),
    ],
    ids=["no workbook", "bomb", "empty csv", "empty parquet", "empty workbook", "no gzip", "deep json", "binary",
         "no parquet", "wrong kind", "quotes"],
)  # fmt: skip
def test_a_file_that_is_not_what_it_says_is_told_of(own: FastAPI, name: str, content: bytes) -> None:
    client = client_of(own)
    dropped = client.post("/data/files", files=[("files", (name, content))])
    assert dropped.status_code == 303
    looked = client.get(dropped.headers["location"])
    assert looked.status_code == 200
    assert looked.text.count("<h1>") == 1
    assert "Traceback" not in looked.text
    assert "Recognised" not in looked.text
    assert client.post(f"{dropped.headers['location']}/forget").status_code == 303
    assert client.get("/kpi/win_rate").status_code == 200


@pytest.mark.parametrize(
    "name", ["../../../evil.csv", "/etc/evil.csv", "..\\..\\evil.csv", "a\0b.csv", ".csv", "x" * 5000 + ".csv"]
)
def test_a_file_name_never_leaves_its_folder(own: FastAPI, name: str) -> None:
    before = set(own.state.serving.folder.parent.rglob("*evil*"))
    dropped = client_of(own).post("/data/files", files=[("files", (name, b"rep_id,name\nr1,Ann\n"))])
    assert dropped.status_code in (303, 400)
    folder = own.state.serving.folder / FOLDER
    assert all(path.is_relative_to(folder) for path in set(own.state.serving.folder.parent.rglob("*evil*")) - before)


def test_more_than_is_accepted_is_refused_before_it_is_read(own: FastAPI) -> None:
    client = client_of(own)
    answer = client.post("/data/files", files=[("files", ("reps.csv", b"x" * 2 * MILLION))])
    assert is_clear(answer)
    assert answer.status_code == 413

    def pieces() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="reps.csv"\r\n\r\n'
        yield from (b"x" * 100_000 for _turn in range(30))
        yield b"\r\n--b--\r\n"

    streamed = client.post("/data/files", content=pieces(), headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert is_clear(streamed)
    assert streamed.status_code in (400, 413)
    assert not (own.state.serving.folder / FOLDER).exists()
