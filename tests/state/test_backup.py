"""One file with all that people made, and back: whole, checked, and so that it can be undone."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from efficace.config import StateSettings, load_config
from efficace.state import State, open_state
from efficace.state.audit import write_person_views
from efficace.state.backup import BackupError, back_up, restore
from efficace.state.claims import claim, done
from efficace.state.coaching import answer_coaching_note, write_coaching_note
from efficace.state.notes import answer_note, write_note
from efficace.state.schema import Record
from efficace.state.sessions import start_session, user_of_session
from efficace.state.settings import change_setting
from efficace.state.setup_links import LinkError, choose_password, password_link
from efficace.state.targets import Aim, set_target
from efficace.state.users import add_user, set_teams, user_named, users
from efficace.state.views import ViewDraft, save_view
from moments import NOON, after


@pytest.fixture
def project(tmp_path: Path, state: State, team: dict[str, int]) -> Path:
    with state.writing() as transaction:
        set_teams(transaction, user_named(transaction, "mia"), ["t1"])
        save_view(transaction, team["mia"], ViewDraft("été", "kpi", "a=1"), NOON)
        set_target(
            transaction, Aim("mrr", "company", "", NOON.date(), after(days=30).date()), 0.1 + 0.2, team["ada"], NOON
        )
        asked = write_note(transaction, "mrr", team["rob"], "Why?\n<b>", NOON)
        answer_note(transaction, asked.id, team["mia"], "Because.", after(microseconds=1))
        coached = write_coaching_note(transaction, "r1", team["mia"], "Call before ten.", NOON)
        answer_coaching_note(transaction, coached.id, team["rob"], "I will.", after(hours=1))
        claim(transaction, "l1", team["rob"], NOON)
        done(transaction, "l1", team["rob"], after(hours=1))
        change_setting(transaction, "language", "fr", team["ada"], NOON)
        write_person_views(transaction, team["mia"], ["r1"], "mrr", "page", NOON)
    for name, content in {"efficace.yaml": "company: {name: Old}\n", "metrics/own.py": "METRICS = ()\n",
                          "mappings/crm/a.yaml": "tables: {}\n", "raw/files/x.parquet": "PAR1"}.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def everything(state: State) -> dict[str, list[dict[str, object]]]:
    with state.reading() as transaction:
        return {
            table.name: sorted((dict(row) for row in transaction.execute(select(table)).mappings()), key=str)
            for table in Record.metadata.sorted_tables
        }


def spoil(project: Path, state: State) -> None:
    """Changes of all kinds after the backup."""
    with state.writing() as transaction:
        add_user(transaction, "new", "rep", NOON)
        user_named(transaction, "rob").name = "Robert"
    (project / "efficace.yaml").write_text("company: {name: New}\n", encoding="utf-8")
    (project / "metrics" / "later.py").write_text("METRICS = ()\n", encoding="utf-8")


def test_what_was_saved_comes_back_and_undoing_it_brings_back_what_was_replaced(project: Path, state: State) -> None:
    before = everything(state)
    saved = back_up(project, state, project / "saved.efficace", NOON)
    assert (saved.rows, saved.files) == (sum(map(len, before.values())), 3)
    spoil(project, state)
    spoiled = everything(state)
    restored, aside = restore(project, state, saved.path, after(days=1))
    assert restored.rows == saved.rows
    assert everything(state) == before
    assert (project / "efficace.yaml").read_text(encoding="utf-8") == "company: {name: Old}\n"
    assert not (project / "metrics" / "later.py").exists()
    restore(project, state, aside, after(days=2))
    assert everything(state) == spoiled
    assert (project / "metrics" / "later.py").exists()
    assert (project / "raw" / "files" / "x.parquet").exists()


def test_no_session_or_link_comes_back(project: Path, state: State, team: dict[str, int]) -> None:
    with state.writing() as transaction:
        secret = start_session(transaction, team["rob"], NOON)
        link = password_link(transaction, user_named(transaction, "rob"), NOON)
    saved = back_up(project, state, project / "saved.efficace", NOON)
    assert not any("sessions" in name or "links" in name for name in zipfile.ZipFile(saved.path).namelist())
    restore(project, state, saved.path, NOON)
    with state.reading() as transaction:
        assert user_of_session(transaction, secret, NOON) is None
    with pytest.raises(LinkError), state.writing() as transaction:
        choose_password(transaction, link, "correct horse battery", NOON)


def test_numbers_go_on_after_the_restored_ones(project: Path, state: State) -> None:
    saved = back_up(project, state, project / "saved.efficace", NOON)
    restore(project, state, saved.path, NOON)
    with state.writing() as transaction:
        highest = max(user.id for user in users(transaction))
        assert add_user(transaction, "new", "rep", NOON).id > highest


def test_a_backup_of_one_database_is_restored_to_the_other(project: Path, state: State, tmp_path: Path) -> None:
    saved = back_up(project, state, project / "saved.efficace", NOON)
    (tmp_path / "other").mkdir()
    with open_state(tmp_path / "other", StateSettings()) as other:
        restore(tmp_path / "other", other, saved.path, NOON)
        assert everything(other) == everything(state)


def test_the_raw_log_is_saved_and_restored_when_asked(project: Path, state: State) -> None:
    saved = back_up(project, state, project / "saved.efficace", NOON, raw=True)
    (project / "raw" / "files" / "x.parquet").write_text("later", encoding="utf-8")
    assert restore(project, state, saved.path, NOON)[0].raw
    assert (project / "raw" / "files" / "x.parquet").read_text(encoding="utf-8") == "PAR1"


def test_only_its_owner_reads_a_backup_and_none_is_overwritten(project: Path, state: State) -> None:
    path = back_up(project, state, project / "saved.efficace", NOON).path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(BackupError, match="such a file already"):
        back_up(project, state, path, NOON)
    assert not list(project.glob(".saved*"))


def test_wherever_a_backup_is_damaged_it_is_refused_and_nothing_changes(project: Path, state: State) -> None:
    path = back_up(project, state, project / "saved.efficace", NOON).path
    spoil(project, state)
    before, whole = everything(state), path.read_bytes()
    for place in range(0, len(whole), 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            restore(project, state, path, after(seconds=place))
        except BackupError:
            assert everything(state) == before
            assert "New" in (project / "efficace.yaml").read_text(encoding="utf-8")
        else:  # the changed byte carries nothing, such as the time of a member: all that was saved is there
            spoil(project, state)
            assert {len(rows) for rows in everything(state).values()} == {len(rows) for rows in before.values()}
            before = everything(state)
    for cut in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(BackupError, match="no backup"):
            restore(project, state, path, NOON)


def rewritten(path: Path, members: dict[str, bytes], **contents: object) -> Path:
    """A copy with some members and contents replaced, its checksums right."""
    from hashlib import sha256

    with zipfile.ZipFile(path) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(found.pop("backup.json")) | contents
    found |= members
    told["sha256"] = {name: sha256(content).hexdigest() for name, content in found.items()}
    changed = path.with_name("changed.efficace")
    with zipfile.ZipFile(changed, "w") as archive:
        for name, content in {**found, "backup.json": json.dumps(told).encode()}.items():
            archive.writestr(name, content)
    return changed


@pytest.mark.parametrize(
    "name", ["files/../../evil", "/files/evil", "files/metrics/../../evil", "evil", "files/snapshots/current.json"]
)
def test_a_member_that_would_land_elsewhere_is_refused(project: Path, state: State, name: str) -> None:
    path = back_up(project, state, project / "saved.efficace", NOON).path
    with pytest.raises(BackupError, match="damaged"):
        restore(project, state, rewritten(path, {name: b"x"}), NOON)
    assert not list(project.parent.rglob("evil"))


def test_a_backup_of_a_newer_program_is_refused(project: Path, state: State) -> None:
    path = back_up(project, state, project / "saved.efficace", NOON).path
    with pytest.raises(BackupError, match="newer version"):
        restore(project, state, rewritten(path, {}, form="9999"), NOON)


@pytest.mark.filterwarnings("ignore:Column 'managed_teams")
@pytest.mark.parametrize(
    "line", [b"{}\n", b"nonsense\n", b'{"user_id": 99, "team_id": "t1"}\n', b'{"no_such_column": 1}\n', b"[1]\n"]
)
def test_rows_that_do_not_fit_are_refused_before_anything_changes(project: Path, state: State, line: bytes) -> None:
    path = back_up(project, state, project / "saved.efficace", NOON).path
    before = everything(state)
    with pytest.raises(BackupError):
        restore(project, state, rewritten(path, {"state/managed_teams.jsonl": line}), NOON)
    assert everything(state) == before


def test_a_file_that_cannot_be_placed_leaves_rows_and_files_as_they_were(
    project: Path, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = back_up(project, state, project / "saved.efficace", NOON).path
    spoil(project, state)
    before = everything(state)
    rename = Path.rename

    def full_disk(self: Path, target: Path) -> Path:
        if "files" in self.parts and self.name == "mappings":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full_disk)
    with pytest.raises(OSError, match="No space"):
        restore(project, state, path, NOON)
    assert everything(state) == before
    assert (project / "metrics" / "later.py").exists()
    assert (project / "mappings" / "crm" / "a.yaml").exists()


def test_a_restored_project_still_names_the_database_that_the_rows_went_to(project: Path, state: State) -> None:
    saved = back_up(project, state, project / "saved.efficace", NOON)
    elsewhere = 'company: {name: New}\nstate: {url: "postgresql://me@db.example/e", password_from: PASSWORD}\n'
    (project / "efficace.yaml").write_text(elsewhere, encoding="utf-8")
    _saved, aside = restore(project, state, saved.path, after(days=1))
    config = load_config(project)
    assert (config.company.name, config.state) == ("Old", StateSettings("postgresql://me@db.example/e", "PASSWORD"))
    restore(project, state, aside, after(days=2))
    assert (project / "efficace.yaml").read_text(encoding="utf-8") == elsewhere
    assert not (project / "settings.json").exists()
    assert back_up(project, state, project / "again.efficace", NOON).rows == saved.rows
