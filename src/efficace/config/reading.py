"""Settings read and overridden: unknown names refused, the nearest one told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import time
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from efficace.config.settings import CONFIG_FILE, Config, Revenue
from efficace.config.spans import Days, Months, Seconds
from efficace.errors import ConfigError, nearest
from efficace.locale.said import Said

_WRITTEN_AS = {"source": "from"}
"""Setting names that are reserved words in Python: field of ``Revenue`` -> key in the file."""


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
