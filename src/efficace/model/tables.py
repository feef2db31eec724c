"""The canonical tables as typed declarations; what a row needs and when its columns became known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds; the engine's type follows from it."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    INSTANT = "instant"
    DATE = "date"
    BOOLEAN = "boolean"


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    Attributes:
        required: A row without a value is rejected.
        key: Part of the key by which rows are upserted.
        choices: The only values allowed; empty = any.
        refers: ``table`` whose key this column holds; an unknown one is loaded and listed.
    """

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    key: bool = False
    choices: tuple[str, ...] = ()
    refers: str | None = None
    meaning: str = ""


@dataclass(frozen=True)
class Table:
    """One canonical table.

    Attributes:
        happened: The column before which a row did not exist (as-of drops later rows); None = always known.
        later: For each instant or date column that may lie after as-of: what the columns read
            before it (``None`` = empty).
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    happened: str | None = None
    later: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.key)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    @property
    def stored_columns(self) -> tuple[Column, ...]:
        """Own columns, then those of ``LINEAGE`` whose names are free: a lead's ``source`` is where it came from."""
        own = {column.name for column in self.columns}
        return (*self.columns, *(column for column in LINEAGE if column.name not in own))

    def column(self, name: str) -> Column:
        """Find a column by name.

        Raises:
            KeyError: If the table has no such column.
        """
        for column in self.stored_columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")


LINEAGE: tuple[Column, ...] = (
    Column("source", meaning="The source that the row came from."),
    Column("source_id", meaning="The row's key in that source."),
    Column("source_updated_at", Kind.INSTANT, meaning="When the source last changed the row."),
    Column("deleted_at", Kind.INSTANT, meaning="When the source deleted the row; it is then gone for every as-of."),
    Column("loaded_at", Kind.INSTANT, meaning="When the load that brought the row began."),
)
"""Columns that every canonical table carries beside its own."""


def _key(name: str, kind: Kind = Kind.TEXT, **more: object) -> Column:
    return Column(name, kind, required=True, key=True, **more)  # type: ignore[arg-type]  # kwargs of Column


def _need(name: str, kind: Kind = Kind.TEXT, **more: object) -> Column:
    return Column(name, kind, required=True, **more)  # type: ignore[arg-type]  # kwargs of Column


def _rep(name: str = "rep_id", meaning: str = "") -> Column:
    return Column(name, refers="reps", meaning=meaning)


def _account(name: str = "account_id") -> Column:
    return Column(name, refers="accounts")


HEAT = ("cold", "warm", "hot")
EVIDENCE = ("log", "first_entry_only", "snapshot_diff", "inferred")

TABLES: tuple[Table, ...] = (
    Table(
        "reps",
        "People who sell or look after customers.",
        (
            _key("rep_id"),
            _need("name"),
            Column("email"),
            Column("team_id", refers="teams"),
            _rep("manager_id"),
            Column("role", choices=("sdr", "ae", "am", "csm", "manager")),
            Column("timezone", meaning="IANA zone of the rep's working day."),
            Column("hired_on", Kind.DATE),
            Column("left_on", Kind.DATE, meaning="First day on which the rep no longer works here."),
        ),
    ),
    Table(
        "teams",
        "Teams and the teams that they belong to.",
        (_key("team_id"), _need("name"), Column("parent_id", refers="teams")),
    ),
    Table(
        "territories",
        "Sales territories and the territories that they lie in.",
        (_key("territory_id"), _need("name"), Column("parent_id", refers="territories")),
    ),
    Table(
        "territory_assignments",
        "Which rep or team works a territory, and when.",
        (
            _key("territory_id", refers="territories"),
            _rep(),
            Column("team_id", refers="teams"),
            _key("from_on", Kind.DATE),
            Column("to_on", Kind.DATE, meaning="First day not covered; empty = still."),
        ),
        happened="from_on",
        later={"to_on": {"to_on": None}},
    ),
    Table(
        "calendars",
        "Opening hours of a rep, a team or (neither named) the company; several intervals a day are allowed.",
        (
            _key("calendar_id"),
            _rep(),
            Column("team_id", refers="teams"),
            _need("timezone"),
            _key("weekday", Kind.INTEGER, meaning="1 = Monday to 7 = Sunday."),
            _key("opens", meaning="HH:MM."),
            _need("closes", meaning="HH:MM; 24:00 = midnight."),
        ),
    ),
    Table(
        "calendar_exceptions",
        "Days on which a calendar differs: closed, or other hours.",
        (
            _key("calendar_id", refers="calendars"),
            _key("day_on", Kind.DATE),
            _need("open", Kind.BOOLEAN),
            Column("opens", meaning="HH:MM; empty = the weekday's hours."),
            Column("closes", meaning="HH:MM."),
        ),
    ),
    Table(
        "accounts",
        "Companies that are or may become customers.",
        (
            _key("account_id"),
            _need("name"),
            Column("industry"),
            Column("segment"),
            Column("employees", Kind.INTEGER),
            Column("country"),
            Column("region"),
            Column("city"),
            Column("domain"),
            Column("territory_id", refers="territories"),
            _rep("owner_rep_id", "Present owner."),
            Column("created_at", Kind.INSTANT),
        ),
    ),
    Table(
        "contacts",
        "People at accounts.",
        (
            _key("contact_id"),
            _account(),
            Column("name"),
            Column("email"),
            Column("title"),
            Column("language"),
            Column("timezone"),
        ),
    ),
    Table(
        "products",
        "What is sold.",
        (
            _key("product_id"),
            _need("name"),
            Column("family", meaning="The service or line that it belongs to."),
            Column("tier", Kind.INTEGER, meaning="Rank inside the family; higher = more premium."),
            Column("unit_cost", Kind.MONEY),
            Column("list_price", Kind.MONEY),
            Column("currency"),
        ),
    ),
    Table(
        "locations",
        "Places where something is sold.",
        (
            _key("location_id"),
            _need("name"),
            Column("kind", choices=("store", "online", "warehouse")),
            Column("city"),
            Column("region"),
            Column("country"),
        ),
    ),
    Table(
        "leads",
        "Prospects that made themselves known.",
        (
            _key("lead_id"),
            _need("created_at", Kind.INSTANT, meaning="First made itself known."),
            Column("source"),
            Column("campaign"),
            Column("heat", choices=HEAT),
            Column("score", Kind.NUMBER),
            _rep(meaning="Present owner."),
            Column("contact_id", refers="contacts"),
            _account(),
            Column("territory_id", refers="territories"),
            Column("country"),
            Column("status"),
            Column("converted_at", Kind.INSTANT),
            Column("deal_id", refers="deals"),
            Column("disqualified_at", Kind.INSTANT),
            Column("disqualified_reason"),
        ),
        happened="created_at",
        later={
            "converted_at": {"converted_at": None, "deal_id": None},
            "disqualified_at": {"disqualified_at": None, "disqualified_reason": None},
        },
    ),
    Table(
        "lead_signals",
        "One row each time a prospect makes itself known.",
        (
            _key("signal_id"),
            _need("lead_id", refers="leads"),
            _need("occurred_at", Kind.INSTANT),
            _need("kind", meaning="demo_request, contact_form, white_paper, webinar, event, call_in, chat..."),
            Column("heat", choices=HEAT),
            Column("source"),
            Column("campaign"),
            Column("page"),
            Column("touch_id", refers="touches", meaning="The call or chat that the signal came by."),
        ),
        happened="occurred_at",
    ),
    Table(
        "touches",
        "Mails, calls, meetings and messages, in and out.",
        (
            _key("touch_id"),
            _need("occurred_at", Kind.INSTANT),
            _need("kind", choices=("email", "call", "meeting", "chat", "sms", "social", "letter")),
            _need("direction", choices=("outbound", "inbound")),
            Column("automated", Kind.BOOLEAN, meaning="Sent by a machine; empty = by a person."),
            _rep(),
            Column("lead_id", refers="leads"),
            Column("contact_id", refers="contacts"),
            _account(),
            Column("deal_id", refers="deals"),
            Column("ended_at", Kind.INSTANT),
            Column("logged_at", Kind.INSTANT),
            Column("duration_seconds", Kind.NUMBER),
            Column("subject"),
            Column("body"),
            Column("body_kind", choices=("full", "features_only", "redacted", "none")),
            Column("language"),
            Column("template_id"),
            Column("sequence_id"),
            Column("step_no", Kind.INTEGER),
            Column("thread_id"),
            Column("message_id"),
            Column("in_reply_to"),
            Column(
                "status",
                choices=(
                    "sent",
                    "delivered",
                    "bounced",
                    "spam",
                    "promotions",
                    "failed",
                    "connected",
                    "no_answer",
                    "voicemail",
                    "held",
                    "no_show",
                ),
                meaning="Empty = sent.",
            ),
            Column("opened_at", Kind.INSTANT),
            Column("clicked_at", Kind.INSTANT),
            Column("replied_at", Kind.INSTANT),
            Column("outcome", choices=("positive", "negative", "meeting", "none")),
        ),
        happened="occurred_at",
        later={
            "opened_at": {"opened_at": None},
            "clicked_at": {"clicked_at": None},
            "replied_at": {"replied_at": None, "outcome": None},
        },
    ),
    Table(
        "touch_links",
        "Further objects that a touch is about, beside the primary ones on the touch.",
        (
            _key("touch_id", refers="touches"),
            _key("object", choices=("contact", "lead", "account", "deal")),
            _key("object_id"),
            Column("role", choices=("to", "cc", "attendee", "about")),
        ),
    ),
    Table(
        "stages",
        "The stages of each pipeline in their order.",
        (
            _key("pipeline"),
            _key("stage"),
            _need("position", Kind.INTEGER),
            _need("kind", choices=("open", "won", "lost")),
            Column("probability", Kind.NUMBER),
        ),
    ),
    Table(
        "deals",
        "Chances to sell, open, won or lost.",
        (
            _key("deal_id"),
            _need("created_at", Kind.INSTANT),
            _need("status", choices=("open", "won", "lost")),
            Column("closed_at", Kind.INSTANT),
            Column("kind", choices=("new", "renewal", "upsell", "cross_sell")),
            _account(),
            _rep(meaning="Present owner."),
            Column("lead_id", refers="leads"),
            Column("product_id", refers="products"),
            Column("territory_id", refers="territories"),
            Column("pipeline"),
            Column("stage"),
            Column("amount", Kind.MONEY),
            Column("currency"),
            Column("expected_close_on", Kind.DATE),
            Column("forecast_category"),
            Column("lost_reason"),
        ),
        happened="created_at",
        later={"closed_at": {"closed_at": None, "status": "open", "lost_reason": None}},
    ),
    Table(
        "stage_changes",
        "When a deal entered a stage; it may come back to one.",
        (
            _key("deal_id", refers="deals"),
            _key("entered_at", Kind.INSTANT),
            _key("stage"),
            Column("pipeline"),
            Column("from_stage"),
            _rep(),
            Column("evidence", choices=EVIDENCE),
        ),
        happened="entered_at",
    ),
    Table(
        "deal_changes",
        "Earlier values of a deal's amount, expected date, forecast category and owner.",
        (
            _key("deal_id", refers="deals"),
            _key("field", choices=("amount", "expected_close_on", "forecast_category", "owner")),
            _key("changed_at", Kind.INSTANT),
            Column("old_value"),
            Column("new_value"),
            _rep(),
            Column("evidence", choices=EVIDENCE),
        ),
    ),
    Table(
        "deal_credits",
        "Split credit for a deal; the shares of a deal sum to 1.",
        (
            _key("deal_id", refers="deals"),
            _key("rep_id", refers="reps"),
            _need("share", Kind.NUMBER),
        ),
    ),
    Table(
        "owners_over_time",
        "Who held a lead, an account or a deal, and when.",
        (
            _key("object", choices=("lead", "account", "deal")),
            _key("object_id"),
            _key("from_at", Kind.INSTANT),
            Column("to_at", Kind.INSTANT, meaning="First instant not covered; empty = still."),
            _rep(meaning="Empty = a queue."),
            Column("team_id", refers="teams"),
            Column("territory_id", refers="territories"),
            Column("evidence", choices=EVIDENCE),
        ),
        happened="from_at",
        later={"to_at": {"to_at": None}},
    ),
    Table(
        "order_lines",
        "What was sold and returned, line by line.",
        (
            _key("line_id"),
            _need("ordered_at", Kind.INSTANT),
            _need("product_id", refers="products"),
            _need("units", Kind.NUMBER, meaning="Negative = returned."),
            Column("kind", choices=("sale", "return", "credit", "fee", "tax", "proration")),
            Column("unit_price", Kind.MONEY),
            Column("discount", Kind.MONEY, meaning="Money off the whole line."),
            Column("currency"),
            Column("unit_cost", Kind.MONEY),
            Column("order_id"),
            _account(),
            _rep(),
            Column("deal_id", refers="deals"),
            Column("location_id", refers="locations"),
            Column("channel", choices=("store", "online", "rep", "partner")),
            Column("country"),
            Column("region"),
            Column("city"),
            Column("service_from", Kind.DATE),
            Column("service_to", Kind.DATE, meaning="First day not covered."),
        ),
        happened="ordered_at",
    ),
    Table(
        "subscription_periods",
        "One row for each stretch of a subscription with unchanged product, quantity and price.",
        (
            _key("subscription_id"),
            _key("from_on", Kind.DATE),
            Column("to_on", Kind.DATE, meaning="First day not covered; empty = running."),
            _need("account_id", refers="accounts"),
            _need("product_id", refers="products"),
            _need("mrr", Kind.MONEY),
            Column("currency"),
            Column("quantity", Kind.NUMBER),
            Column("trial", Kind.BOOLEAN),
            Column("paused", Kind.BOOLEAN),
            Column("term_ends_on", Kind.DATE, meaning="First day after the paid term."),
            _rep(meaning="Who sold."),
            Column("change_kind"),
        ),
        happened="from_on",
        later={"to_on": {"to_on": None}},
    ),
    Table(
        "cancellations",
        "Subscribers who cancelled, when and why.",
        (
            _key("subscription_id"),
            _key("canceled_at", Kind.INSTANT),
            Column("effective_on", Kind.DATE),
            Column("reason"),
            Column("comment"),
            Column("voluntary", Kind.BOOLEAN),
        ),
        happened="canceled_at",
    ),
    Table(
        "offers",
        "Further products offered to customers, refused ones too.",
        (
            _key("offer_id"),
            _need("offered_at", Kind.INSTANT),
            _need("account_id", refers="accounts"),
            _need("product_id", refers="products"),
            Column("kind", choices=("upsell", "cross_sell", "renewal")),
            _rep(),
            Column("channel"),
            Column("outcome", choices=("accepted", "declined", "pending")),
            Column("decided_at", Kind.INSTANT),
            Column("reason"),
        ),
        happened="offered_at",
        later={"decided_at": {"decided_at": None, "outcome": "pending", "reason": None}},
    ),
    Table(
        "costs",
        "What sales and marketing cost, spread evenly over the days that a row covers.",
        (
            _key("cost_id"),
            _need("from_on", Kind.DATE),
            _need("to_on", Kind.DATE, meaning="First day not covered."),
            _need("amount", Kind.MONEY),
            Column("currency"),
            _need("function", choices=("sales", "marketing")),
            Column("category", meaning="salary, commission, advertising, tools, events..."),
            _rep(),
            Column("team_id", refers="teams"),
            Column("territory_id", refers="territories"),
            Column("source"),
            Column("campaign"),
        ),
        happened="from_on",
    ),
    Table(
        "feedback",
        "What customers said when asked, and unasked.",
        (
            _key("feedback_id"),
            _need("occurred_at", Kind.INSTANT),
            _need("kind", choices=("nps", "csat", "ces", "review", "comment", "call_note")),
            Column("score", Kind.NUMBER, meaning="Empty = asked, not answered."),
            Column("scale_min", Kind.NUMBER),
            Column("scale_max", Kind.NUMBER),
            Column("comment"),
            Column("language"),
            _account(),
            Column("contact_id", refers="contacts"),
            Column("deal_id", refers="deals"),
            _rep(),
            Column("product_id", refers="products"),
        ),
        happened="occurred_at",
    ),
    Table(
        "targets",
        "Goals, budgets and forecasts of a metric.",
        (
            _key("target_id"),
            _need("metric"),
            _need("from_on", Kind.DATE),
            _need("to_on", Kind.DATE, meaning="First day not covered."),
            _need("value", Kind.NUMBER),
            Column("kind", choices=("goal", "budget", "forecast")),
            Column("made_on", Kind.DATE),
            _rep(),
            Column("team_id", refers="teams"),
            Column("territory_id", refers="territories"),
            Column("product_id", refers="products"),
        ),
        happened="made_on",
    ),
    Table(
        "fx_rates",
        "Units of the company's currency for 1 of another, by day.",
        (
            _key("rate_on", Kind.DATE),
            _key("currency"),
            _need("rate", Kind.NUMBER),
        ),
    ),
    Table(
        "identity_links",
        "Which records of the sources are one and the same.",
        (
            _key("entity", choices=("account", "contact", "rep", "product", "lead", "deal")),
            _key("source"),
            _key("source_id"),
            _need("canonical_id"),
            _need("method", choices=("same_key", "email", "domain", "name", "model", "person")),
            Column("confidence", Kind.NUMBER),
            Column("decided_by"),
            Column("decided_at", Kind.INSTANT),
        ),
    ),
    Table(
        "source_status",
        "How fresh and complete each stream of each source is.",
        (
            _key("source"),
            _key("stream"),
            Column("newest_record_at", Kind.INSTANT),
            Column("last_success_at", Kind.INSTANT),
            Column("rows", Kind.INTEGER),
            Column("rejected", Kind.INTEGER),
            Column("gaps"),
            Column("note"),
        ),
    ),
)

BY_NAME: Mapping[str, Table] = {table.name: table for table in TABLES}

AS_OF_COLUMNS: tuple[str, ...] = (
    "occurred_at",
    "created_at",
    "closed_at",
    "entered_at",
    "ordered_at",
    "canceled_at",
    "offered_at",
    "from_on",
)
"""The newest of these, in any table, that is not later than the load, is the default as-of."""
