"""Lead response: how soon a person answers, whether promises are kept, what it brings (METRICS 3, CONTRACT D)."""

from __future__ import annotations

from efficace.metrics.metric import MINUTES, SHARE, VALUE, Better, Metric, Preset
from efficace.metrics.response_times import (
    QUANTILES,
    WITHIN,
    AnswerRate,
    Conversion,
    HeatInversion,
    MedianOfAnswered,
    OpenLeads,
    PromiseKept,
    ResponseTime,
)

NEEDS = ("leads.created_at", "touches.occurred_at")
SHOWN = (
    "signal_at", "signal", "heat", "source", "campaign", "rep_id", "team_id", "ended_at", "end_kind", "seconds",
    "business_seconds", "assigned_at", "promise_seconds", "promise_age",
)  # fmt: skip

METRICS: tuple[Metric, ...] = (
    Metric(
        "lead_response_time",
        unit=MINUTES,
        better=Better.LOWER,
        meaning={
            "en": "Minutes from a prospect's signal until half of all signals are answered by a person",
            "fr": "Minutes entre le signal d’un prospect et le moment où la moitié des signaux ont reçu une réponse",
        },
        estimator=ResponseTime(),
        settings=("response.clock",),
        needs=NEEDS,
        estimates=(*QUANTILES, "mean_answered", "business", "system_delay", "human_delay"),
        steps=("p25", VALUE, "p75", "p90"),
        presets={
            "classic": Preset(
                MedianOfAnswered(),
                {
                    "en": "Median over answered signals alone: those never answered are forgotten",
                    "fr": "Médiane des seuls signaux ayant reçu une réponse : les autres sont oubliés",
                },
                why={
                    "en": "It drops the signals that nobody has answered, however long they have waited",
                    "fr": "Elle écarte les signaux restés sans réponse, aussi longtemps qu’ils aient attendu",
                },
            ),
        },
        keeps=SHOWN,
        source="Aalen & Johansen (1978)",
    ),
    Metric(
        "lead_answer_rate",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of signals that a person answered within a day",
            "fr": "Part des signaux auxquels une personne a répondu en un jour",
        },
        estimator=AnswerRate(),
        settings=("response.clock",),
        needs=NEEDS,
        estimates=tuple(WITHIN),
        steps=tuple(WITHIN),
        options={"horizon": "1 day"},
        keeps=SHOWN,
        source="Aalen & Johansen (1978)",
    ),
    Metric(
        "promise_kept",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of signals that a person answered within the promise for their heat",
            "fr": "Part des signaux auxquels une personne a répondu dans le délai promis pour leur chaleur",
        },
        estimator=PromiseKept(),
        settings=("response.promise", "response.clock"),
        needs=NEEDS,
        keeps=SHOWN,
        source="Aalen & Johansen (1978)",
    ),
    Metric(
        "heat_inversion",
        unit="inversion",
        better=Better.LOWER,
        meaning={
            "en": "1 where colder leads are answered faster than hotter ones beyond chance, else 0",
            "fr": "1 si des leads plus froids ont réponse plus vite que de plus chauds, hasard exclu, sinon 0",
        },
        estimator=HeatInversion(),
        settings=("response.clock",),
        needs=NEEDS,
        estimates=("p",),
        keeps=SHOWN,
        source="Mantel (1966)",
    ),
    Metric(
        "response_conversion",
        unit=SHARE,
        better=Better.HIGHER,
        meaning={
            "en": "Share of signals whose lead converts within 90 days; observed together, not proved as cause",
            "fr": "Part des signaux dont le lead se convertit en 90 jours ; observation, non preuve de cause",
        },
        estimator=Conversion(),
        needs=(*NEEDS, "leads.converted_at"),
        estimates=("per_hour",),
        options={"horizon": "90 days"},
        keeps=(*SHOWN, "response_band", "converted_at"),
        source="Kaplan & Meier (1958); per hour White (1980)",
    ),
    Metric(
        "open_leads",
        unit="leads",
        better=Better.LOWER,
        meaning={
            "en": "Leads that await an answer by a person",
            "fr": "Leads qui attendent la réponse d’une personne",
        },
        estimator=OpenLeads(),
        settings=("response.promise", "response.clock"),
        needs=NEEDS,
        estimates=("overdue",),
        state=True,
        counts=True,
        keeps=(
            "signal_at", "signal", "heat", "source", "campaign", "rep_id", "team_id", "territory_id", "account_id",
            "seconds", "promise_seconds", "promise_age", "heat_from", "left_seconds", "chance", "chance_left",
            "expected_value", "raised_by", "lowered_by",
        ),
    ),
)  # fmt: skip
