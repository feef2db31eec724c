"""The list of detectors: what each looks for, and with which metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from efficace.insights.alarms import service_losing
from efficace.insights.allocation import territory_unbalanced
from efficace.insights.data import data_late, data_missing
from efficace.insights.drivers import TRAITS, fast_but_unhappy, rep_beyond_chance
from efficace.insights.finding import Looked
from efficace.insights.look import Look
from efficace.insights.plans import target_missed
from efficace.insights.responses import colder_first, promise_broken, unwatched_source
from efficace.insights.stalls import slow_stage, stalled


@dataclass(frozen=True)
class Detector:
    """Something that numbers may say.

    Attributes:
        metrics: Those whose figures it reads; empty for what it says of the data.
        is_test: Whether chance could bring it about; what is no test is a fact.
        method: How chance is ruled out, or what makes the fact.
    """

    id: str
    looks_for: Mapping[str, str]
    metrics: tuple[str, ...]
    is_test: bool
    method: str
    look: Callable[[Look], Looked]


DETECTORS: tuple[Detector, ...] = (
    Detector(
        "colder_first",
        {
            "en": "Hotter leads that wait longer for an answer than colder ones, in the company or a team",
            "fr": "Leads chauds qui attendent une réponse plus longtemps que des leads plus froids",
        },
        ("heat_inversion", "lead_response_time"), True,
        "one-sided log-rank test of each pair of heats, times their number", colder_first,
    ),
    Detector(
        "promise_broken",
        {
            "en": "Heats whose promised answer time is kept for fewer than four leads in five",
            "fr": "Chaleurs dont le délai promis est tenu pour moins de quatre leads sur cinq",
        },
        ("promise_kept",), False, "the upper limit of the interval lies below 80 %", promise_broken,
    ),
    Detector(
        "unwatched_source",
        {
            "en": "Sources whose leads hardly anyone answers",
            "fr": "Sources dont presque personne ne traite les leads",
        },
        ("lead_answer_rate",), True,
        "difference of two proportions against all other sources; named where the upper limit lies below 50 %",
        unwatched_source,
    ),
    Detector(
        "stalled_deals",
        {
            "en": "Open deals that wait longer in their stage than nine in ten won deals did",
            "fr": "Affaires ouvertes qui attendent dans leur étape plus longtemps que neuf affaires gagnées sur dix",
        },
        ("stalled_deals", "win_rate"), False, "they are listed", stalled,
    ),
    Detector(
        "slow_stage",
        {
            "en": "Stages in which the deals of one team spend longer than those of the others",
            "fr": "Étapes où les affaires d’une équipe restent plus longtemps que celles des autres",
        },
        ("stage_duration",), True, "difference from the other teams on the log scale", slow_stage,
    ),
    Detector(
        "rep_beyond_chance",
        {
            "en": "Reps who differ from all others by more than chance, for better or worse, and in what",
            "fr": "Commerciaux qui diffèrent des autres, en mieux ou en moins bien, hasard exclu, et en quoi",
        },
        tuple(trait.metric for trait in TRAITS), True,
        "difference from all others: two proportions for shares, Student for means", rep_beyond_chance,
    ),
    Detector(
        "fast_but_unhappy",
        {
            "en": "Reps who win fast and whose customers leave",
            "fr": "Commerciaux qui gagnent vite et dont les clients partent",
        },
        ("quality_adjusted_cycle", "sales_cycle_length", "customer_churn_rate"), True,
        "faster and more often left, the larger of both p values; the verdict of quality_adjusted_cycle must agree",
        fast_but_unhappy,
    ),
    Detector(
        "service_losing",
        {
            "en": "Services that lose more than their past, size and season explain",
            "fr": "Services qui perdent plus que leur passé, leur taille et la saison ne l’expliquent",
        },
        ("cancellation_alarm",), True, "negative binomial tail", service_losing,
    ),
    Detector(
        "target_missed",
        {
            "en": "Goals or budgets of the company missed in one of the last four whole quarters",
            "fr": "Objectifs ou budgets de l’entreprise manqués dans l’un des quatre derniers trimestres entiers",
        },
        ("target_attainment",), False, "the latest quarter missed, for each figure aimed at", target_missed,
    ),
    Detector(
        "territory_unbalanced",
        {
            "en": "Territories with more, or fewer, leads than their part of the work",
            "fr": "Territoires qui ont plus, ou moins, de leads que leur part du travail",
        },
        ("territory_balance",), True,
        "leads a touch against those of all others; touches come in clusters, one a lead", territory_unbalanced,
    ),
    Detector(
        "data_late",
        {
            "en": "Tables that nothing new reaches although the data goes on",
            "fr": "Tables où rien de nouveau n’arrive alors que les données continuent",
        },
        (), False, "7 days for a table of 1,000 rows, 45 days for one of 100", data_late,
    ),
    Detector(
        "data_missing",
        {
            "en": "Columns without which figures stay empty",
            "fr": "Colonnes sans lesquelles des indicateurs restent vides",
        },
        (), False, "what the metrics declare to need", data_missing,
    ),
)  # fmt: skip
