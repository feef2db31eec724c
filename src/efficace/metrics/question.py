"""A question as asked (text) and as understood: every name checked, every default filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, cast

from efficace.config import Config, setting_names, with_settings
from efficace.errors import ConfigError, QuestionError, nearest
from efficace.facts import BY_NAME as FACTS
from efficace.facts.dimensions import BY_ID as DIMENSIONS
from efficace.locale.said import Said, either
from efficace.metrics.metric import Metric
from efficace.model.time import Grain, Period, add_months, company_day, end_of_day, start_of_day, to_utc

if TYPE_CHECKING:
    from efficace.metrics.answer import Answer

COMPARISONS = ("previous", "last_year")
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Years that a question may name: those before and after them can be reckoned to without leaving the calendar."""


@dataclass(frozen=True)
class Request:
    """A question in the words of the command line; everything but the metric has a default."""

    metric: str
    by: Sequence[str] = ()
    grain: str = "all"
    start: str | date | datetime | None = None
    end: str | date | datetime | None = None
    where: Sequence[str] = ()
    definition: str | None = None
    as_of: str | date | datetime | None = None
    compare: str | None = None
    adjust: Sequence[str] = ()
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Filter:
    """Keeps the rows whose dimension has one of the values (or, negated, none of them); no value = missing."""

    dimension: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class OtherMetrics:
    """The way to other metrics, for those that judge one: a target's actual, a forecast's past.

    Attributes:
        catalogue: Every metric by id.
        ask: Answers a request as of the same instant, under the same settings.
    """

    catalogue: Mapping[str, Metric]
    ask: Callable[[Request], Answer]


@dataclass(frozen=True)
class Question:
    """A question as understood.

    Attributes:
        by: Dimensions of the rows, without the curve.
        curve: Whether the metric is opened along its curve.
        start: First day asked, None = from the first fact on.
        end: First day after the range, None = up to as-of.
        start_at: The same as instants (zone-less UTC), where the question gave a time of day.
        as_of: Zone-less UTC.
        options: The metric's own settings.
        overrides: Whether a setting of the project was overridden, so that stored facts do not serve.
        periods: The periods of the answer, once the range is known.
        others: Absent where only the terms are looked at.
    """

    metric: Metric
    definition: str
    by: tuple[str, ...]
    curve: bool
    grain: Grain
    start: date | None
    end: date | None
    start_at: datetime | None
    end_at: datetime | None
    filters: tuple[Filter, ...]
    as_of: datetime
    as_of_on: date
    config: Config
    options: Mapping[str, Any]
    overrides: bool
    compare: Literal["previous", "last_year"] | None
    adjust: tuple[str, ...]
    periods: tuple[Period, ...] = ()
    others: OtherMetrics | None = None

    @property
    def whole_until(self) -> date:
        """First day that as-of has not reached in full."""
        is_over = self.as_of >= end_of_day(self.as_of_on, self.config.zone)
        return self.as_of_on + timedelta(days=1) if is_over else self.as_of_on


def understand(request: Request, catalogue: Mapping[str, Metric], config: Config, as_of: datetime) -> Question:
    """Check every name of a request and fill in its defaults.

    Args:
        as_of: Default as-of, zone-less UTC.

    Raises:
        QuestionError: Naming what is wrong and the nearest valid choice.
        ConfigError: For a setting.
    """
    if request.metric not in catalogue:
        raise QuestionError(
            'No metric "{metric}".{nearest} All: efficace metrics',
            metric=request.metric,
            nearest=nearest(request.metric, catalogue),
        )
    metric = catalogue[request.metric]
    metric, definition, of_preset = _definition(metric, request.definition)
    options, config, overrides = _settings(metric, {**of_preset, **request.settings}, config)
    grain = _choice("grain", request.grain, [str(grain) for grain in Grain])
    if metric.ahead and grain == Grain.ALL:
        grain = str(Grain.MONTH)
    instant = parse_instant(request.as_of, config, "as-of", last=True) if request.as_of is not None else as_of
    start, start_at = _bound(request.start, config, "from")
    end, end_at = _bound(request.end, config, "to")
    if start and end and start >= end and not (start_at or end_at):
        raise QuestionError(
            "The range is empty: from {start} to {end}. --to is the first day not included.", start=start, end=end
        )
    if start is None and metric.months_by_default and Grain(grain) is Grain.ALL:
        day_after = company_day(instant, config.zone) + timedelta(days=1)
        start = add_months(end or day_after, -metric.months_by_default)
    curve = metric.curve is not None and metric.curve in request.by
    asked = (*(name for name in request.by if name not in metric.always_by), *metric.always_by)
    question = Question(
        metric=metric,
        definition=definition,
        by=tuple(dict.fromkeys(name for name in asked if not (curve and name == metric.curve))),
        curve=curve,
        grain=Grain(grain),
        start=start,
        end=end,
        start_at=start_at,
        end_at=end_at,
        filters=tuple(filter_of(text) for text in request.where),
        as_of=instant,
        as_of_on=company_day(instant, config.zone),
        config=config,
        options=options,
        overrides=overrides,
        compare=_comparison(request.compare),
        adjust=tuple(dict.fromkeys(request.adjust)),
    )
    _check_dimensions(question)
    return question


def dimensions_of(metric: Metric, question: Question | None = None) -> tuple[str, ...]:
    """The dimensions by which a metric can be asked: those that all its facts have, and its curve."""
    terms = metric.estimator.terms(question or blank(metric)).values()
    facts = [FACTS[term.fact] for term in terms]
    shared = [name for name in DIMENSIONS if facts and all(name in fact.dimensions for fact in facts)]
    if facts and all(term.at is not None for term in terms):
        shared.append("month")
    curve = [metric.curve] if metric.curve else []
    return tuple(dict.fromkeys([*shared, *metric.more_dimensions, *curve]))


def facts_of(metric: Metric, question: Question | None = None) -> tuple[str, ...]:
    """Names of the facts that a metric reads."""
    asked = question or blank(metric)
    return tuple(dict.fromkeys(term.fact for term in metric.estimator.terms(asked).values()))


def blank(metric: Metric, config: Config | None = None) -> Question:
    """A question with nothing but defaults, to look at a metric's terms without data."""
    never = datetime(2000, 1, 1)  # noqa: DTZ001  (instants are zone-less UTC)
    return Question(
        metric, "default", (), False, Grain.ALL, None, None, None, None, (), never, never.date(),
        config or Config(), dict(metric.options), False, None, (),
    )  # fmt: skip


def parse_instant(value: str | date | datetime, config: Config, name: str, last: bool) -> datetime:
    """Read a date or an ISO instant as zone-less UTC; a bare date is its last (or first) instant in the company's zone.

    Raises:
        QuestionError: If the text is neither.
    """
    found = _day_or_instant(value, name)
    if isinstance(found, datetime):
        if found.tzinfo is None:
            return to_utc(found, config.zone).at
        return found.astimezone(UTC).replace(tzinfo=None)
    if last:
        return end_of_day(found, config.zone)
    return start_of_day(found, config.zone)


def whole_number(options: Mapping[str, Any], name: str) -> int:
    """An option as a whole number of at least 1.

    Raises:
        QuestionError: If it is none.
    """
    text = str(options[name]).strip()
    if not text.isdigit() or int(text) == 0:
        raise QuestionError(
            '--set {name}: "{text}" is no whole number from 1 on. Write for example {name}=3.', name=name, text=text
        )
    return int(text)


_ALTERNATIVES = re.compile(r"(?:\\[\\|]|[^|])+")
_ESCAPED = re.compile(r"\\([\\|])")
_SPECIAL, _ESCAPE = re.compile(r"[\\|]"), r"\\\g<0>"


def filter_of(text: str) -> Filter:
    """Read ``dim=value``, ``dim=a|b``, ``dim!=a`` or ``dim=`` (no value).

    A bar or backslash that belongs to a value is written ``\\|`` and ``\\\\``.

    Raises:
        QuestionError: If it is none of these.
    """
    found = re.match(r"^\s*([a-z_]+)\s*(!?=)(.*)$", text, re.DOTALL)
    if not found:
        raise QuestionError(
            '--where: "{text}" is no filter. Write dim=value, dim=a|b, dim!=a or dim= (no value).', text=text
        )
    name, sign, values = found.groups()
    return Filter(name, alternatives(values), negated=sign == "!=")


def alternatives(text: str) -> tuple[str, ...]:
    """The members that the right side of a filter names."""
    found = (_ESCAPED.sub(r"\1", value).strip() for value in _ALTERNATIVES.findall(text))
    return tuple(value for value in found if value)


def filter_text(dimension: str, members: Iterable[str]) -> str:
    """The filter that leaves these members, as ``filter_of`` reads it."""
    return f"{dimension}={'|'.join(_SPECIAL.sub(_ESCAPE, member) for member in members)}"


def _day_or_instant(value: str | date | datetime, name: str) -> date | datetime:
    found = _read_day(value, name)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise QuestionError(
            "--{name}: {value} is out of reach. Write a date of the years {first} to {last}.",
            name=name,
            value=value,
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    return found


def _read_day(value: str | date | datetime, name: str) -> date | datetime:
    if not isinstance(value, str):
        return value
    text = value.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
        if re.match(r"\d{4}-\d{2}-\d{2}[T ]", text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise QuestionError(
        '--{name}: "{value}" is no date. Write a date such as 2026-03-31 or an instant such as 2026-03-31T17:00:00Z.',
        name=name,
        value=value,
    )


def _bound(value: str | date | datetime | None, config: Config, name: str) -> tuple[date | None, datetime | None]:
    if value is None:
        return None, None
    found = _day_or_instant(value, name)
    if not isinstance(found, datetime):
        return found, None
    instant = parse_instant(found, config, name, last=False)
    day = company_day(instant, config.zone)
    is_midnight = parse_instant(day, config, name, last=False) == instant
    if is_midnight:
        return day, None
    # The end of a range that stops within a day is the day after; the instant cuts it off.
    return (day if name == "from" else date.fromordinal(day.toordinal() + 1)), instant


def _choice(what: str, value: str, choices: Sequence[str]) -> str:
    if value not in choices:
        raise QuestionError(
            'No {what} "{value}".{nearest}', what=Said(what), value=value, nearest=nearest(value, choices)
        )
    return value


def _comparison(value: str | None) -> Literal["previous", "last_year"] | None:
    if value is None:
        return None
    return cast("Literal['previous', 'last_year']", _choice("comparison", value, COMPARISONS))


def _definition(metric: Metric, name: str | None) -> tuple[Metric, str, Mapping[str, object]]:
    if name is None or name == "default":
        return metric, "default", {}
    if name not in metric.presets:
        known = nearest(name, metric.presets) if metric.presets else Said(" It has only its own definition.")
        raise QuestionError('{id} has no definition "{name}".{known}', id=metric.id, name=name, known=known)
    return metric.by_definition(name), name, metric.presets[name].settings


def _settings(metric: Metric, settings: Mapping[str, object], config: Config) -> tuple[dict[str, Any], Config, bool]:
    own = {name: value for name, value in settings.items() if name in metric.options}
    others = {name: value for name, value in settings.items() if name not in metric.options}
    try:
        changed = with_settings(config, others)
    except ConfigError as error:
        wrong = next((name for name in others if name in str(error)), "")
        hint = nearest(wrong, [*metric.options, *setting_names()]) if "No setting" in str(error) else None
        if hint is None:
            raise
        raise ConfigError('No setting "{name}" for {id}.{hint}', name=wrong, id=metric.id, hint=hint) from error
    return {**metric.options, **own}, changed, changed != config


def _check_dimensions(question: Question) -> None:
    metric = question.metric
    allowed = dimensions_of(metric, question)
    asked = [*question.by, *question.adjust, *(item.dimension for item in question.filters)]
    for name in asked:
        if name not in DIMENSIONS:
            raise QuestionError('No dimension "{name}".{nearest}', name=name, nearest=nearest(name, allowed))
        if name not in allowed:
            raise QuestionError(
                '{id} cannot be split by "{name}". It has: {dimensions}.',
                id=metric.id,
                name=name,
                dimensions=", ".join(allowed) or Said("none"),
            )
    if metric.curve in [item.dimension for item in question.filters]:
        raise QuestionError(
            '{id} cannot be filtered by "{curve}": it is the axis of its curve.', id=metric.id, curve=metric.curve
        )
    if metric.only_by and not set(metric.only_by) & {*question.by}:
        raise QuestionError(
            "{id} has a value only by {choices}: add --by {only_by}.",
            id=metric.id,
            choices=either(metric.only_by),
            only_by=metric.only_by[0],
        )
