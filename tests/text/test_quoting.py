"""What the writer wrote, without earlier mails; layouts of many mail programs."""

from __future__ import annotations

import re

import pytest

from efficace.text import LIMIT
from efficace.text.quoting import own_text

ANSWER = "Thursday suits me.\nAnne\n"


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize(
    "heading",
    [
        "On Mon, 2 Mar 2026 at 10:20, Marc Petit <marc@efficace.fr> wrote:\n> Hello",
        "On 2 March 2026, at 10:20, Marc\n<marc@efficace.fr> wrote:\n\n> Hello",
        "Le lun. 2 mars 2026 à 10:20, Marc Petit <marc@efficace.fr> a écrit :\n\nHello",
        "Le 02/03/2026 à 10:20, marc@efficace.fr a écrit :\nHello",
        "Le 2026-03-02 10:20, Marc a écrit\u00a0:\nHello",
        "Le lundi 2 mars 2026 à 13:59:14 UTC+2, marc@efficace.fr\n<marc@efficace.fr> a écrit :\nHello",
        'Le 02/03/26, "marc@efficace.fr" <marc@efficace.fr> a\nécrit :\nHello',
        "-----Original Message-----\nFrom: Marc\nHello",
        "-----Message d'origine-----\nDe : Marc\nHello",
        "-------- Message original --------\nHello",
        "---------- Forwarded message ---------\nHello",
        "----- Transféré par Marc le 02/03/2026 11:49 -----\nHello",
        "De : Marc <marc@efficace.fr>\nEnvoyé : lundi 2 mars 2026 12:23\nÀ : Anne\nObjet : Offre\n\nHello",
        "From: Marc <marc@efficace.fr>\nSent: Monday, March 2, 2026\nTo: Anne\nSubject: Offer\n\nHello",
        "________________________________\nFrom: Marc\nDate: Monday\nSubject: Offer\n\nHello",
        "> Message du 02/03/26 08:51\n> De : marc@efficace.fr\n> A : anne@x.fr\n\nHello",
        "Début du message transféré :\n\nExpéditeur: marc@x.fr\nDate: 2 mars\nObjet: Offre\n\nHello",
        "Marc Petit <marc@efficace.fr> wrote:\nHello",
    ],
)
def test_an_earlier_mail_below_is_cut(heading: str) -> None:
    kept = own_text(f"{ANSWER}\n{heading} from long ago\n")
    assert words(kept).rstrip(" _") == words(ANSWER)


def test_every_place_stays_where_it_was() -> None:
    body = f"{ANSWER}\nOn Monday, Marc <m@x.fr> wrote:\n> Hello\n"
    kept = own_text(body)
    assert len(kept) == len(body)
    assert kept[: len(ANSWER)] == ANSWER


def test_an_answer_below_the_quoted_mail_is_kept() -> None:
    body = "On Monday, Marc <m@x.fr> wrote:\n> When shall we meet?\n> Marc\n\nOn Thursday, please.\n"
    assert words(own_text(body)) == "On Thursday, please."


def test_answers_between_quoted_lines_are_kept() -> None:
    body = "> How many seats?\nForty.\n\n> From when?\nFrom May on.\n"
    assert words(own_text(body)) == "Forty. From May on."


def test_a_quoted_line_broken_by_the_mail_program_is_still_quoted() -> None:
    body = "Yes.\n> a quoted line that is too\nlong\n> and goes on\n"
    assert words(own_text(body)) == "Yes."


def test_a_mail_that_was_only_passed_on_is_read_itself() -> None:
    heading = "----- Transféré par Marc le 02/03/2026 -----\n\nDe : Anne\nA : Marc\nDate : lundi\nObjet : Devis\n"
    body = f"{heading}\nBonjour, un devis ?\n"
    assert words(own_text(body)) == "Bonjour, un devis ?"


def test_html_is_read_without_tags_and_without_the_quoted_block() -> None:
    body = "<p>Yes, <b>Thursday</b>.</p><div class='gmail_quote'><p>When?</p></div>"
    assert words(own_text(body)) == "Yes, Thursday ."


def test_text_in_angle_brackets_is_no_html() -> None:
    assert "<b" in own_text("if a <b and c> d")


def test_a_sentence_that_begins_like_a_heading_is_kept() -> None:
    text = "Le projet est prêt. De notre côté, tout va bien.\nOn Monday we start.\nTo: be decided.\n"
    assert own_text(text) == text


def test_a_long_body_is_cut_at_the_limit() -> None:
    assert len(own_text("a " * LIMIT)) == LIMIT


@pytest.mark.parametrize(
    ("row", "first", "last"),
    [
        (0, "Bonjour Je suis client", "77000 Merci"),
        (2, "Bonjours, Suite a notre", "Merci bonne journée"),
        (3, "Bonjour, Je fais suite", "Monsieur Dupont."),
        (8, "Bonjour, Voici la copie", "(See attached file: pj.pdf)"),
        (10, "Bonjour Monsieur, Pouvez-vous", "Cordialement, Monsieur Dupont"),
        (15, "Bonjour Madame, Je vous remercie", "aucune difficulté pour l'obtenir"),
        (25, "Bonjour, je vous remercie de ce retour", "Mr Dupont."),
        (26, "Bonjour Ci-joint le rib", "+33(0) 6 00 00 00 00"),
        (30, "Nous restons à votre disposition", "Societe Imaginaire"),
        (35, "Bonjour, suite à notre conversation", "[IMAGE]"),
    ],
)
def test_real_french_mails_are_cut_to_what_was_written(
    french_mails: dict[int, str], row: int, first: str, last: str
) -> None:
    kept = words(own_text(french_mails[row]))
    assert kept.startswith(first)
    assert kept.endswith(last)


def test_a_french_mail_that_holds_only_an_earlier_one_is_empty(french_mails: dict[int, str]) -> None:
    assert words(own_text(french_mails[19])) == ""
