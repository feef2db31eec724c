"""``efficace.yaml`` as frozen dataclasses: each default in one place, unknown keys refused by name."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from efficace.errors import ConfigError, nearest
from efficace.locale.said import Said

CONFIG_FILE = "efficace.yaml"
CHANGES_FILE = "settings.json"
"""Beside it: what was changed in the app, a JSON object of dotted names. It wins over ``efficace.yaml``."""

_UNIT_SECONDS = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1,
    "min": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip
_SPAN = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([a-z]+)?\s*$")


class Seconds(int):
    """A length of time in whole seconds, written ``5 min``, ``1 h``, ``14 days``; a bare number is days."""

    @classmethod
    def parse(cls, value: object, where: str) -> Seconds:
        found = _SPAN.match(str(value).lower())
        unit = (found.group(2) or "days") if found else ""
        if not found or unit not in _UNIT_SECONDS:
            raise ConfigError(
                '{where}: "{value}" is no length of time. Write for example 5 min, 1 h or 14 days.',
                where=where,
                value=value,
            )
        return cls(round(float(found.group(1)) * _UNIT_SECONDS[unit]))


class Days(int):
    """A number of whole days; ``30`` or ``30 days``."""

    @classmethod
    def parse(cls, value: object, where: str) -> Days:
        seconds = Seconds.parse(value, where)
        if seconds % 86400:
            raise ConfigError('{where}: "{value}" is not a whole number of days.', where=where, value=value)
        return cls(seconds // 86400)


class Months(int):
    """A number of whole calendar months; ``12`` or ``12 months``."""

    @classmethod
    def parse(cls, value: object, where: str) -> Months:
        found = re.match(r"^\s*(\d+)\s*(months?|years?)?\s*$", str(value).lower())
        if not found:
            raise ConfigError(
                '{where}: "{value}" is no number of whole months. Write for example 12 months.',
                where=where,
                value=value,
            )
        return cls(int(found.group(1)) * (12 if (found.group(2) or "").startswith("year") else 1))


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


_WRITTEN_AS = {"source": "from"}
"""Setting names that are reserved words in Python: field of ``Revenue`` -> key in the file."""


def load_config(folder: Path) -> Config:
    """Read ``efficace.yaml`` of a project and what was changed in the app; defaults where there is no file.

    Raises:
        ConfigError: Naming the file and the key that is unknown or has no usable value.
    """
    path = folder / CONFIG_FILE
    config = parse_config(_read_yaml(path), where=str(path)) if path.exists() else Config()
    changes = changes_of(folder)
    return with_settings(config, changes) if changes else config


def changes_of(folder: Path) -> dict[str, Any]:
    """What was changed in the app: dotted name -> value as ``efficace.yaml`` would have it.

    Raises:
        ConfigError: If the file is damaged.
    """
    path = folder / CHANGES_FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError("{path}: not readable as JSON: {error}", path=path, error=error) from error
    if not isinstance(found, dict):
        raise ConfigError("{where}: expected settings (name: value), found {given!r}.", where=path, given=found)
    return found


def keep_changes(folder: Path, changes: Mapping[str, object]) -> None:
    """Write what was changed in the app, all or nothing.

    Raises:
        ConfigError: If a name is unknown or a value cannot be used; nothing is written then.
    """
    path = folder / CONFIG_FILE
    config = parse_config(_read_yaml(path), where=str(path)) if path.exists() else Config()
    with_settings(config, changes)
    target = folder / CHANGES_FILE
    beside = target.with_name(f"{CHANGES_FILE}.{os.getpid()}.tmp")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(dict(changes), file, ensure_ascii=False, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(target)


def _read_yaml(path: Path) -> object:
    import yaml

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError("{path}: not readable as YAML: {error}", path=path, error=error) from error


def parse_config(given: object, where: str = CONFIG_FILE) -> Config:
    """Turn the parsed YAML into settings.

    Raises:
        ConfigError: Naming the key that is unknown or has no usable value.
    """
    config: Config = _read(Config, given, where)
    _check(config, where)
    return config


def with_settings(config: Config, settings: Mapping[str, object]) -> Config:
    """Override single settings, named in full (``churn.grace_days``) or by their last part where it is unique.

    Raises:
        ConfigError: If a name is unknown or ambiguous, or a value cannot be used.
    """
    known = setting_names()
    for name, value in settings.items():
        full = [path for path in known if path == name or path.rsplit(".", 1)[-1] == name]
        if len(full) != 1:
            any_of = Said(" It could be any of: {choices}.", {"choices": ", ".join(full)})
            hint = any_of if full else nearest(name, known)
            raise ConfigError('No setting "{name}".{hint}', name=name, hint=hint)
        config = _put(config, full[0].split("."), value, full[0])
    _check(config, "--set")
    return config


@cache
def setting_names() -> tuple[str, ...]:
    """All settings that a question may override, as dotted names of the file."""
    return tuple(_names(Config, ""))


def _names(kind: type, prefix: str) -> list[str]:
    found = []
    for item in fields(kind):
        hint = get_type_hints(kind)[item.name]
        written = prefix + _written(kind, item.name)
        found += _names(hint, written + ".") if is_dataclass(hint) else [written]  # type: ignore[arg-type]  # a class by the test
    return found


def _written(kind: type, name: str) -> str:
    return _WRITTEN_AS.get(name, name) if kind is Revenue else name


def _read(kind: type, given: object, where: str) -> Any:
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        raise ConfigError("{where}: expected settings (name: value), found {given!r}.", where=where, given=given)
    hints = get_type_hints(kind)
    by_key = {_written(kind, item.name): item.name for item in fields(kind)}
    values = {}
    for key, value in given.items():
        if key not in by_key:
            raise ConfigError(
                '{where}: no setting "{key}" here.{nearest}', where=where, key=key, nearest=nearest(str(key), by_key)
            )
        values[by_key[key]] = _value(hints[by_key[key]], value, f"{where}: {key}")
    return kind(**values)


def _value(hint: Any, value: object, where: str) -> Any:
    if is_dataclass(hint):
        return _read(hint, value, where)  # type: ignore[arg-type]  # a class by the test
    if hint in (Seconds, Days, Months):
        return hint.parse(value, where)
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise ConfigError(
                '{where}: "{value}" is not allowed.{nearest}',
                where=where,
                value=value,
                nearest=nearest(str(value), map(str, get_args(hint))),
            )
        return value
    if get_origin(hint) is tuple:
        items = value if isinstance(value, list | tuple) else [value]
        return tuple(_value(get_args(hint)[0], item, where) for item in items)
    if get_origin(hint) is not None or hint is type(None):
        return None if value is None else _value(next(a for a in get_args(hint) if a is not type(None)), value, where)
    return _plain(hint, value, where)


def _plain(hint: Any, value: object, where: str) -> Any:
    if hint is bool:
        if isinstance(value, bool):
            return value
        if str(value).lower() in ("true", "yes", "oui", "1"):
            return True
        if str(value).lower() in ("false", "no", "non", "0"):
            return False
        raise ConfigError('{where}: "{value}" is neither true nor false.', where=where, value=value)
    if hint is str:
        return str(value)
    try:
        return hint(str(value))
    except (ValueError, TypeError) as error:
        raise ConfigError('{where}: "{value}" is no number.', where=where, value=value) from error


def _put(settings: Any, path: list[str], value: object, where: str) -> Any:
    name = next(item.name for item in fields(settings) if _written(type(settings), item.name) == path[0])
    if len(path) > 1:
        return replace(settings, **{name: _put(getattr(settings, name), path[1:], value, where)})
    return replace(settings, **{name: _value(get_type_hints(type(settings))[name], value, where)})


def _check(config: Config, where: str) -> None:
    try:
        ZoneInfo(config.company.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(
            '{where}: company: timezone: "{timezone}" is no time zone. Write an IANA name such as Europe/Paris.',
            where=where,
            timezone=config.company.timezone,
        ) from error
    if not re.fullmatch(r"[A-Z]{3}", config.company.currency):
        raise ConfigError(
            '{where}: company: currency: "{currency}" is no ISO 4217 code such as EUR.',
            where=where,
            currency=config.company.currency,
        )
    if not 1 <= config.company.fiscal_year_start <= 12:
        raise ConfigError("{where}: company: fiscal_year_start: give a month from 1 to 12.", where=where)
    if not 0 < config.insights.false_discoveries < 1:
        raise ConfigError(
            "{where}: insights: false_discoveries: give a share between 0 and 1, for example 0.05.", where=where
        )
    scoring = config.response.scoring
    if not (scoring.settled_after > 0 and 0 <= scoring.cold_below <= scoring.hot_from):
        raise ConfigError(
            "{where}: response: scoring: give settled_after above 0 days and cold_below from 0 up to hot_from.",
            where=where,
        )
    if config.cycle.starts == "qualified" and not config.cycle.qualified_stage:
        raise ConfigError(
            "{where}: cycle: starts is qualified; name that stage as cycle: qualified_stage.", where=where
        )
    for text in (config.hours.opens, config.hours.closes):
        clock_minutes(text, f"{where}: hours")


def clock_minutes(text: str, where: str) -> int:
    """Read ``HH:MM`` as minutes since midnight; ``24:00`` is the end of the day.

    Raises:
        ConfigError: If the text is no time of day.
    """
    if text.strip() in ("24:00", "24:00:00"):
        return 1440
    try:
        read = time.fromisoformat(text.strip().zfill(5))
    except ValueError as error:
        raise ConfigError(
            '{where}: "{text}" is no time of day. Write for example 09:00.', where=where, text=text
        ) from error
    return read.hour * 60 + read.minute
