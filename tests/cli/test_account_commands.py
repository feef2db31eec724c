"""``efficace users``, ``backup`` and ``restore`` as people type them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from command import run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "efficace.yaml").write_text("company: {name: Acme}\n", encoding="utf-8")
    return tmp_path


def test_accounts_are_added_listed_changed_and_closed(project: Path) -> None:
    added = run("users", "add", "Mia@acme.example", "manager", "--team", "t1", "--project", str(project))
    assert added.code == 0
    assert "mia@acme.example: choose a password at /setup/" in added.output
    assert run("users", "role", "mia@acme.example", "analyst", "--project", str(project)).code == 0
    assert run("users", "disable", "mia@acme.example", "--project", str(project)).code == 0
    (listed,) = json.loads(run("users", "list", "--format", "json", "--project", str(project)).output)
    assert (listed["role"], listed["state"], listed["teams"]) == ("analyst", "disabled", ["t1"])
    assert "analyst" in run("users", "list", "--project", str(project)).output
    assert run("users", "enable", "mia@acme.example", "--project", str(project)).code == 0
    assert "/setup/" in run("users", "reset", "mia@acme.example", "--project", str(project)).output


def test_a_wrong_account_or_role_is_one_line_and_code_2(project: Path) -> None:
    refused = run("users", "add", "mia", "bos", "--project", str(project))
    assert (refused.code, refused.errors.startswith('No role "bos".')) == (2, True)
    assert run("users", "reset", "nobody", "--project", str(project)).code == 2


def test_a_backup_is_written_and_restored(project: Path) -> None:
    run("users", "add", "mia", "manager", "--project", str(project))
    file = project / "saved.efficace"
    assert "saved.efficace" in run("backup", str(file), "--project", str(project)).output
    run("users", "add", "rob", "rep", "--project", str(project))
    assert "undoes this" in run("restore", str(file), "--project", str(project)).output
    (left,) = json.loads(run("users", "list", "--format", "json", "--project", str(project)).output)
    assert left["login"] == "mia"
    file.write_bytes(b"nonsense")
    assert run("restore", str(file), "--project", str(project)).code == 2


def test_help_loads_neither_sqlalchemy_nor_alembic_nor_argon2() -> None:
    code = "import sys, efficace.cli.app; print([n for n in ('sqlalchemy', 'alembic', 'argon2') if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_token_is_shown_once_listed_and_revoked(project: Path) -> None:
    run("users", "add", "mia", "manager", "--project", str(project))
    made = run("tokens", "new", "mia", "--name", "report", "--scope", "read", "--project", str(project))
    assert made.output.startswith("eff_")
    assert "shown only now" in made.errors
    listed = run("tokens", "list", "mia", "--format", "json", "--project", str(project)).output
    assert made.output.strip() not in listed
    (token,) = json.loads(listed)
    assert (token["name"], token["scopes"], token["state"]) == ("report", ["read"], "open")
    assert run("tokens", "revoke", "mia", str(token["id"]), "--project", str(project)).code == 0
    assert "revoked" in run("tokens", "list", "mia", "--project", str(project)).output


def test_a_token_of_no_scope_or_no_account_is_refused(project: Path) -> None:
    run("users", "add", "mia", "manager", "--project", str(project))
    refused = run("tokens", "new", "mia", "--name", "report", "--scope", "reed", "--project", str(project))
    assert (refused.code, refused.errors) == (2, 'No scope "reed". Nearest: read.\n')
    assert run("tokens", "list", "nobody", "--project", str(project)).code == 2
    assert run("tokens", "revoke", "mia", "7", "--project", str(project)).code == 2
