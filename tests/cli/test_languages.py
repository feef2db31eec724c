"""The command line speaks French throughout: help, refusals, notes of a load, reasons of rejected rows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from command import run
from efficace.locale.typography import spaced

DEALS = "deal_id,created_at,status,owner_nam\n1,2026-01-01,open,Ann\n2,yesterday,open,Bob\n3,2026-01-05\n"


REFUSED = (
    (["kpi", "--nope"], "Option inconnue : --nope.", "No such option: --nope."),
    (["kpi"], "METRIC manque.", "METRIC is missing."),
    (["foo"], "Commande inconnue : foo.", "No such command 'foo'."),
    (["kpy"], "Commande inconnue : kpy. Vouliez-vous dire 'kpi' ?", "No such command 'kpy'. Did you mean 'kpi'?"),
    (["kpi", "a", "b"], "Arguments en trop (b).", "Got unexpected extra argument(s) (b)"),
    (["kpi", "--rows=3"], "L’option --rows ne prend pas de valeur.", "Option '--rows' does not take a value."),
    (["kpi", "a", "--by"], "L’option --by demande une valeur.", "Option '--by' requires an argument."),
    (
        ["kpi", "a", "--format", "xml"],
        "Valeur incorrecte pour '--format' / '-f' : « xml » n’est pas l’un de 'table', 'json',",
        "Invalid value for '--format' / '-f': 'xml' is not one of 'table', 'json',",
    ),
    (["simulate", "x", "--reps", "0"], "Valeur incorrecte pour '--reps' : donnez au moins 1.", "Invalid value"),
    (["simulate", "x", "--reps", "y"], "Valeur incorrecte pour '--reps' : donnez un entier.", "Invalid value"),
    (["load", "/nothing"], "/nothing : ce fichier ou dossier n’existe pas.", "/nothing: there is no such file"),
)


@pytest.mark.parametrize(("arguments", "french", "english"), REFUSED)
def test_a_refusal_is_told_in_the_language_spoken(
    arguments: list[str], french: str, english: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run(*arguments)
    assert (told.code, told.errors.startswith(english)) == (2, True), told.errors
    monkeypatch.setenv("EFFICACE_LANG", "fr")
    told = run(*arguments)
    assert (told.code, told.errors.startswith(spaced(french, "fr"))) == (2, True), told.errors


def test_a_load_tells_its_notes_and_rejected_rows_in_the_language_of_who_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "deals.csv"
    file.write_text(DEALS, encoding="utf-8")
    project = ("--project", str(tmp_path / "project"))
    english = run("load", str(file), *project)
    assert "columns that deals does not have stay in the raw log" in english.output
    monkeypatch.setenv("EFFICACE_LANG", "fr")
    monkeypatch.setenv("COLUMNS", "400")
    health = run("doctor", *project).output
    left = "deals.csv : les colonnes que deals n’a pas restent dans le journal brut : « owner_nam »"
    assert spaced(left, "fr") in health
    rejected = run("doctor", "--rejected", "--format", "json", *project).output
    assert spaced("deals.csv, ligne 3, « created_at » : « yesterday » n’est pas une date", "fr") in rejected
    assert spaced("deals.csv, ligne 4 : la ligne a plus ou moins de cellules que l’en-tête.", "fr") in rejected
    assert '"reason": "not_a_date"' in rejected


@pytest.mark.parametrize("command", [[], ["load"], ["init"], ["doctor"], ["kpi"], ["simulate"]])
def test_help_is_french(command: list[str]) -> None:
    """In a process of its own: texts of the help are chosen when the program starts."""
    start = [sys.executable, "-c", "from efficace.cli.app import main; main()", *command, "--help"]
    surroundings = {**os.environ, "EFFICACE_LANG": "fr", "COLUMNS": "200"}
    told = subprocess.run(start, capture_output=True, text=True, check=True, env=surroundings).stdout
    assert "Afficher cette aide et sortir." in told
    assert not command or "[par défaut\u00a0: " in told
    assert not [word for word in ("Show ", "[required]", "[default", "Commands", "Write ", "Folder") if word in told]
