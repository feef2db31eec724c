"""Builds all facts of a new version, on whichever engine keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from efficace.config import Config
from efficace.facts import BY_NAME, FACTS
from efficace.facts.compiled import compiled
from efficace.facts.known import PREFIX, Tables
from efficace.facts.store import READINGS, moment
from efficace.facts.text_readings import Reading
from efficace.locale.said import Said
from efficace.warehouse.building import Building


def build_anew(
    engine: Building, config: Config, as_of: datetime, progress: Callable[[Said, float | None], None]
) -> None:
    """Build every fact from the canonical and helper tables that the version already holds.

    Args:
        as_of: The instant that stored facts are of, zone-less UTC.
        progress: Told which fact is being built and the share done.
    """
    now = moment(as_of, config)
    fresh = Tables(engine, now, BY_NAME, stored=False)
    for reading in READINGS:
        _read_texts(engine, fresh, reading)
    tables = Tables(engine, now, BY_NAME, stored=True)
    stored = [fact for fact in FACTS if fact.stored]
    for number, fact in enumerate(stored):
        progress(Said("fact {name}", {"name": fact.name}), number / len(stored))
        engine.keep(PREFIX + fact.name, compiled(engine, tables, fact))
        tables.forget()


def _read_texts(engine: Building, tables: Tables, reading: Reading) -> None:
    inputs = reading.inputs(tables)
    lacking = [name for name in reading.texts if name not in inputs.columns]
    if lacking:
        texts = engine.table(reading.of)
        texts = texts.select(x_key=reading.key, **{name: texts[name] for name in lacking})
        inputs = inputs.inner_join(texts, inputs[reading.key] == texts.x_key).drop("x_key")
    columns = {reading.key: "VARCHAR", "mark": "INTEGER", **reading.columns}
    engine.keep_read(reading.table, engine.compile(inputs), _Read(reading), columns)


@dataclass(frozen=True)
class _Read:
    """Reads rows of texts; ``mark`` tells an older reading of a text from a newer, here all are new."""

    reading: Reading

    def __call__(self, texts: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        key = self.reading.key
        for text, found in zip(texts, self.reading.read(texts), strict=True):
            for row in found:
                yield {key: text[key], "mark": self.reading.rules, **row}
