"""All settings as frozen dataclasses: each default in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from efficace.config.spans import Days, Months, Seconds

CONFIG_FILE = "efficace.yaml"


@dataclass(frozen=True)
class Company:
    """Who the company is; its zone cuts the days, its currency is that of every sum."""

    name: str = "Acme"
    timezone: str = "Europe/Paris"
    currency: str = "EUR"
    fiscal_year_start: int = 1
    country: str = "FR"


@dataclass(frozen=True)
class Hours:
    """Opening hours of those who have no calendar of their own."""

    days: str = "mon-fri"
    opens: str = "09:00"
    closes: str = "17:00"
    holidays: str = "FR"


@dataclass(frozen=True)
class Cycle:
    """Where a deal's clock starts."""

    starts: Literal["created", "qualified"] = "created"
    qualified_stage: str | None = None


@dataclass(frozen=True)
class Promise:
    """Within what time a person answers, by heat."""

    hot: Seconds = Seconds(300)
    warm: Seconds = Seconds(3600)
    cold: Seconds = Seconds(86400)


@dataclass(frozen=True)
class HeatRule:
    """Signals for which all that is named holds get the heat; the first rule that fits counts.

    Attributes:
        score_from: The lead's score, at least.
        new_within: The signal came at most so long after the lead made itself known first.
        again_within: The lead's signal before this one came at most so long ago; its first signal never fits.
        segment: Of the account, as ``industry``, ``employees_from`` and ``employees_up_to`` (both included).
        country: Of the lead, else of its account.
    """

    heat: Literal["cold", "warm", "hot"] = "warm"
    signal: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    score_from: float | None = None
    new_within: Seconds | None = None
    again_within: Seconds | None = None
    segment: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    employees_from: int | None = None
    employees_up_to: int | None = None


@dataclass(frozen=True)
class Scoring:
    """What a lead's score, learned from earlier leads, says of heats that neither the source nor a rule gives.

    Attributes:
        settled_after: A signal that has not led to a conversion by then counts as one that does not.
        hot_from: Hot from so many times the chance of all signals on.
        cold_below: Cold below so many times that chance.
    """

    settled_after: Days = Days(90)
    hot_from: float = 2.0
    cold_below: float = 0.5


@dataclass(frozen=True)
class Response:
    """How lead response is judged."""

    promise: Promise = field(default_factory=Promise)
    no_answer_stops: bool = True
    clock: Literal["elapsed", "business"] = "elapsed"
    heat: tuple[HeatRule, ...] = ()
    scoring: Scoring = field(default_factory=Scoring)


@dataclass(frozen=True)
class FollowUp:
    """How long a lead is followed up."""

    given_up_after: Days = Days(14)
    answer_window: Days = Days(14)


@dataclass(frozen=True)
class Acquisition:
    """How customers and their cost are counted."""

    reactivation_gap: Months = Months(12)
    lag: Months = Months(0)
    allocation: Literal["leads", "head", "none"] = "leads"


@dataclass(frozen=True)
class Churn:
    """When a customer counts as lost."""

    grace_days: Days = Days(30)
    pause_limit: Days = Days(60)
    inactivity: Months = Months(12)
    counted_at: Literal["term_end", "cancellation"] = "term_end"


@dataclass(frozen=True)
class Revenue:
    """Where revenue is read from."""

    source: Literal["auto", "order_lines", "subscriptions", "both"] = "auto"


@dataclass(frozen=True)
class Privacy:
    """The least group whose figures several people may read, and who may see a single person's.

    Attributes:
        individuals: ``teams``: each their own, managers those of their teams, analysts and admins all; ``managers``:
            managers those of every team too; ``everyone``: whoever signs in.
    """

    min_group: int = 5
    individuals: Literal["teams", "managers", "everyone"] = "teams"


@dataclass(frozen=True)
class StateSettings:
    """Where what people make is kept.

    Attributes:
        url: Empty: a SQLite file in the project's folder; else ``postgresql://user@host/database``.
        password_from: Environment variable that holds the password, so that none stands in a file.
    """

    url: str = field(default="", repr=False)
    password_from: str = ""


@dataclass(frozen=True)
class Oidc:
    """The OpenID Connect provider by which people sign in.

    Attributes:
        issuer: Its address, ``https://...``; empty: passwords alone.
        secret_from: Environment variable that holds the client's secret; empty for a public client.
        claim: What of the identity is the login of the account, at the first sign-in.
        admit: Role of those who have no account yet; ``none``: they may not enter.
    """

    issuer: str = ""
    client_id: str = ""
    secret_from: str = ""
    claim: str = "email"
    admit: Literal["none", "rep", "manager", "analyst", "executive"] = "none"


@dataclass(frozen=True)
class SignIn:
    """How people sign in besides by password."""

    oidc: Oidc = field(default_factory=Oidc)


@dataclass(frozen=True)
class SparkSettings:
    """Where Spark runs and where it publishes.

    Attributes:
        tables: Folder or address (``s3a://...``, ``hdfs://...``) of the published versions; empty: in the project.
        master: Of the cluster; empty: what the environment says, else this machine alone.
        settings: Further settings of Spark, each as ``name=value``.
    """

    tables: str = ""
    master: str = ""
    settings: tuple[str, ...] = ()


@dataclass(frozen=True)
class PostgresqlSettings:
    """The server that keeps the tables.

    Attributes:
        url: ``postgresql://user@host/database``; empty: the environment variable ``EFFICACE_POSTGRESQL_URL``.
        password_from: Environment variable that holds the password, so that none stands in a file.
        schema: Name that the schemas of the published versions begin with.
    """

    url: str = field(default="", repr=False)
    password_from: str = ""
    schema: str = "efficace"


@dataclass(frozen=True)
class Insights:
    """How sure a finding must be: of those named, at most this share by chance alone (0 to 1)."""

    false_discoveries: float = 0.05


@dataclass(frozen=True)
class Rubrics:
    """Limits of the grades of the four Ps, editable; each list runs from A to D, what is beyond is F."""

    promptness: tuple[Seconds, ...] = (Seconds(300), Seconds(3600), Seconds(86400), Seconds(604800))
    persistence: tuple[int, ...] = (8, 5, 3, 1)
    personalization: tuple[float, ...] = (0.75, 0.5, 0.35, 0.2)
    performance: tuple[float, ...] = (0.3, 0.2, 0.1, 0.05)


@dataclass(frozen=True)
class Config:
    """All settings of a project."""

    company: Company = field(default_factory=Company)
    hours: Hours = field(default_factory=Hours)
    cycle: Cycle = field(default_factory=Cycle)
    response: Response = field(default_factory=Response)
    follow_up: FollowUp = field(default_factory=FollowUp)
    acquisition: Acquisition = field(default_factory=Acquisition)
    churn: Churn = field(default_factory=Churn)
    revenue: Revenue = field(default_factory=Revenue)
    privacy: Privacy = field(default_factory=Privacy)
    state: StateSettings = field(default_factory=StateSettings)
    sign_in: SignIn = field(default_factory=SignIn)
    rubrics: Rubrics = field(default_factory=Rubrics)
    insights: Insights = field(default_factory=Insights)
    fx_max_age: Days = Days(7)
    engine: Literal["duckdb", "spark", "postgresql"] = "duckdb"
    spark: SparkSettings = field(default_factory=SparkSettings)
    postgresql: PostgresqlSettings = field(default_factory=PostgresqlSettings)
    sources: tuple[str, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.company.timezone)
