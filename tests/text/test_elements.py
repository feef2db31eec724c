"""Elements of personalization in hand-made mails; each element present and absent, in both languages."""

from __future__ import annotations

import pytest

from efficace.text.elements import ELEMENTS, WHY, Recipient, applicable, personalization
from efficace.text.quoting import own_text

ANNE = Recipient(
    "Anne Roux", "Northwind Ltd", "Head of Operations", "logistics", "demo_request", True, "Marc Petit", "en"
)
CLAIRE = Recipient(
    "Claire Dupont", "Alpha Transport SAS", "Directrice", "retail", "white_paper", True, "Léa Martin", "fr"
)

ENGLISH = """Hi Anne,

Thanks for your time on Tuesday. Northwind's warehouse team loses two hours a day on picking, which is what most
logistics teams tell us. The recording of the demo is here.

Could we take 20 minutes on Thursday?

Best regards,
Marc Petit
+33 1 23 45 67 89
"""
FRENCH = """Bonjour Madame Dupont,

Comme convenu lors de notre échange, voici le livre blanc. Chez Alpha Transport, vos enjeux de magasin sont les mêmes.

Seriez-vous disponible jeudi pour un appel de 20 minutes ?

Bien cordialement,
Léa Martin
lea.martin@efficace.fr

Le 12 mars 2026 à 10:12, Mme Dupont <d@alpha.fr> a écrit :
> Bonjour {{first_name}},
"""
EMPTY = "Hello,\n\nOur product is very good.\n\nThe sales team"
VIDE = "Bonjour,\n\nNotre produit est très bon.\n\nL'équipe commerciale"


@pytest.mark.parametrize(("body", "reader"), [(ENGLISH, ANNE), (FRENCH, CLAIRE)])
def test_a_mail_about_its_reader_has_all_eight_elements(body: str, reader: Recipient) -> None:
    result = personalization("", body, reader)
    assert result.found == result.applicable == frozenset(ELEMENTS)
    assert (result.share, result.broken_fields) == (1.0, ())


@pytest.mark.parametrize(("body", "reader"), [(EMPTY, ANNE), (VIDE, CLAIRE)])
def test_a_mail_about_nobody_has_none(body: str, reader: Recipient) -> None:
    result = personalization("", body, reader)
    assert result.found == frozenset()
    assert result.share == 0.0


def test_the_words_that_show_an_element_can_be_pointed_at() -> None:
    result = personalization("", FRENCH, CLAIRE)
    shown = {span.why: FRENCH[span.start : span.end] for span in result.spans}
    assert shown["name_in_greeting"] == "Dupont"
    assert shown["company_or_role"] == "Alpha Transport"
    assert shown["individual_sender"] == "Léa Martin"
    assert shown["signature"] == "lea.martin@efficace.fr"


def test_the_language_is_found_where_it_is_not_given() -> None:
    unnamed = Recipient("Claire Dupont", asked_for="livre blanc tarification", earlier_exchange=True)
    assert personalization("", FRENCH, unnamed).found == applicable(unnamed)


def test_what_is_not_known_is_not_asked_of_a_mail() -> None:
    assert applicable(Recipient()) == {"individual_sender", "signature", "next_step"}
    assert applicable(Recipient("Anne")) - applicable(Recipient()) == {"name_in_greeting"}
    assert "company_or_role" in applicable(Recipient(title="CFO"))
    assert "need_or_industry" in applicable(Recipient(asked_for="webinar"))
    assert "earlier_exchange" in applicable(Recipient(earlier_exchange=True))


@pytest.mark.parametrize(
    ("field", "element"),
    [
        ("{{first_name}}", "name_in_greeting"),
        ("{{ contact.firstname | default }}", "name_in_greeting"),
        ("%FIRSTNAME%", "name_in_greeting"),
        ("[Prénom]", "name_in_greeting"),
        ("<<name>>", "name_in_greeting"),
        ("*|FNAME|*", "name_in_greeting"),
        ("${contact.name}", "name_in_greeting"),
        ("{first_name}", "name_in_greeting"),
        ("[[nom]]", "name_in_greeting"),
        ("{{company}}", "company_or_role"),
        ("[Votre société]", "company_or_role"),
        ("%COMPANY_NAME%", "company_or_role"),
        ("{{sender.signature}}", "individual_sender"),
        ("{{industry}}", "need_or_industry"),
    ],
)
def test_a_broken_merge_field_is_named_and_cancels_what_it_stood_for(field: str, element: str) -> None:
    result = personalization("", ENGLISH.replace("loses", f"{field} loses"), ANNE)
    assert result.broken_fields == (field,)
    assert result.applicable - result.found == {element}


@pytest.mark.parametrize("greeting", ["Hi ,", "Hello ,", "Bonjour ,", "Dear ,", "Cher ,", "Hi null", "Bonjour None"])
def test_a_greeting_of_nobody_is_a_broken_field(greeting: str) -> None:
    result = personalization("", f"{greeting}\n\nCould you call me?\nMarc Petit", ANNE)
    assert result.broken_fields == (greeting,)
    assert "name_in_greeting" not in result.found


@pytest.mark.parametrize(
    "text",
    [
        "See https://x.fr/%e9cole%20de%20nuit.",
        "We save 20% to 30% a year.",
        "Set {x: 1} and [1] and <b>.",
        "[image]",
        "Hi, thanks",
        "100%sûr%",
        "a << b >> c\nd",
    ],
)
def test_ordinary_signs_are_no_merge_fields(text: str) -> None:
    assert personalization("", f"Some words before. {text}", ANNE).broken_fields == ()


def test_a_broken_field_in_the_subject_counts_too() -> None:
    assert personalization("Offer for {{company}}", ENGLISH, ANNE).broken_fields == ("{{company}}",)


def test_a_merge_field_in_the_quoted_mail_is_not_the_writer_s() -> None:
    assert personalization("", FRENCH, CLAIRE).broken_fields == ()


@pytest.mark.parametrize(
    ("greeting", "is_named"),
    [
        ("Hi Anne,", True),
        ("Dear Ms Roux,", True),
        ("Bonjour Mme ROUX", True),
        ("Anne,", True),
        ("Good morning Anne -", True),
        ("Hi all,", False),
        ("Hi,", False),
        ("Hi Joanne,", False),
    ],
)
def test_the_name_counts_in_the_greeting_alone(greeting: str, is_named: bool) -> None:
    result = personalization("", f"{greeting}\n\nOur product is good.", ANNE)
    assert ("name_in_greeting" in result.found) is is_named


def test_a_name_in_the_text_is_no_greeting() -> None:
    body = "Hello,\n\nI was told that Anne decides."
    assert "name_in_greeting" not in personalization("", body, ANNE).found


def test_accents_and_case_make_no_difference() -> None:
    reader = Recipient("Zoé Lefèvre", "Crédit Général")
    found = personalization("", "BONJOUR ZOE,\n\nLe credit general grandit.", reader).found
    assert {"name_in_greeting", "company_or_role"} <= found


def test_a_company_inside_an_address_is_not_named() -> None:
    reader = Recipient(company="Acme")
    assert (
        personalization("", "Write to anne@acme.com or see www.acme.com", reader).found & {"company_or_role"} == set()
    )
    assert "company_or_role" in personalization("", "What Acme does is great", reader).found
    assert "company_or_role" in personalization("For Acme Inc.", "Hello", reader).found


def test_the_legal_form_of_a_company_may_be_missing() -> None:
    reader = Recipient(company="Alpha Transport SAS")
    assert "company_or_role" in personalization("", "chez Alpha Transport", reader).found
    assert "company_or_role" not in personalization("", "votre transport", reader).found


@pytest.mark.parametrize(
    ("asked", "text", "is_taken_up"),
    [
        ("white_paper", "the guide that you downloaded", True),
        ("white_paper", "le livre blanc", True),
        ("webinar", "our webinar on pricing", True),
        ("pricing guide 2026", "The 2026 guide shows it", True),
        ("pricing guide 2026", "our prices", False),
        ("contact_form", "your question about seats", True),
        ("call_in", "we sell software", False),
    ],
)
def test_what_the_reader_asked_for_is_taken_up(asked: str, text: str, is_taken_up: bool) -> None:
    found = personalization("", f"Hello,\n\n{text}", Recipient(asked_for=asked)).found
    assert ("asked_for" in found) is is_taken_up


def test_an_industry_is_known_under_its_names_in_both_languages() -> None:
    reader = Recipient(industry="Insurance", language="fr")
    assert "need_or_industry" in personalization("", "Les assureurs et les mutuelles ? La mutuelle.", reader).found
    assert "need_or_industry" not in personalization("", "Notre produit est bon.", reader).found


def test_the_industry_in_the_company_s_name_alone_is_no_need() -> None:
    reader = Recipient(company="Alpha Transport", industry="logistics", language="en")
    found = personalization("", "Hello Alpha Transport, our product is good.", reader).found
    assert found == {"company_or_role"}


@pytest.mark.parametrize(
    ("ending", "is_a_person"),
    [
        ("Best regards,\nJane Smith", True),
        ("Cordialement,\n\nJean-Paul de La Tour", True),
        ("Best regards,\nThe Support Team", False),
        ("Cordialement,\nL'équipe commerciale", False),
        ("Best regards,", False),
        ("", False),
    ],
)
def test_without_a_known_sender_a_name_after_the_closing_is_a_person(ending: str, is_a_person: bool) -> None:
    found = personalization("", f"Hello,\n\nOur product is good.\n\n{ending}", Recipient()).found
    assert ("individual_sender" in found) is is_a_person


@pytest.mark.parametrize(
    "line", ["+33 1 23 45 67 89", "06.00.00.00.00", "(212) 555-0199", "a@b.fr", "linkedin.com/in/x1"]
)
def test_a_signature_needs_contact_details(line: str) -> None:
    assert "signature" in personalization("", f"Hello\n\nRegards\nJane\n{line}", Recipient()).found
    assert "signature" not in personalization("", "Hello\n\nRegards\nJane\nSince 2010", Recipient()).found


def test_real_mails_have_greeting_sender_and_step(french_mails: dict[int, str]) -> None:
    """Mail 10 asks to be called and is signed; mail 39 of the set only passes another on."""
    reader = Recipient(sender_name="M. Dupont", language="fr")
    found = personalization("", french_mails[10], reader).found
    assert found == {"individual_sender", "next_step"}
    assert own_text(french_mails[39]).strip().endswith("pic.gif)")


def test_every_element_is_explained_in_both_languages() -> None:
    assert set(WHY) == set(ELEMENTS)
    assert all(set(texts) == {"en", "fr"} for texts in WHY.values())
