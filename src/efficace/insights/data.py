"""Detectors of what the figures themselves lack: tables that nothing new reaches, columns that were never brought."""

from __future__ import annotations

from datetime import datetime, timedelta

from efficace.insights.finding import Day, Evidence, Finding, Kind, Looked
from efficace.insights.look import Look
from efficace.insights.picture import Mark, Picture
from efficace.locale.said import Said, counted, listed
from efficace.metrics.doctor import TableHealth, examine
from efficace.metrics.metric import DAYS

BUSY, BUSY_DAYS = 1_000, 7
"""A table of so many rows grows by the week."""
QUIET, QUIET_DAYS = 100, 45
"""A table of so many rows grows by the month; smaller ones have no rhythm to miss."""
NAMED = 4


def data_late(look: Look) -> Looked:
    """Tables without anything new although the data as a whole goes on."""
    health = examine(look.ground.engine, look.catalogue)
    found = [_late(look, table, table.newest) for table in health.tables if table.newest is not None]
    return Looked(facts=tuple(finding for finding in found if finding is not None))


def _late(look: Look, table: TableHealth, newest: datetime) -> Finding | None:
    allowed = BUSY_DAYS if table.rows >= BUSY else QUIET_DAYS if table.rows >= QUIET else None
    waited = look.as_of - newest
    reader = next((one.id for one in look.catalogue.values() if table.name in _tables(one.needs)), None)
    if allowed is None or waited <= timedelta(days=allowed) or reader is None:
        return None
    days = waited / timedelta(days=1)
    values = {"table": table.name, "day": Day(day=newest.date()), "until": Day(day=look.as_of_on)}
    return Finding(
        "data_late",
        {"table": table.name},
        Said("Nothing new in {table} since {day}, although the data goes on until {until}.", values),
        Said("Look whether the export of {table} still runs, and load again.", values),
        look.request(reader),
        Evidence(days, None, None, table.rows, DAYS, float(allowed)),
        kind=Kind.LATE,
        picture=Picture("rows", (Mark(table.name, days, tick=float(allowed), is_meant=True),), DAYS, Said("allowed")),
    )


def data_missing(look: Look) -> Looked:
    """Columns without which figures stay empty."""
    lacking: dict[str, list[str]] = {}
    for metric in examine(look.ground.engine, look.catalogue).metrics:
        for need in metric.missing:
            lacking.setdefault(need, []).append(metric.id)
    return Looked(facts=tuple(_missing(look, need, metrics) for need, metrics in lacking.items()))


def _missing(look: Look, need: str, metrics: list[str]) -> Finding:
    more = len(metrics) - NAMED
    names = listed(Said(metric.replace("_", " ")) for metric in metrics[:NAMED])
    few = counted(
        "Without {column} this figure stays empty: {names}.",
        "Without {column} these figures stay empty: {names}.",
        len(metrics),
        column=need,
        names=names,
    )
    many = counted(
        "Without {column} these figures stay empty: {names} and {n} more.",
        "Without {column} these figures stay empty: {names} and {n} more.",
        more,
        column=need,
        names=names,
    )
    return Finding(
        "data_missing",
        {"column": need},
        many if more > 0 else few,
        Said("Map {column} from your files (efficace init), or bring the file that holds it.", {"column": need}),
        look.request(metrics[0]),
        Evidence(None, None, None, len(metrics), "metrics"),
        kind=Kind.GAP,
    )


def _tables(needs: tuple[str, ...]) -> set[str]:
    return {one.split(".")[0] for need in needs for one in need.split("|")}
