"""The four Ps: how promptly, how long, how personally and with what success leads are followed up (METRICS 8)."""

from __future__ import annotations

from efficace.metrics.estimators import POPULATION
from efficace.metrics.four_ps import (
    ELEMENT,
    LADDER,
    PARTS,
    AttemptValue,
    FourPs,
    Performance,
    Persistence,
    Personalization,
    Promptness,
    asked_attempt,
)
from efficace.metrics.metric import MINUTES, SHARE, Better, Metric

NEEDS = ("leads.created_at", "touches.occurred_at")
MAILS = (
    "sent_at", "rep_id", "team_id", "lead_id", "account_id", "is_reached", "opened_at", "reply_at",
    "positive_at", "meeting_at", "found", "possible", "broken",
)  # fmt: skip

METRICS: tuple[Metric, ...] = (
    Metric(
        "promptness",
        unit=MINUTES,
        better=Better.LOWER,
        meaning={
            "en": "Minutes until half of all signals are answered, with a grade from A to F",
            "fr": "Minutes jusqu’à ce que la moitié des signaux aient une réponse, avec une note de A à F",
        },
        estimator=Promptness(),
        settings=("response.clock", "rubrics.promptness"),
        needs=NEEDS,
        estimates=("grade",),
        keeps=("signal_at", "signal", "heat", "source", "rep_id", "ended_at", "end_kind", "seconds"),
        source="Aalen & Johansen (1978)",
    ),
    Metric(
        "persistence",
        unit="follow-ups",
        better=Better.HIGHER,
        meaning={
            "en": "Attempts after the first before a lead that does not answer is given up, with a grade from A to F",
            "fr": "Relances après le premier contact avant d’abandonner un lead sans réponse, avec une note de A à F",
        },
        estimator=Persistence(),
        settings=("rubrics.persistence",),
        needs=NEEDS,
        estimates=("grade",),
        source="Kaplan & Meier (1958)",
    ),
    Metric(
        "attempt_value",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Chance that an attempt is answered before the next one, given no answer so far",
            "fr": "Chance qu’une tentative obtienne une réponse avant la suivante, sans réponse jusque-là",
        },
        estimator=AttemptValue(),
        needs=NEEDS,
        curve="attempt",
        points_are="attempt",
        options={"attempt": 1},
        counted={POPULATION: asked_attempt},
        source="Wilson (1927)",
    ),
    Metric(
        "personalization",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Mean share of the elements of personalization found in a message, out of those that can apply",
            "fr": "Part moyenne des éléments de personnalisation présents dans un message, parmi ceux possibles",
        },
        estimator=Personalization(),
        settings=("rubrics.personalization",),
        needs=("touches.body",),
        estimates=("grade", "broken"),
        more_dimensions=(ELEMENT,),
        keeps=MAILS,
        source="Student (1908); Hall (1992)",
    ),
    Metric(
        "performance",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of mails answered within 14 days; opens are unreliable: mail programs load images",
            "fr": "Part des messages ayant une réponse en 14 jours ; les ouvertures sont peu fiables",
        },
        estimator=Performance(),
        settings=("rubrics.performance",),
        needs=("touches.occurred_at",),
        estimates=("grade", "reached", *LADDER),
        steps=("reached", *LADDER),
        keeps=MAILS,
        source="Kaplan & Meier (1958)",
    ),
    Metric(
        "four_ps",
        unit="grade points",
        better=Better.HIGHER,
        meaning={
            "en": "Mean of the four grades (A 4 to F 0), never without the four",
            "fr": "Moyenne des quatre notes (A 4 à F 0), jamais sans les quatre",
        },
        estimator=FourPs(),
        settings=("response.clock", "rubrics"),
        needs=(*NEEDS, "touches.body"),
        estimates=("grade", *PARTS),
        source="Rubrics of the configuration",
    ),
)
