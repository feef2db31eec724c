"""Voice: what customers answer when they are asked, and how many do (METRICS 10, CONTRACT J)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from efficace.metrics.cells import Cells
from efficace.metrics.counting import once
from efficace.metrics.estimators import POPULATION, mean_of, powers
from efficace.metrics.metric import (
    POINTS,
    SHARE,
    Better,
    Estimated,
    Expression,
    Further,
    MemberTests,
    Metric,
    Term,
    no_rows,
)
from efficace.metrics.question import Question
from efficace.stats.estimate import Estimates, Floats, divide, normal_quantile
from efficace.stats.net_share import net_apart, net_share, same_net_test
from efficace.stats.rates import wilson

FACT, AT = "feedback_answers", "occurred_on"
NEEDS = ("feedback.score",)
THEME = "theme"
SENTIMENTS = ("positive", "neutral", "negative")


Reasons = tuple[tuple[str, Expression], ...]

OFF_SCALE: Reasons = (("out_of_scale", lambda t: ((t.score > t.scale_max) | (t.score < t.scale_min)).fill_null(False)),)
"""A score that its own scale does not have."""
OFF_TEN: Reasons = (
    ("other_scale", lambda t: (t.scale_max != 10).fill_null(False)),
    ("out_of_scale", lambda t: (t.score < 0) | (t.score > 10)),
)
"""Recommendation is asked from 0 to 10: other scales have no promoters and detractors."""
UNKNOWN_SCALE: Reasons = (("unknown_scale", lambda t: t.scale_max.isnull()),)


def _answers(kind: str, sums: Mapping[str, Expression], left_out: Reasons) -> dict[str, Term]:
    """Those who answered with a score, and all who were asked."""
    return {
        POPULATION: Term(FACT, AT, where=lambda t: (t.kind == kind) & t.score.notnull(), sums=sums, left_out=left_out),
        "asked": Term(FACT, AT, where=lambda t: t.kind == kind, begins=False),
    }


def _response_rate(cells: Cells) -> dict[str, Further]:
    """Who did not answer matters: answers over those asked."""
    term, asked = cells[POPULATION], cells["asked"].count()
    answered = term.count() + _left_out(cells)
    return {"response_rate": Further(wilson(np.minimum(answered, asked), asked), SHARE)}


def _left_out(cells: Cells) -> Floats:
    """Answers that cannot be used are answers all the same."""
    found = np.zeros(cells.size)
    for _, cell, number in cells[POPULATION].reasons:
        if cell >= 0:
            found[cell] += number
    return found


@dataclass(frozen=True)
class Nps:
    """Promoters (9, 10) less detractors (0 to 6), in points."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Answers to the question whether one would recommend."""
        del question
        return _answers(
            "nps",
            {
                "promoters": lambda t: (t.score >= 9).cast("int64"),
                "detractors": lambda t: (t.score <= 6).cast("int64"),
            },
            OFF_TEN,
        )

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """100 (p - d), within z sqrt((p + d - (p - d)^2) / n)."""
        del question
        term = cells[POPULATION]
        n = term.count()
        p, d = divide(term.total("promoters"), n), divide(term.total("detractors"), n)
        shares = {
            "promoters": Further(Estimates.bare(p), SHARE),
            "detractors": Further(Estimates.bare(d), SHARE),
        }
        further = shares | _response_rate(cells)
        tests = _same_net(term.total("promoters"), term.total("detractors"), n)
        return Estimated(_net_points(p, d, n), n, further, no_rows(n, "no_rows"), tests=tests)


def _same_net(good: Floats, bad: Floats, n: Floats) -> MemberTests:
    """Tests of members by their answers: three of them are no reason to tell two members apart."""
    return MemberTests(
        lambda rows: ("permutation", same_net_test(good[rows], bad[rows], n[rows])),
        lambda rows: net_apart(good[rows], bad[rows], n[rows]),
    )


def _net_points(good: Floats, bad: Floats, n: Floats) -> Estimates:
    """One share less another of the same answers, in points, with the interval of a multinomial."""
    value = good - bad
    se = np.sqrt(divide(np.maximum(good + bad - value**2, 0.0), n))
    half = normal_quantile(0.95) * se
    limits = (np.maximum(value - half, -1.0) * 100, np.minimum(value + half, 1.0) * 100)
    # A member whose answers are all alike still errs: half an answer more keeps its error above zero.
    steadied = np.where(se > 0, se, divide(np.ones_like(n), n + 1.0))
    return Estimates(value * 100, *limits, se=steadied * 100)


@dataclass(frozen=True)
class Csat:
    """The share of answers in the top two of the scale."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Answers with a known scale."""
        del question
        top: dict[str, Expression] = {"top": lambda t: (t.score >= t.scale_max - 1).cast("int64")}
        return _answers("csat", top, UNKNOWN_SCALE + OFF_SCALE)

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Top two over answered, with Wilson's interval."""
        del question
        term = cells[POPULATION]
        n = term.count()
        return Estimated(wilson(term.total("top"), n), n, _response_rate(cells), no_rows(n, "no_rows"))


@dataclass(frozen=True)
class Ces:
    """The mean effort that customers report."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Answers with a score."""
        del question
        return _answers("ces", powers(lambda t: t.score), OFF_SCALE)

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """The mean."""
        del question
        term = cells[POPULATION]
        n = term.count()
        return Estimated(mean_of(term), n, _response_rate(cells), no_rows(n, "no_rows"))


def _is(label: str) -> Expression:
    return lambda t: (t.sentiment == label).cast("int64")


def _feedback_that(label: str) -> Expression:
    return lambda t: (t.sentiment == label).ifelse(t.feedback_id, None)


@dataclass(frozen=True)
class CommentSentiment:
    """Comments that say good things less those that say bad ones, in points."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Comments by what their words show."""
        del question
        return {POPULATION: Term("comments", AT, sums={label: _is(label) for label in SENTIMENTS})}

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """100 (good - bad); few comments of one kind still leave their doubt."""
        del question
        term = cells[POPULATION]
        n = term.count()
        net = net_share(term.total("positive"), term.total("negative"), n).times(100)
        further = {label: Further(wilson(term.total(label), n), SHARE) for label in SENTIMENTS}
        tests = _same_net(term.total("positive"), term.total("negative"), n)
        return Estimated(net, n, further, no_rows(n, "no_rows"), tests=tests)


@dataclass(frozen=True)
class CommentThemes:
    """The share of comments that speak of a theme (of any, where none is asked)."""

    def terms(self, question: Question) -> Mapping[str, Term]:
        """Comments with the theme; and all comments, which a filter on the theme does not narrow."""
        others = tuple(name for name in question.by if name != THEME)
        comments: dict[str, Expression] = {"comments": lambda t: t.feedback_id}
        felt = {label: _feedback_that(label) for label in SENTIMENTS}
        where = None if THEME in question.by else lambda t: t.theme.notnull()
        return {
            POPULATION: Term("comment_themes", AT, where=where, distinct={**comments, **felt}),
            "all": Term("comment_themes", AT, distinct=comments, along=others, ignores=(THEME,)),
        }

    def estimate(self, cells: Cells, question: Question) -> Estimated:
        """Comments of the theme over all, with Wilson's interval; and how those comments sound."""
        del question
        term, everything = cells[POPULATION], cells["all"].total("comments")
        spoken = term.total("comments")
        sounds = {label: Further(wilson(term.total(label), spoken), SHARE) for label in SENTIMENTS}
        return Estimated(wilson(spoken, everything), everything, sounds, no_rows(everything, "no_rows"))


METRICS: tuple[Metric, ...] = (
    Metric(
        "nps",
        unit=POINTS,
        better=Better.HIGHER,
        meaning={
            "en": "Share of customers who would recommend us less those who would not, in points",
            "fr": "Part des clients qui nous recommanderaient moins celle des détracteurs, en points",
        },
        estimator=Nps(),
        needs=NEEDS,
        estimates=("promoters", "detractors", "response_rate"),
        steps=("promoters", "detractors"),
        source="Rocks (2016) The American Statistician 70:365",
    ),
    Metric(
        "csat",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of answers in the top two of the satisfaction scale",
            "fr": "Part des réponses dans les deux meilleures notes de satisfaction",
        },
        estimator=Csat(),
        needs=(*NEEDS, "feedback.scale_max"),
        estimates=("response_rate",),
        source="Wilson (1927)",
    ),
    Metric(
        "ces",
        unit="score",
        better=Better.NEITHER,
        meaning={
            "en": "Mean score of the effort that customers report",
            "fr": "Note moyenne de l’effort déclaré par les clients",
        },
        estimator=Ces(),
        needs=NEEDS,
        estimates=("response_rate",),
        source="Student (1908); Hall (1992)",
    ),
    Metric(
        "comment_sentiment",
        unit=POINTS,
        better=Better.HIGHER,
        meaning={
            "en": "Share of comments whose words say good things less those whose words say bad ones, in points",
            "fr": "Part des commentaires dont les mots disent du bien moins ceux qui disent du mal, en points",
        },
        estimator=CommentSentiment(),
        needs=("feedback.comment",),
        estimates=SENTIMENTS,
        steps=SENTIMENTS,
        keeps=(
            "occurred_at", "kind", "comment", "sentiment", "sentiment_words", "score", "account_id", "product_id",
            "rep_id",
        ),
        source="words by rule, English and French; interval Bonett & Price (2012)",
    ),
    Metric(
        "comment_themes",
        unit=SHARE,
        better=Better.NEITHER,
        meaning={
            "en": "Share of comments that speak of a theme; split it by theme",
            "fr": "Part des commentaires qui parlent d’un thème ; à détailler par thème",
        },
        estimator=CommentThemes(),
        needs=("feedback.comment",),
        estimates=SENTIMENTS,
        more_dimensions=(THEME,),
        counted={"all": once("feedback_id", first="theme")},
        keeps=(
            "occurred_at", "comment", "theme", "theme_words", "sentiment", "sentiment_words", "account_id",
            "product_id", "rep_id",
        ),
        source="words by rule, English and French; Wilson (1927)",
    ),
)  # fmt: skip
