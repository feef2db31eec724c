"""Scores worked by hand."""

from __future__ import annotations

import pytest

from efficace.text.readability import readability, syllables


def test_flesch_by_hand() -> None:
    """9 words in 2 sentences, 10 syllables (hap-py has two): 206.835 - 1.015 x 4.5 - 84.6 x 10/9."""
    result = readability("The cat sat on the mat. It was happy.", "en")
    assert (result.sentences, result.words, result.scale) == (2, 9, "flesch")
    assert result.score == pytest.approx(206.835 - 1.015 * 4.5 - 84.6 * 10 / 9)


def test_kandel_and_moles_by_hand() -> None:
    """10 words in 2 sentences, 12 syllables (ta-pis, con-tent): 207 - 1.015 x 5 - 73.6 x 12/10."""
    result = readability("Le chat dort bien sur le tapis. Il est content.", "fr")
    assert (result.sentences, result.words, result.scale) == (2, 10, "kandel_moles")
    assert result.score == pytest.approx(207 - 1.015 * 5 - 73.6 * 1.2)


@pytest.mark.parametrize(
    ("word", "language", "count"),
    [
        ("table", "en", 2), ("walked", "en", 1), ("wanted", "en", 2), ("people", "en", 2), ("information", "en", 4),
        ("the", "en", 1), ("rhythm", "en", 1), ("table", "fr", 1), ("cité", "fr", 2), ("parlent", "fr", 1),
        ("journée", "fr", 2), ("rapidement", "fr", 4), ("vous", "fr", 1), ("entreprise", "fr", 3), ("jeu", "fr", 1),
        ("client", "fr", 1),
    ],
)  # fmt: skip
def test_syllables_are_counted_by_vowels(word: str, language: str, count: int) -> None:
    """'client' has two in speech: neighbouring vowels count as one, which the scores take into account."""
    assert syllables(word, "en" if language == "en" else "fr") == count


def test_a_long_sentence_is_pointed_at() -> None:
    long = " ".join(["word"] * 26) + "."
    text = f"Short one. {long} Short again."
    result = readability(text, "en")
    assert [text[span.start : span.end] for span in result.long_sentences] == [long]
    assert result.mean_sentence_words == pytest.approx((2 + 26 + 2) / 3)


def test_a_number_or_address_does_not_end_a_sentence() -> None:
    assert readability("It costs 3.50 euros at www.acme.com today.", "en").sentences == 1


def test_a_text_without_words_has_no_score() -> None:
    result = readability("... 123 !")
    assert (result.sentences, result.words, result.score, result.mean_sentence_words) == (0, 0, None, None)


def test_a_heavy_text_scores_lower_than_a_light_one() -> None:
    heavy = "L’implémentation organisationnelle nécessite une contractualisation administrative préalable obligatoire."
    assert (
        (readability(heavy, "fr").score or 0) < 30 < (readability("Le lait est au chaud. Il est bon.", "fr").score or 0)
    )
