"""Which language is spoken, and that every text of the product is known in French."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import efficace.locale
from efficace.locale import catalogue, language, translate

PACKAGE = Path(efficace.locale.__file__).parent.parent
PLACEHOLDER = re.compile(r"\{[^{}]*\}|`[^`]*`|--[a-z-]+")


def marked_texts() -> Iterator[tuple[str, str]]:
    """Each text handed to ``translate("...")`` or ``_("...")``, with the file that says it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            text = node.args[0]
            if node.func.id in ("_", "translate") and isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value, str(path.relative_to(PACKAGE))


def test_every_marked_text_has_a_french_translation() -> None:
    missing = [f"{where}: {text}" for text, where in marked_texts() if text not in catalogue()]
    assert not missing, "\n".join(missing)


def test_a_translation_keeps_the_names_and_fields_of_its_text() -> None:
    wrong = {
        english: french
        for english, french in catalogue().items()
        if sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(french))
    }
    assert not wrong


def test_french_texts_use_french_typography() -> None:
    """A space before ``: ; ! ?``, typographic apostrophes and quotation marks."""
    wrong = [text for text in catalogue().values() if re.search(r"[^\s\d/`:][:;!?](\s|$)|\w'\w", _prose(text))]
    assert not wrong


def _prose(text: str) -> str:
    return PLACEHOLDER.sub("", text)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("fr", "fr"), ("fr-CA", "fr"), ("fr_FR.UTF-8", "fr"), ("FR", "fr"), ("en", "en"), ("de", "en"), ("frr", "en")],
)
def test_the_language_asked_for_is_spoken(asked: str, expected: str) -> None:
    assert language(asked) == expected


def test_the_project_s_own_variable_comes_before_the_system_s(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    monkeypatch.delenv("EFFICACE_LANG", raising=False)
    assert language() == "fr"
    monkeypatch.setenv("EFFICACE_LANG", "en")
    assert language() == "en"
    assert language("fr") == "fr"


def test_without_any_variable_english_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EFFICACE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert language() == "en"


def test_an_unknown_text_stays_as_it_is() -> None:
    assert translate("no such text anywhere", "fr") == "no such text anywhere"


def test_english_loads_no_catalogue() -> None:
    code = "import sys; from efficace.locale import translate; translate('x', 'en'); print('babel' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
