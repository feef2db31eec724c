"""What vendors and people call the canonical tables and columns, in English and French."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Aliases:
    """Other names of a canonical table.

    Attributes:
        words: Found in names of files and sheets.
        columns: Canonical column -> folded names that exports give it, the most telling first.
    """

    words: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]


def fold(name: str) -> str:
    """A name for comparing: lower case, no accents, words parted by one space (``dealStage``, ``Deal_Stage``)."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    plain = "".join(c for c in unicodedata.normalize("NFKD", parted) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain.lower()).split())


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


_REP = _names(
    "rep id, sales rep id, owner id, user id, agent id, sr id, sales agent, sales rep, rep, owner, deal owner, "
    "contact owner, lead owner, opportunity owner, account owner, company owner, activity assigned to, assigned to, "
    "agent, proprietaire, proprietaire de la transaction, commercial, vendeur, hubspot owner id, assignee"
)
_ACCOUNT = _names(
    "account id, company id, customer id, client id, organization id, associated company id, account, account name, "
    "company, company name, associated company, customer, client, organization, organisation, entreprise, societe, "
    "compte"
)
_PRODUCT = _names(
    "product id, sku, stock code, item id, article id, product code, product, product name, plan, plan tier, item, "
    "article, produit, nom du produit, code produit, reference"
)
_CREATED = _names(
    "created at, created date, create date, creation date, date created, created, created on, created time, "
    "engage date, open date, first contact date, signup date, sign up date, registered at, date de creation, cree le"
)
_CURRENCY = _names("currency, currency code, currency iso code, deal currency code, devise, monnaie")
_COUNTRY = _names("country, country region, office location, pays, country code")
_REGION = _names("region, state, state region, province, seller state, departement")
_CITY = _names("city, town, ville, seller city")

ALIASES: Mapping[str, Aliases] = {
    # Before the deals: the name of a history speaks of both.
    "stage_changes": Aliases(
        _names("stage history, stage change, opportunity history, deal history, stage log, historique des etapes"),
        {
            "deal_id": _names("deal id, opportunity id, record id, deal, opportunity, id de transaction"),
            "entered_at": _names("entered at, changed at, created date, date entered, entered, timestamp, date"),
            "stage": _names("stage, stage name, new stage, to stage, deal stage, etape, nouvelle etape"),
            "from_stage": _names("from stage, old stage, previous stage, ancienne etape"),
            "pipeline": _names("pipeline, pipeline id"),
            "rep_id": _names("changed by, created by, owner, owner id, rep id, user id"),
        },
    ),
    "deals": Aliases(
        _names("deal, opportunit, pipeline, transaction, affaire, closed"),
        {
            "deal_id": _names(
                "deal id, opportunity id, opportunity, record id, id de transaction, transaction id, id, deal"
            ),
            "created_at": _CREATED,
            "status": _names("status, deal status, is won, stage, deal stage, stage name, statut, etape, phase"),
            "closed_at": _names(
                "closed at, close date, closed date, won time, lost time, deal closed on, won date, closed on, "
                "date de cloture, date de fermeture, cloture le"
            ),
            "account_id": _ACCOUNT,
            "rep_id": _REP,
            "lead_id": _names("lead id, mql id"),
            "product_id": _PRODUCT,
            "pipeline": _names("pipeline, deal pipeline, pipeline id"),
            "stage": _names("stage, deal stage, stage name, dealstage, etape, phase, etape de la transaction"),
            "amount": _names(
                "amount, deal amount, value, deal value, close value, montant, valeur, total, amount cents"
            ),
            "currency": _CURRENCY,
            "expected_close_on": _names("expected close date, expected close on, forecast close date, cloture prevue"),
            "forecast_category": _names("forecast category, forecast category name"),
            "lost_reason": _names("lost reason, loss reason, closed lost reason, raison de perte, motif de perte"),
        },
    ),
    "leads": Aliases(
        _names("lead, mql, qualified, prospect, inquir, demande"),
        {
            "lead_id": _names("lead id, mql id, prospect id, record id, id, prospect"),
            "created_at": _CREATED,
            "source": _names("source, lead source, origin, lead origin, original source, origine, provenance"),
            "campaign": _names("campaign, campaign name, landing page id, campagne"),
            "heat": _names("heat, rating, lead label, hs lead label, temperature"),
            "score": _names("score, lead score"),
            "rep_id": _REP,
            "account_id": _ACCOUNT,
            "country": _COUNTRY,
            "status": _names("status, lead status, statut"),
            "converted_at": _names("converted at, converted date, conversion date, date de conversion"),
        },
    ),
    "touches": Aliases(
        _names("touch, activit, call, email, meeting, task, engagement, appel"),
        {
            "touch_id": _names("touch id, activity id, call id, email id, engagement id, record id, id"),
            "occurred_at": _names(
                "occurred at, activity date, date, start time, due date, timestamp, created at, created date, call date"
            ),
            "kind": _names("kind, type, activity type, engagement type, task subtype, channel, canal"),
            "direction": _names("direction, call direction, email direction, sens"),
            "rep_id": _REP,
            "lead_id": _names("lead id, who id, prospect id"),
            "contact_id": _names("contact id, associated contact id, contact"),
            "account_id": _ACCOUNT,
            "deal_id": _names("deal id, opportunity id, what id"),
            "duration_seconds": _names("duration seconds, call duration in seconds, duration"),
            "subject": _names("subject, title, objet, sujet"),
            "body": _names("body, text body, description, message"),
            "status": _names("status, outcome, call outcome, statut"),
        },
    ),
    "order_lines": Aliases(
        _names("order, sale, invoice, line, retail, store, commande, facture, vente"),
        {
            "line_id": _names("line id, row id, order line id, invoice line id, line item id"),
            "ordered_at": _names(
                "ordered at, order date, invoice date, sale date, transaction date, date de commande, date de facture, "
                "date"
            ),
            "product_id": _PRODUCT,
            "units": _names("units, quantity, qty, quantite, nombre"),
            "unit_price": _names("unit price, price, prix unitaire, prix, unit price cents, price cents, amount cents"),
            "order_id": _names("order id, order number, invoice, invoice id, invoice no, numero de commande"),
            "account_id": _ACCOUNT,
            "rep_id": _REP,
            "currency": _CURRENCY,
            "country": _COUNTRY,
            "region": _REGION,
            "city": _CITY,
        },
    ),
    "subscription_periods": Aliases(
        _names("subscription, abonnement, contract, contrat"),
        {
            "subscription_id": _names("subscription id, contract id, id, abonnement"),
            "from_on": _names(
                "from on, start date, started at, created date, created at, current period start, date de debut, debut"
            ),
            "to_on": _names(
                "to on, end date, ended at, cancel date, canceled date, cancelled date, canceled at, date de fin, fin"
            ),
            "account_id": _ACCOUNT,
            "product_id": _PRODUCT,
            "mrr": _names(
                "mrr, mrr amount, monthly amount, monthly recurring revenue, subscription cost, monthly cost, "
                "revenu mensuel"
            ),
            "currency": _CURRENCY,
            "quantity": _names("quantity, seats, licences, licenses"),
            "trial": _names("trial, is trial, essai"),
        },
    ),
    "accounts": Aliases(
        _names("account, compan, customer, client, organi, compte, entreprise, seller"),
        {
            "account_id": _names("account id, company id, customer id, client id, seller id, record id, id, account"),
            "name": _names("name, account name, company name, customer name, nom, account, raison sociale"),
            "industry": _names("industry, sector, secteur, business segment"),
            "segment": _names("segment, customer segment, plan tier, tier, size"),
            "employees": _names("employees, number of employees, headcount, effectif, nombre de salaries"),
            "country": _COUNTRY,
            "region": _REGION,
            "city": _CITY,
            "domain": _names("domain, website, company domain name, site web, domaine"),
            "owner_rep_id": _REP,
            "created_at": _CREATED,
        },
    ),
    "products": Aliases(
        _names("product, item, catalog, plan, produit, article"),
        {
            "product_id": _names("product id, sku, product code, code, id, product, reference"),
            "name": _names("name, product name, product, description, nom, libelle"),
            "family": _names("family, product family, series, category, famille, gamme"),
            "list_price": _names("list price, price, sales price, unit price, prix"),
            "unit_cost": _names("unit cost, cost, cout"),
            "currency": _CURRENCY,
        },
    ),
    "reps": Aliases(
        _names("rep, user, owner, agent, sales team, employee, people, staff, commercia, vendeur, utilisateur"),
        {
            "rep_id": _names("rep id, user id, owner id, employee id, record id, id, sales agent, agent, rep"),
            "name": _names("name, full name, user name, sales agent, display name, nom, nom complet, agent, rep"),
            "email": _names("email, e mail, mail, courriel"),
            "team_id": _names("team id, team, manager, equipe"),
            "role": _names("role, fonction"),
            "timezone": _names("timezone, time zone, fuseau horaire"),
            "hired_on": _names("hired on, hire date, start date, date d embauche"),
        },
    ),
    "costs": Aliases(
        _names("cost, spend, expense, budget, depense, cout"),
        {
            "cost_id": _names("cost id, expense id, id"),
            "from_on": _names("from on, from, start date, date de debut"),
            "to_on": _names("to on, to, end date, date de fin"),
            "amount": _names("amount, cost, spend, montant, amount cents, cost cents"),
            "currency": _CURRENCY,
            "function": _names("function, department, fonction"),
            "category": _names("category, type, categorie"),
            "rep_id": _REP,
            "campaign": _names("campaign, campagne"),
        },
    ),
    "cancellations": Aliases(
        _names("cancel, churn, resiliation"),
        {
            "subscription_id": _names("subscription id, contract id, subscription, contract, abonnement"),
            "canceled_at": _names(
                "canceled at, cancelled at, cancel date, canceled date, cancelled date, churn date, "
                "date de resiliation, resilie le"
            ),
            "reason": _names("reason, reason code, cancellation reason, churn reason, motif, raison"),
            "comment": _names("comment, feedback, feedback text, cancellation comment, commentaire"),
        },
    ),
    "feedback": Aliases(
        _names("feedback, survey, nps, csat, review, ticket, enquete, avis"),
        {
            "feedback_id": _names("feedback id, response id, survey id, ticket id, review id, id"),
            "occurred_at": _names("occurred at, responded at, submitted at, closed at, date, created at, repondu le"),
            "kind": _names("kind, survey type, type"),
            "score": _names("score, rating, nps score, satisfaction score, note"),
            "comment": _names("comment, feedback, feedback text, verbatim, commentaire, text"),
            "account_id": _ACCOUNT,
            "rep_id": _REP,
        },
    ),
}
"""Tables that a proposal looks for; the others are mapped by hand."""

WORDS: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = {
    ("deals", "status"): {
        "won": _names("won, closed won, closedwon, gagne, gagnee, signed, signe, true, yes, oui, 1"),
        "lost": _names("lost, closed lost, closedlost, perdu, perdue, no go, abandoned, abandonne"),
        "open": _names("open, ouvert, ouverte, en cours, in progress, false, no, non, 0"),
    },
    ("touches", "kind"): {
        "email": _names("email, e mail, mail, incoming email, outgoing email, courriel"),
        "call": _names("call, phone, telephone, appel, phone call"),
        "meeting": _names("meeting, event, rendez vous, rdv, visit, demo"),
        "chat": _names("chat, live chat, conversation"),
        "sms": _names("sms, text message"),
        "social": _names("social, linkedin, linked in"),
        "letter": _names("letter, post, courrier"),
    },
    ("touches", "direction"): {
        "outbound": _names("outbound, outgoing, sent, email, forwarded email, sortant"),
        "inbound": _names("inbound, incoming, received, incoming email, entrant"),
    },
    ("leads", "heat"): {
        "hot": _names("hot, chaud, high"),
        "warm": _names("warm, tiede, medium"),
        "cold": _names("cold, froid, low"),
    },
    ("feedback", "kind"): {
        "nps": _names("nps"),
        "csat": _names("csat, satisfaction"),
        "ces": _names("ces, effort"),
        "review": _names("review, avis"),
        "comment": _names("comment, commentaire"),
    },
    ("costs", "function"): {"sales": _names("sales, ventes"), "marketing": _names("marketing")},
}
"""Column with choices -> its values -> what exports call them, folded."""


CURRENCIES = ("EUR", "USD", "GBP", "CHF", "CAD")
"""Offered as answers, and known at the end of a column's name."""


def currency_in(name: str) -> str | None:
    """The currency that a column's name ends with: ``Amount (USD)``."""
    last = fold(name).rpartition(" ")[2].upper()
    return last if last in CURRENCIES else None


def without_currency(name: str) -> str:
    """A name for comparing, without the currency at its end."""
    return fold(name) if currency_in(name) is None else fold(name).rpartition(" ")[0]


def is_minor(name: str) -> bool:
    """Whether a column's name says that its amounts are in the currency's smallest unit."""
    words = set(fold(name).split())
    return bool(words & {"cents", "centimes", "minor"})
