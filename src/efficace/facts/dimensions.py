"""The dimensions by which every figure can be split: their names, members and trees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Dimension:
    """One dimension.

    Attributes:
        names: Canonical table, key and column of the members' display names; None where ids are names.
        tree: Kind in the helper table ``tree`` whose members include their children.
        compared: Whether members are compared with one another (shrunken, tested); times and curves are not.
        order: Members in their own order, where that is not the alphabet's.
        ordered_by: Canonical table, key and column that give the members their order.
        ordered_within: Dimension, a column of that table too, of whose members each may have an order of its own.
    """

    id: str
    label: Mapping[str, str]
    names: tuple[str, str, str] | None = None
    tree: str | None = None
    compared: bool = True
    order: tuple[str, ...] = ()
    ordered_by: tuple[str, str, str] | None = None
    ordered_within: str | None = None


def _plain(name: str, en: str, fr: str) -> Dimension:
    return Dimension(name, {"en": en, "fr": fr})


def _ordered(name: str, en: str, fr: str) -> Dimension:
    return Dimension(name, {"en": en, "fr": fr}, compared=False)


PRODUCTS = ("products", "product_id", "name")

DIMENSIONS: tuple[Dimension, ...] = (
    Dimension("rep", {"en": "rep", "fr": "commercial"}, ("reps", "rep_id", "name")),
    Dimension("present_owner", {"en": "present owner", "fr": "titulaire actuel"}, ("reps", "rep_id", "name")),
    Dimension("team", {"en": "team", "fr": "équipe"}, ("teams", "team_id", "name"), tree="team"),
    Dimension(
        "territory", {"en": "territory", "fr": "territoire"}, ("territories", "territory_id", "name"), tree="territory"
    ),
    _plain("role", "role", "fonction"),
    _plain("segment", "segment", "segment"),
    _plain("industry", "industry", "secteur"),
    _plain("country", "country", "pays"),
    _plain("region", "region", "région"),
    Dimension("product", {"en": "product", "fr": "produit"}, PRODUCTS),
    _plain("family", "product family", "famille de produits"),
    _plain("source", "lead source", "source du lead"),
    _plain("campaign", "campaign", "campagne"),
    _plain("heat", "heat", "chaleur"),
    _plain("signal", "signal", "signal"),
    _plain("channel", "channel", "canal"),
    Dimension("location", {"en": "location", "fr": "lieu"}, ("locations", "location_id", "name")),
    _plain("pipeline", "pipeline", "pipeline"),
    Dimension(
        "stage",
        {"en": "stage", "fr": "étape"},
        compared=False,
        ordered_by=("stages", "stage", "position"),
        ordered_within="pipeline",
    ),
    _plain("deal_kind", "deal kind", "type d'affaire"),
    _ordered("theme", "theme of the comment", "thème du commentaire"),
    _ordered("element", "element of the message", "élément du message"),
    _ordered("cohort", "cohort", "cohorte"),
    _ordered("hour_of_week", "hour of the week", "heure de la semaine"),
    _ordered("month", "month", "mois"),
    _ordered("age", "age", "âge"),
    _ordered("attempt", "attempt", "tentative"),
    Dimension(
        "response_band",
        {"en": "response time", "fr": "délai de réponse"},
        compared=False,
        order=("up to 5 min", "up to 1 h", "up to 1 day", "up to 1 week", "later", "never"),
    ),
    Dimension("antecedent", {"en": "bought", "fr": "acheté"}, PRODUCTS, compared=False),
    Dimension("consequent", {"en": "also bought", "fr": "acheté aussi"}, PRODUCTS, compared=False),
)

BY_ID: Mapping[str, Dimension] = {dimension.id: dimension for dimension in DIMENSIONS}
