"""The next step of a message, by hand and against sentences labelled by others."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from efficace.text.calls_to_action import NEXT_STEPS, WHY, calls_to_action, has_next_step
from efficace.text.quoting import own_text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Could you send me the figures?", "request"),
        ("Are you free on Thursday?", "meeting"),
        ("Let me know what you think.", "reply"),
        ("Please send the contract.", "request"),
        ("Which plan suits your team?", "question"),
        ("I'll call you on Monday.", "offer"),
        ("Book a time here.", "link"),
        ("Let's schedule a call next week.", "meeting"),
        ("Pouvez-vous m’envoyer les chiffres ?", "request"),
        ("Seriez-vous disponible jeudi ?", "meeting"),
        ("Merci de me faire parvenir le contrat.", "request"),
        ("Dites-moi ce que vous en pensez.", "reply"),
        ("Quelle formule convient à votre équipe ?", "question"),
        ("Je vous enverrai le devis demain.", "offer"),
        ("Réservez un créneau ici.", "link"),
        ("Serait-il possible d'en parler ?", "request"),
    ],
)
def test_an_ask_is_found_with_its_kind(text: str, why: str) -> None:
    assert why in {span.why for span in calls_to_action(text)}
    assert has_next_step(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Our product is very good.",
        "Please find attached our brochure.",
        "Please do not reply.",
        "Notre produit est très bon.",
        "Vous trouverez ci-joint notre plaquette.",
        "Merci de votre retour.",
        "Nous restons à votre entière disposition.",
        "The question was asked by them.",
    ],
)
def test_a_statement_or_a_courtesy_is_no_next_step(text: str) -> None:
    assert not has_next_step(text)


def test_the_words_of_a_question_can_be_pointed_at() -> None:
    text = "Bonjour Monsieur,\n\nMerci. Pouvez-vous m'appeler lundi\nprochain ? Cordialement"
    questions = [span for span in calls_to_action(text) if span.why == "question"]
    assert [text[span.start : span.end] for span in questions] == ["Pouvez-vous m'appeler lundi\nprochain ?"]


def test_real_french_mails_ask_where_a_reader_finds_an_ask(french_mails: dict[int, str]) -> None:
    """Judged by reading them: mails 0, 2, 8, 10 and 25 ask for something, 3, 15, 26, 30 and 35 do not."""
    found = {row: has_next_step(own_text(body), "fr") for row, body in french_mails.items()}
    assert {row for row, asks in found.items() if asks} >= {0, 2, 8, 10, 25}
    assert not any(found[row] for row in (3, 15, 19, 26, 30, 35))


def test_labelled_english_sentences_are_told_apart(real_file: Callable[[str], Path]) -> None:
    """Rules made on the same sentences: precision 0.71, recall 0.71 (half of the sentences ask for something).

    The labels call attachments and offers of help an intent, and buttons ('click here') none.
    """
    with real_file("email_intent/email_sentences_train.tsv").open(encoding="utf-8", errors="replace") as file:
        rows = [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if len(row) == 2]
    asks = [label == "Yes" for label, _ in rows]
    found = [any(span.why != "link" for span in calls_to_action(text, "en")) for _, text in rows]
    right = sum(label and guess for label, guess in zip(asks, found, strict=True))
    precision, recall = right / sum(found), right / sum(asks)
    assert len(rows) > 3600
    assert precision > 0.69, precision
    assert recall > 0.68, recall


def test_every_kind_is_explained_in_both_languages() -> None:
    assert set(WHY) > NEXT_STEPS
    assert all(set(texts) == {"en", "fr"} for texts in WHY.values())
