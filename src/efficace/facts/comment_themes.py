"""What customers write: each comment's sentiment and themes, with the words that show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from efficace.facts.fact import Fact, Moment, Own
from efficace.facts.feedback_answers import FEEDBACK_ANSWERS
from efficace.facts.text_readings import Reading
from efficace.text.passage import Span
from efficace.text.sentiment import sentiment
from efficace.text.themes import themes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build_comments(tables: Tables, _: Moment) -> ir.Table:
    """One row a comment (METRICS 10)."""
    read = tables.comment_readings
    read = read.group_by("feedback_id").agg(sentiment=read.sentiment.max(), sentiment_words=read.sentiment_words.max())
    return _with_reading(tables, read)


def build_themes(tables: Tables, _: Moment) -> ir.Table:
    """One row a comment and theme that it speaks of; a comment without a theme has one row without."""
    return _with_reading(tables, tables.comment_readings.drop("mark"))


def _with_reading(tables: Tables, read: ir.Table) -> ir.Table:
    answers = tables.feedback_answers
    read = read.rename(r_feedback="feedback_id")
    return answers.inner_join(read, answers.feedback_id == read.r_feedback).drop("r_feedback")


def _texts(tables: Tables) -> ir.Table:
    feedback = tables.feedback
    return feedback.filter(feedback.comment.strip() != "").select("feedback_id", "comment", "language")


@lru_cache(maxsize=10_000)
def _read(text: str, language: str | None) -> tuple[Mapping[str, Any], ...]:
    """The rows of one comment, the most touched theme first; many customers write the same few words."""
    felt, about = sentiment(text, language), themes(text, language)
    return tuple(
        {
            "theme": theme,
            "theme_words": _words(text, (span for span in about.spans if span.why == theme)),
            "sentiment": felt.label,
            "sentiment_words": _words(text, felt.spans),
        }
        for theme in about.ids or (None,)
    )


def _words(text: str, spans: Iterable[Span]) -> str | None:
    """The words themselves, each once, in the order of the text."""
    return ", ".join(dict.fromkeys(text[span.start : span.end] for span in spans)) or None


COMMENT_READINGS = Reading(
    "comment_readings",
    of="feedback",
    key="feedback_id",
    texts=("comment",),
    inputs=_texts,
    columns=dict.fromkeys(("theme", "theme_words", "sentiment", "sentiment_words"), "VARCHAR"),
    read=lambda comments: [_read(comment["comment"], comment["language"]) for comment in comments],
    rules=3,
)

COMMENTS = Fact(
    "comments",
    "One row a comment of a customer, with its sentiment and the words that show it.",
    build_comments,
    key=("feedback_id",),
    reads=("feedback_answers",),
    stored=False,
    dimensions=FEEDBACK_ANSWERS.dimensions,
)

COMMENT_THEMES = Fact(
    "comment_themes",
    "One row a comment and theme that it speaks of, with the words that show it.",
    build_themes,
    key=("feedback_id", "theme"),
    reads=("feedback_answers",),
    stored=False,
    dimensions={**FEEDBACK_ANSWERS.dimensions, "theme": Own("theme")},
)
