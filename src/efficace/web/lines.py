"""The question of a page as one types it: on the command line and in Python."""

from __future__ import annotations

import shlex

from efficace.web.asked import Asked


def command_line(asked: Asked, command: str = "kpi") -> str:
    """The command that asks the same."""
    place = asked.place
    words = ["efficace", command, asked.metric.id]
    if place.start is not None and not asked.metric.ahead:
        words += ["--from", str(place.start)]
    if not asked.metric.ahead:
        words += ["--to", str(place.end)]
    for text in place.where:
        words += ["--where", text]
    for name in asked.needed.get("by", ()) or ([asked.by] if asked.mix and asked.by else []):
        words += ["--by", name]
    if asked.mix and command == "kpi":
        words += ["--adjust", asked.mix]
    if asked.metric.state and place.instant:
        words += ["--as-of", str(place.last_day)]
    if place.compared and command == "kpi" and not asked.metric.ahead:
        words += ["--compare", place.compared]
    if asked.definition:
        words += ["--definition", asked.definition]
    if asked.option:
        words += ["--set", asked.option]
    return shlex.join(words)


def python_line(asked: Asked) -> str:
    """The same in Python, from the project's folder; three lines."""
    place = asked.place
    arguments = [f'"{asked.metric.id}"']
    if asked.needed:
        arguments.append(f"by={list(asked.needed['by'])!r}")
    if not asked.metric.ahead:
        arguments += [f'start="{place.start}"'] if place.start is not None else []
        arguments.append(f'end="{place.end}"')
    if asked.mix and asked.by:
        arguments += [f"by={[asked.by]!r}", f"adjust={[asked.mix]!r}"]
    if place.where:
        arguments.append(f"where={list(place.where)!r}")
    if asked.metric.state and place.instant:
        arguments.append(f'as_of="{place.last_day}"')
    if place.compared and not asked.metric.ahead:
        arguments.append(f'compare="{place.compared}"')
    beside = asked.beside
    if asked.definition:
        arguments.append(f'definition="{asked.definition}"')
    if beside["settings"]:
        arguments.append(f"settings={beside['settings']!r}")
    return f"import efficace\nproject = efficace.open_project()\nproject.metrics.ask({', '.join(arguments)})"
