"""Pressure, false urgency and empty promises flagged, transparency credited, denials understood."""

from __future__ import annotations

import pytest

from efficace.text.honesty import CREDITED, WHY, honesty


@pytest.mark.parametrize(
    ("text", "why", "shown"),
    [
        ("Act now, this is great.", "false_urgency", "Act now"),
        ("There are only 3 seats left.", "false_urgency", "only 3 seats left"),
        ("This is your last chance.", "false_urgency", "last chance"),
        ("Don't miss out on it.", "false_urgency", "Don't miss out"),
        ("This is my last email to you.", "pressure", "This is my last email"),
        ("Your competitors are already using it.", "pressure", "Your competitors are already"),
        ("I still haven't heard back.", "pressure", "I still haven't heard back"),
        ("We guarantee it.", "empty_promise", "We guarantee"),
        ("It is risk-free.", "empty_promise", "risk-free"),
        ("Double your sales with us.", "empty_promise", "Double your sales"),
        ("To be honest, it is new.", "transparency", "To be honest"),
        ("This may not be a good fit.", "transparency", "may not be a good fit"),
        ("Dernière chance pour vous.", "false_urgency", "Dernière chance"),
        ("Il ne reste que 3 places.", "false_urgency", "Il ne reste que 3 places"),
        ("Ne manquez pas cette offre.", "false_urgency", "Ne manquez pas"),
        ("Vos concurrents l’ont déjà.", "pressure", "Vos concurrents l’ont déjà"),
        ("Vous n’avez toujours pas répondu.", "pressure", "Vous n’avez toujours pas répondu"),
        ("Résultats garantis avec nous.", "empty_promise", "Résultats garantis"),
        ("C'est sans aucun risque.", "empty_promise", "sans aucun risque"),
        ("En toute transparence, il est nouveau.", "transparency", "En toute transparence"),
        ("Nous ne proposons pas ce module.", "transparency", "Nous ne proposons pas"),
        ("Le tarif est de 40 €.", "transparency", "Le tarif est"),
        ("BUY THIS PRODUCT TODAY please", "shouting", "BUY THIS PRODUCT TODAY "),
        ("Great!!!", "shouting", "!!!"),
    ],
)
def test_the_words_are_found_with_their_reason(text: str, why: str, shown: str) -> None:
    result = honesty(text)
    found = [(span.why, text[span.start : span.end]) for span in (*result.flagged, *result.credited)]
    assert (why, shown) in found
    assert all((span.why in CREDITED) is (span in result.credited) for span in (*result.flagged, *result.credited))


@pytest.mark.parametrize(
    "text",
    [
        "There is nothing urgent.",
        "It is not urgent at all.",
        "We do not guarantee results.",
        "I cannot guarantee it.",
        "Il n'y a pas d'urgence.",
        "Rien d'urgent de mon côté.",
        "Nous ne garantissons pas ce délai.",
        "The price changes on 1 March because our supplier raises his.",
        "Le prix change le 1er mars.",
        "Could we talk on Thursday?",
        "Pourrions-nous parler jeudi ?",
        "Anne Roux, CEO, ACME SA",
        "",
    ],
)
def test_an_honest_sentence_is_not_flagged(text: str) -> None:
    assert honesty(text).is_clean


def test_a_refusal_to_promise_is_credited() -> None:
    assert [span.why for span in honesty("We do not guarantee results.").credited] == ["transparency"]


def test_every_reason_is_explained_in_both_languages() -> None:
    assert all(set(texts) == {"en", "fr"} for texts in WHY.values())
