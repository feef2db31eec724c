"""Which language is spoken, and that every text of the product is known in French."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import efficace.locale
from efficace.build.rejected import SENTENCES
from efficace.errors import QuestionError, nearest
from efficace.locale import catalogue, language, translate
from efficace.locale.said import Said, either, listed, quoted
from efficace.locale.typography import spaced
from efficace.state.schema import ROLES
from efficace.state.targets import SCOPES
from efficace.web.navigation import SIDE
from efficace.web.pages.chapters import CHAPTERS
from efficace.web.pages.overview import KPIS
from efficace.web.pages.settings import CHANGEABLE
from efficace.web.place import COMPARISONS, PERIODS

PACKAGE = Path(efficace.locale.__file__).parent.parent
ERROR_CLASS = re.compile(r"^class (\w+)\((\w+)", re.MULTILINE)


def _speakers() -> set[str]:
    """Whoever is handed a text that people read: the functions, and each error by what it derives from."""
    classes = [pair for path in PACKAGE.rglob("*.py") for pair in ERROR_CLASS.findall(path.read_text(encoding="utf-8"))]
    errors = {"EfficaceError"}
    while more := {name for name, parent in classes if parent in errors} - errors:
        errors |= more
    return {"_", "translate", "Said", *errors}


SPEAKERS = _speakers()
PLACEHOLDER = re.compile(r"\{[^{}]*\}|`[^`]*`|--[a-z-]+")


SETTING = re.compile(r"\b(as|cycle|date_order|encoding|file|from|nom): ")
"""Keys of a mapping or of the settings, written as in the file."""


def marked_texts() -> Iterator[tuple[str, str]]:
    """Each text handed to ``translate``, ``_``, ``Said`` or an error, with the file that says it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = _named_texts(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPEAKERS:
                for text in _texts_of(node.args[0], named) if node.args else ():
                    yield text, str(path.relative_to(PACKAGE))


TEMPLATE_TEXT = re.compile(r"""\b_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")


def template_texts() -> Iterator[tuple[str, str]]:
    """Each text that a page hands to ``_``, with its template."""
    for path in sorted(PACKAGE.rglob("*.html")):
        for double, single in TEMPLATE_TEXT.findall(path.read_text(encoding="utf-8")):
            yield double or single, str(path.relative_to(PACKAGE))


def listed_texts() -> Iterator[tuple[str, str]]:
    """Names that stand in the lists of the pages."""
    yield from ((text, "navigation") for item in SIDE for text in (item.name, item.group, item.question) if text)
    yield from ((text, "place") for text in (*PERIODS.values(), *COMPARISONS.values()))
    yield from ((kpi.name, "overview") for kpi in KPIS)
    yield from ((section.title, chapter.path) for chapter in CHAPTERS for section in chapter.sections)
    yield from ((text, "roles") for text in (*ROLES, *SCOPES))
    yield from ((text, one.name) for one in CHANGEABLE for text in (one.label, one.group, *one.choices))
    yield from ((text, "verdicts") for text in ("better", "worse", "different", "met", "not met", "too close to call"))


def _texts_of(argument: ast.expr, named: dict[str, set[str]]) -> set[str]:
    """What an argument may say: a text, either branch of a choice, what a name was given."""
    if isinstance(argument, ast.IfExp):
        return _texts_of(argument.body, named) | _texts_of(argument.orelse, named)
    if isinstance(argument, ast.Name):
        return named.get(argument.id, set())
    return {argument.value} if isinstance(argument, ast.Constant) and argument.value else set()  # type: ignore[arg-type]


def _named_texts(tree: ast.AST) -> dict[str, set[str]]:
    named: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, set()).update(_texts_of(node.value, {}))
    return named


def formatted_errors() -> Iterator[str]:
    """Errors that put their values in themselves, so that no catalogue can know the sentence."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_named_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args
            if is_named_call and node.func.id in SPEAKERS and isinstance(node.args[0], ast.JoinedStr | ast.BinOp):
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}"


def test_every_marked_text_has_a_french_translation() -> None:
    texts = (*marked_texts(), *template_texts(), *listed_texts())
    missing = [f"{where}: {text}" for text, where in texts if text not in catalogue()]
    assert not missing, "\n".join(missing)


def test_no_error_is_formatted_before_it_is_told() -> None:
    assert not list(formatted_errors())


def test_what_is_said_of_rejected_rows_is_known_in_french() -> None:
    assert not [told for told in SENTENCES.values() if told not in catalogue()]


def test_an_error_speaks_both_languages_and_so_do_its_parts() -> None:
    error = QuestionError('No metric "{metric}".{nearest} All: efficace metrics', metric="x", nearest=nearest("x", "y"))
    assert str(error) == 'No metric "x". Choices: y. All: efficace metrics'
    french = spaced("Aucun indicateur « x ». Choix possibles : y. Tous : efficace metrics", "fr")
    assert error.said.into("fr") == french


def test_what_is_said_can_be_kept_and_told_later_in_the_other_language() -> None:
    said = Said("{path}: {told}. The published snapshot is unchanged.", {"path": "p", "told": Said("nothing")})
    again = Said.from_json(said.to_json())
    assert (str(again), again.into("fr")) == (str(said), "p\u00a0: rien. L’instantané publié est inchangé.")


@given(st.text(), st.text())
def test_braces_of_what_was_read_are_no_fields(first: str, second: str) -> None:
    assert str(Said(first)) == first
    assert str(Said("{one}|{two}", {"one": first, "two": second})) == f"{first}|{second}"
    assert str(listed([first, second])) == f"{first}, {second}"
    assert Said("{any}", {"any": either([first, second])}).into("fr") == f"{first} ou {second}"
    assert quoted([first]).into("fr") == f"«\u00a0{first}\u00a0»"


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
    return SETTING.sub("", PLACEHOLDER.sub("", text))


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
