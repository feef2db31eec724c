"""Churn and retention as other tools define them."""

from __future__ import annotations

from efficace.metrics.churn import CustomerChurn
from efficace.metrics.metric import Preset, Step
from efficace.metrics.movements import RetainedByMovements

BAREMETRICS_CHURN = "https://help.baremetrics.com/en/articles/5380347-user-and-revenue-churn"
CHARTMOGUL_GROSS = "https://help.chartmogul.com/hc/en-us/articles/203359341-Metric-MRR-Churn-Rate"
CHARTMOGUL_NET = "https://help.chartmogul.com/hc/en-us/articles/4414075567250-Metric-Net-MRR-Churn-Rate"

LEAVERS_WHO_JOINED = {
    "en": "Customers who joined and left within the period count as leavers too",
    "fr": "Les clients arrivés et partis dans la période comptent aussi parmi les partants",
}

CUSTOMER_CHURN = {
    "stripe": Preset(
        CustomerChurn("all", "start_and_joined"),
        {
            "en": "All who left over those active at the start or joined",
            "fr": "Tous les partants sur les actifs du début et les arrivés",
        },
        "https://support.stripe.com/questions/calculating-churn-rate-in-billing",
        why={
            "en": "It counts who joined within the period, below the line and, where they left again, above it",
            "fr": "Elle compte les arrivés de la période au dénominateur et, s’ils sont repartis, au numérateur",
        },
        before=(Step(LEAVERS_WHO_JOINED, CustomerChurn("all")),),
        last={
            "en": "Everybody who joined within the period stands in the denominator",
            "fr": "Tous les clients arrivés dans la période entrent au dénominateur",
        },
    ),
    "baremetrics": Preset(
        CustomerChurn("all"),
        {
            "en": "All who left over those active at the start",
            "fr": "Tous les partants sur les actifs du début",
        },
        f"{BAREMETRICS_CHURN}; https://changelog.baremetrics.com/churn-update-4pqo9O",
        why=LEAVERS_WHO_JOINED,
    ),
    "profitwell": Preset(
        CustomerChurn(),
        {
            "en": "Those of the start who left over those active at the start",
            "fr": "Partants parmi les actifs du début sur les actifs du début",
        },
        "https://learn.profitwell.com/article/gf9qqkyplu-profitwell-vs-stripe",
        why={
            "en": "It ignores who joined and left within the period, as we do",
            "fr": "Elle ignore les clients arrivés et partis dans la période, comme nous",
        },
    ),
    "at_cancellation": Preset(
        CustomerChurn(),
        {
            "en": "A cancellation counts on the day it is made, not at the end of the paid term",
            "fr": "Une résiliation compte le jour où elle est faite, non à la fin de la période payée",
        },
        settings={"churn.counted_at": "cancellation"},
        why={
            "en": "It loses a customer on the day of the cancellation, we at the end of the paid term",
            "fr": "Elle perd un client le jour de la résiliation, nous à la fin de la période payée",
        },
    ),
}

LOSSES = ("churn", "contraction")
EACH_CHANGE = {
    "en": "Every loss of a customer of the start counts, even one made good within the period",
    "fr": "Chaque perte d’un client du début compte, même rattrapée dans la période",
}
ALL_LOSSES = {
    "en": "Losses from customers who joined within the period count too, though not in the base",
    "fr": "Les pertes de clients arrivés dans la période comptent aussi, sans être dans la base",
}
LOSS_BY_LOSS = {
    "en": "It adds up every loss of the period; we compare what customers of the start pay at its two ends",
    "fr": "Elle additionne chaque perte de la période ; nous comparons les deux bouts, clients du début seuls",
}


def _gross(source: str, name: str) -> Preset:
    return Preset(
        RetainedByMovements(LOSSES),
        {
            "en": f"1 - {name}: all churned and contracted MRR of the period over MRR at the start",
            "fr": f"1 - {name} : tout le MRR perdu ou réduit dans la période sur le MRR du début",
        },
        source,
        why=LOSS_BY_LOSS,
        before=(Step(EACH_CHANGE, RetainedByMovements((), LOSSES)),),
        last=ALL_LOSSES,
    )


GROSS_RETENTION = {
    "chartmogul": _gross(CHARTMOGUL_GROSS, "Gross MRR Churn Rate"),
    "baremetrics": _gross(BAREMETRICS_CHURN, "Revenue Churn"),
}

GROWTH = ("expansion",)
WITHOUT_RETURNS = {
    "en": "What customers of the start pay again after leaving within the period no longer counts",
    "fr": "Ce que des clients du début repaient après un départ dans la période ne compte plus",
}
NET_RETENTION = {
    "chartmogul": Preset(
        RetainedByMovements((*LOSSES, *GROWTH, "reactivation")),
        {
            "en": "1 - Net MRR Churn Rate: churn and contraction less expansion and reactivation over MRR at the start",
            "fr": "1 - Net MRR Churn Rate : pertes et réductions moins hausses et retours sur le MRR du début",
        },
        CHARTMOGUL_NET,
        why={
            "en": "It also counts returns of earlier customers and later changes of those who joined in the period",
            "fr": "Elle compte aussi les retours d’anciens clients et les changements ultérieurs des nouveaux",
        },
        before=(
            Step(
                {
                    "en": "Later changes of customers who joined within the period count too",
                    "fr": "Les changements ultérieurs des clients arrivés dans la période comptent aussi",
                },
                RetainedByMovements((*LOSSES, *GROWTH), ("reactivation",)),
            ),
        ),
        last={
            "en": "Customers lost before the period who return count too",
            "fr": "Les clients perdus avant la période qui reviennent comptent aussi",
        },
    ),
    "baremetrics": Preset(
        RetainedByMovements((*LOSSES, *GROWTH)),
        {
            "en": "100 % less churned MRR (downgrades included) plus expansion MRR, over MRR at the start",
            "fr": "100 % moins le MRR perdu (baisses comprises) plus le MRR d’expansion, sur le MRR du début",
        },
        "https://changelog.baremetrics.com/new-metric-net-revenue-retention-2BOJIA; "
        "https://changelog.baremetrics.com/net-mrr-churn-4htCw0",
        why={
            "en": "It takes every change of the period, also of those who joined in it, but no return",
            "fr": "Elle prend chaque changement de la période, aussi des arrivés, mais aucun retour",
        },
        before=(Step(WITHOUT_RETURNS, RetainedByMovements((), (*LOSSES, *GROWTH))),),
        last={
            "en": "Changes of customers who were none at the start count too",
            "fr": "Les changements de clients qui n’en étaient pas au début comptent aussi",
        },
    ),
    "gainsight": Preset(
        RetainedByMovements((), (*LOSSES, *GROWTH)),
        {
            "en": "MRR at the start plus up-sell and price increases less churn and decreases, over MRR at the start",
            "fr": "MRR du début plus ventes et hausses moins pertes et baisses, sur le MRR du début",
        },
        "https://www.gainsight.com/glossary/churn-rate-calculation/",
        why=WITHOUT_RETURNS,
    ),
}
