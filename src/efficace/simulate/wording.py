"""The shape of one language's texts, and how fields are filled in, a column at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from efficace.simulate.cells import Cells
from efficace.simulate.draws import Flags, Ints


@dataclass(frozen=True)
class Wording:
    """Texts of one language.

    Attributes:
        opening, subjects: By kind of text.
        honest, pushy: Sentences that are open with the reader, and that press.
        comments: By mood; leaving: by reason to cancel.
    """

    greeting: tuple[str, ...]
    greeting_plain: tuple[str, ...]
    broken_greeting: str
    opening: Mapping[str, tuple[str, ...]]
    company: tuple[str, ...]
    asked: tuple[str, ...]
    need: tuple[str, ...]
    value: tuple[str, ...]
    honest: tuple[str, ...]
    pushy: tuple[str, ...]
    next_step: tuple[str, ...]
    no_step: tuple[str, ...]
    signature: str
    signature_plain: tuple[str, ...]
    reply_good: tuple[str, ...]
    reply_bad: tuple[str, ...]
    automatic: tuple[str, ...]
    subjects: Mapping[str, tuple[str, ...]]
    pushy_subject: str
    days: tuple[str, ...]
    roles: tuple[str, ...]
    industries: tuple[str, ...]
    topics: tuple[str, ...]
    comments: Mapping[str, tuple[str, ...]]
    leaving: tuple[str | None, ...]


def fill(template: str, fields: Mapping[str, Cells], n: int) -> Cells:
    """One text a row from a template with ``{field}`` places."""
    parts: list[Cells] = []
    for literal, field, _, _ in Formatter().parse(template):
        if literal:
            parts.append(pa.scalar(literal))
        if field:
            parts.append(fields[field])
    if not any(isinstance(part, pa.Array) for part in parts):
        return pa.repeat(pa.scalar("".join(part.as_py() for part in parts)), n)
    return pc.binary_join_element_wise(*parts, "")


def vary(templates: Sequence[str], choice: Ints, fields: Mapping[str, Cells]) -> Cells:
    """One text a row, from the wording that each row's number chooses."""
    which = choice % len(templates)
    order = np.argsort(which, kind="stable")
    counts = np.bincount(which, minlength=len(templates))
    pieces, start = [], 0
    for template, count in zip(templates, counts, strict=True):
        rows = pa.array(order[start : start + count])
        pieces.append(fill(template, {name: values.take(rows) for name, values in fields.items()}, int(count)))
        start += int(count)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return pa.concat_arrays([piece.cast(pa.string()) for piece in pieces]).take(pa.array(place))


def lines(*parts: tuple[Flags | None, Cells]) -> Cells:
    """Join parts with blank lines between, leaving out those whose flag is off."""
    shown = [pc.if_else(pa.array(flag), text, None) if flag is not None else text for flag, text in parts]
    return pc.binary_join_element_wise(*shown, "\n\n", null_handling="skip")
