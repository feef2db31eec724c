"""Columns of the canonical tables that record what happened: deals, money, subscriptions, voices."""

from __future__ import annotations

import numpy as np

from efficace.simulate.cells import Cells, dates, flags, ids, instants, integers, money, numbers, same, texts, words
from efficace.simulate.clock import DAY, day_of, to_date
from efficace.simulate.customers import FOREVER, Customers, Offers
from efficace.simulate.deals import DEAL_KINDS, LOST_REASONS, NEW, Deals
from efficace.simulate.directory import Directory
from efficace.simulate.draws import NONE, Ints, Streams, chance
from efficace.simulate.fate import OBJECTS, Ownership
from efficace.simulate.leads import SOURCES
from efficace.simulate.market import LOCATIONS, MONEY_CODES, STORE_COUNT, Accounts
from efficace.simulate.money import Costs, Target
from efficace.simulate.orders import CHANNELS, LINE_KINDS, Lines, unit_cost
from efficace.simulate.people import People
from efficace.simulate.rows import Columns, product_ids, rep_ids, team_ids, territory_ids
from efficace.simulate.settings import SimulationSettings
from efficace.simulate.stages import PIPELINES, STAGE_NAMES, STAGES, Visits
from efficace.simulate.subscriptions import CHANGES, REASONS, Cancellations, Contracts, Stretches
from efficace.simulate.texts_en import ENGLISH
from efficace.simulate.texts_fr import FRENCH
from efficace.simulate.voice import MOODS, SCALES, SURVEYS, Voices

FORECAST_CATEGORIES = ("pipeline", "best_case", "commit", "closed", "omitted")


def stages() -> Columns:
    """The stages of every pipeline."""
    rows = [(PIPELINES[p], *stage, place) for p, steps in enumerate(STAGES) for place, stage in enumerate(steps)]
    pipeline, stage, kind, probability, place = zip(*rows, strict=True)
    return {
        "pipeline": texts(pipeline),
        "stage": texts(stage),
        "position": integers(np.array(place) + 1),
        "kind": texts(kind),
        "probability": numbers(np.array(probability)),
    }


def deals(found: Deals, stage: Ints, accounts: Accounts, people: People, end: int, streams: Streams) -> Columns:
    """Deals as they stand at the end of the history; ``stage`` indexes ``STAGE_NAMES``."""
    rng = streams.of("deal_rows")
    n, number, closed = found.n, np.arange(found.n), found.is_closed(end)
    status = np.where(closed, np.where(found.won, 1, 2), 0)
    held = (found.handed_over == NONE) | (found.handed_over < end)
    probable = np.array([p for steps in STAGES for _, _, p in steps])[stage]
    category = np.where(closed, np.where(found.won, 3, 4), np.where(probable > 0.7, 2, np.where(probable > 0.35, 1, 0)))
    guess = found.closed + (rng.normal(0, 0.35, n) * (found.closed - found.created)).astype(np.int64)
    return {
        "deal_id": ids("D", number),
        "created_at": instants(found.created),
        "status": words(("open", "won", "lost"), status),
        "closed_at": instants(np.where(closed, found.closed, NONE)),
        "kind": words(DEAL_KINDS, found.kind),
        "account_id": ids("A", found.account),
        "rep_id": rep_ids(np.where(held, found.rep, found.first_rep)),
        "lead_id": ids("L", found.lead),
        "product_id": product_ids().take(found.product),
        "territory_id": territory_ids(people, accounts.territory[found.account]),
        "pipeline": words(PIPELINES, found.pipeline),
        "stage": words(STAGE_NAMES, stage),
        "amount": money(found.amount),
        "currency": words(MONEY_CODES, found.currency),
        "expected_close_on": dates(np.maximum(day_of(guess), day_of(found.created) + 7)),
        "forecast_category": words(FORECAST_CATEGORIES, category),
        "lost_reason": words(LOST_REASONS, np.where(status == 2, rng.integers(0, len(LOST_REASONS), n), NONE)),
    }


def stage_changes(visits: Visits, found: Deals, end: int) -> Columns:
    """Stage entries inside the history, by whoever held the deal then."""
    kept = visits.at < end
    deal, at = visits.deal[kept], visits.at[kept]
    early = (found.handed_over[deal] != NONE) & (at < found.handed_over[deal])
    return {
        "deal_id": ids("D", deal),
        "entered_at": instants(at),
        "stage": words(STAGE_NAMES, visits.stage[kept]),
        "pipeline": words(PIPELINES, found.pipeline[deal]),
        "from_stage": words(STAGE_NAMES, visits.before[kept]),
        "rep_id": rep_ids(np.where(early, found.first_rep[deal], found.rep[deal])),
        "evidence": words(("log", "snapshot_diff"), (deal % 20 == 0).astype(np.int64)),
    }


def deal_changes(found: Deals, end: int, streams: Streams) -> Columns:
    """Earlier amounts of one deal in seven, earlier dates of one in five, changes of owner."""
    rng = streams.of("deal_changes")
    span = found.known_end(end) - found.created
    roomy = span > 2 * DAY
    parts = []
    for kind, share in ((0, 0.15), (1, 0.2)):
        deal = np.flatnonzero(chance(rng, share, found.n) & roomy)
        parts.append(
            (
                deal,
                np.full(len(deal), kind),
                found.created[deal] + (span[deal] * rng.uniform(0.1, 0.9, len(deal))).astype(np.int64),
            )
        )
    moved = np.flatnonzero((found.handed_over != NONE) & (found.handed_over < end))
    parts.append((moved, np.full(len(moved), 2), found.handed_over[moved]))
    deal, field, at = (np.concatenate([part[index] for part in parts]) for index in range(3))
    order = np.lexsort((at, field, deal))
    deal, field, at = deal[order], field[order], at[order]
    old, new = _values(rng, found, deal, field)
    return {
        "deal_id": ids("D", deal),
        "field": words(("amount", "expected_close_on", "owner"), field),
        "changed_at": instants(at),
        "old_value": texts(old),
        "new_value": texts(new),
        "rep_id": rep_ids(np.where(field == 2, found.first_rep[deal], found.rep[deal])),
        "evidence": same("log", len(deal)),
    }


def _values(rng: np.random.Generator, found: Deals, deal: Ints, field: Ints) -> tuple[list[str], list[str]]:
    """Old and new value of each change as text; the new amount is the one that the deal has."""
    factor = rng.uniform(0.7, 1.35, len(deal))
    slip = rng.integers(-20, 45, len(deal))
    amount, due = found.amount[deal], day_of(found.closed[deal])
    old, new = [], []
    for row, kind in enumerate(field):
        if kind == 0:
            old.append(f"{amount[row] * factor[row]:.2f}")
            new.append(f"{amount[row]:.2f}")
        elif kind == 1:
            old.append(to_date(due[row] - slip[row]).isoformat())
            new.append(to_date(due[row]).isoformat())
        else:
            old.append(f"R{found.first_rep[deal[row]] + 1:03d}")
            new.append(f"R{found.rep[deal[row]] + 1:03d}")
    return old, new


def deal_credits(found: Deals, people: People, streams: Streams) -> Columns:
    """One deal in twenty, whatever became of it, is shared 70 to 30 with a colleague of the team who helped."""
    rng = streams.of("deal_credits")
    deal = np.flatnonzero((found.kind == NEW) & chance(rng, 0.05, found.n))
    helper = found.rep[deal].copy()
    for rep in np.unique(helper):
        others = people.handlers & people.permanent & (people.team == people.team[rep])
        others[rep] = False
        mine = found.rep[deal] == rep
        helper[mine] = rng.choice(np.flatnonzero(others), int(mine.sum()))
    return {
        "deal_id": ids("D", np.repeat(deal, 2)),
        "rep_id": rep_ids(np.column_stack([found.rep[deal], helper]).ravel()),
        "share": numbers(np.tile([0.7, 0.3], len(deal))),
    }


def owners_over_time(held: Ownership, territory: Ints, people: People) -> Columns:
    """Spells of ownership of leads, accounts or deals; ``territory`` is that of each row."""
    team = np.where(held.rep == NONE, people.place_team[territory], people.team[held.rep])
    prefix = {"lead": "L", "account": "A", "deal": "D"}[OBJECTS[held.what]]
    n = len(held.number)
    return {
        "object": same(OBJECTS[held.what], n),
        "object_id": ids(prefix, held.number),
        "from_at": instants(held.start),
        "to_at": instants(held.end),
        "rep_id": rep_ids(held.rep),
        "team_id": team_ids(people, team),
        "territory_id": territory_ids(people, territory),
        "evidence": same("log", n),
    }


def order_lines(settings: SimulationSettings, lines: Lines, accounts: Accounts) -> Columns:
    """Order lines; what is sold in a store takes its place from the store."""
    number = np.arange(lines.n)
    town = accounts.town[lines.account]
    in_store = lines.location < STORE_COUNT
    services = np.array([product.startswith(("ONBOARD", "TRAIN", "CONSULT")) for product in product_ids().to_pylist()])
    served = services[lines.product]
    day = day_of(lines.at)
    return {
        "line_id": ids("OL", number),
        "ordered_at": instants(lines.at),
        "product_id": product_ids().take(lines.product),
        "units": numbers(lines.units),
        "kind": words(LINE_KINDS, lines.kind),
        "unit_price": money(lines.price),
        "discount": money(lines.discount),
        "currency": words(MONEY_CODES, accounts.currency[lines.account]),
        "unit_cost": money(unit_cost(settings, lines), empty=~np.isin(lines.kind, (0, 1))),
        "order_id": ids("O", lines.order),
        "account_id": ids("A", lines.account),
        "rep_id": rep_ids(lines.rep),
        "deal_id": ids("D", lines.deal),
        "location_id": words([f"LOC-{place[0]}" for place in LOCATIONS], lines.location),
        "channel": words(CHANNELS, lines.channel),
        "country": words([place[0] for place in accounts.towns], np.where(in_store, NONE, town)),
        "region": words([place[1] for place in accounts.towns], np.where(in_store, NONE, town)),
        "city": words([place[2] for place in accounts.towns], np.where(in_store, NONE, town)),
        "service_from": dates(np.where(served, day + 7, NONE)),
        "service_to": dates(np.where(served, day + 37, NONE)),
    }


def subscription_periods(rows: Stretches, contracts: Contracts, customers: Customers, last: int) -> Columns:
    """Stretches of subscriptions; those that end after the history are running."""
    who = contracts.customer[rows.contract]
    return {
        "subscription_id": ids("SUB", rows.contract),
        "from_on": dates(rows.start),
        "to_on": dates(np.where((rows.end >= last) | (rows.end >= FOREVER // 2), NONE, rows.end)),
        "account_id": ids("A", customers.account[who]),
        "product_id": product_ids().take(rows.product),
        "mrr": money(rows.mrr),
        "currency": words(MONEY_CODES, customers.currency[who]),
        "quantity": numbers(rows.seats),
        "trial": flags(rows.trial),
        "paused": flags(rows.paused),
        "term_ends_on": dates(rows.term_ends),
        "rep_id": rep_ids(np.where(contracts.main[rows.contract], customers.rep[who], customers.care[who])),
        "change_kind": words(CHANGES, rows.change),
    }


def cancellations(
    found: Cancellations, contracts: Contracts, customers: Customers, directory: Directory, streams: Streams
) -> Columns:
    """Half of those who cancel say why in their own words."""
    who = contracts.customer[found.contract]
    contact = directory.contacts.of_account(customers.account[who])
    said = chance(streams.of("cancel_comments"), 0.5, len(who))
    french = directory.contacts.french[contact]
    comment = [*ENGLISH.leaving, *FRENCH.leaving]
    return {
        "subscription_id": ids("SUB", found.contract),
        "canceled_at": instants(found.at),
        "effective_on": dates(found.effective),
        "reason": words(REASONS, found.reason),
        "comment": words(comment, np.where(said, found.reason + len(REASONS) * french, NONE)),
        "voluntary": flags(found.voluntary),
    }


def offers(found: Offers, customers: Customers, last: int) -> Columns:
    """Offers in order of time; those not decided by the end are pending."""
    order = np.lexsort((found.customer, found.offered))
    who, decided = found.customer[order], found.decided[order]
    known = decided < last
    outcome = np.where(known, np.where(found.accepted[order], 0, 1), 2)
    number = np.arange(len(order))
    return {
        "offer_id": ids("OF", number),
        "offered_at": instants(found.offered[order] * DAY + 36_000 + number % 20_000),
        "account_id": ids("A", customers.account[who]),
        "product_id": product_ids().take(found.product[order]),
        "kind": words(("cross_sell", "upsell"), found.upsell[order].astype(np.int64)),
        "rep_id": rep_ids(customers.care[who]),
        "channel": words(("call", "email", "meeting"), number % 3),
        "outcome": words(("accepted", "declined", "pending"), outcome),
        "decided_at": instants(np.where(known, decided * DAY + 40_000, NONE)),
        "reason": words(("price", "no need", "later"), np.where(outcome == 1, number % 3, NONE)),
    }


def costs(found: Costs, campaigns: tuple[str, ...]) -> Columns:
    """What selling cost."""
    return {
        "cost_id": ids("CO", np.arange(found.n)),
        "from_on": dates(found.start),
        "to_on": dates(found.end),
        "amount": money(found.amount),
        "currency": same("EUR", found.n),
        "function": words(("sales", "marketing"), found.function),
        "category": texts(found.category),
        "rep_id": rep_ids(found.rep),
        "source": words(SOURCES, found.source),
        "campaign": words(campaigns, found.campaign),
    }


def feedback(found: Voices, customers: Customers) -> Columns:
    """Surveys, with the answer where one came."""
    answered, wrote = found.score != NONE, found.comment != NONE
    low, high = (np.array(side)[found.survey] for side in zip(*SCALES, strict=True))
    account = customers.account[found.customer]
    return {
        "feedback_id": ids("F", np.arange(found.n)),
        "occurred_at": instants(found.at),
        "kind": words(SURVEYS, found.survey),
        "score": numbers(found.score, ~answered),
        "scale_min": numbers(low),
        "scale_max": numbers(high),
        "comment": _comments(found),
        "language": words(("en", "fr"), np.where(wrote, found.french, NONE)),
        "account_id": ids("A", account),
        "contact_id": ids("C", found.contact),
        "rep_id": rep_ids(customers.care[found.customer]),
        "product_id": product_ids().take(customers.product[found.customer]),
    }


def _comments(found: Voices) -> Cells:
    flat: list[str] = []
    code = np.full(found.n, NONE)
    for french, wording in enumerate((ENGLISH, FRENCH)):
        for mood, name in enumerate(MOODS):
            rows = (found.french == french) & (found.mood == mood) & (found.comment != NONE)
            code[rows] = len(flat) + found.comment[rows] % len(wording.comments[name])
            flat += wording.comments[name]
    return words(flat, code)


def targets(found: list[Target]) -> Columns:
    """Forecasts, budgets and goals."""
    return {
        "target_id": ids("TG", np.arange(len(found))),
        "metric": texts([target.metric for target in found]),
        "from_on": dates(np.array([target.start for target in found])),
        "to_on": dates(np.array([target.end for target in found])),
        "value": numbers(np.array([target.value for target in found])),
        "kind": texts([target.kind for target in found]),
        "made_on": dates(np.array([target.made for target in found])),
        "rep_id": rep_ids(np.array([target.rep for target in found])),
    }
