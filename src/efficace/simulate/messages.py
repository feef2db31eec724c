"""Subjects and bodies of touches, from the habits of the rep who writes and the person who reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from efficace.simulate.cells import Cells, texts, words
from efficace.simulate.columns import take
from efficace.simulate.directory import Directory, product_names
from efficace.simulate.draws import NONE, Flags, Ints, chance
from efficace.simulate.habits import Habits
from efficace.simulate.leads import Leads
from efficace.simulate.market import SERVICES
from efficace.simulate.texts_en import ENGLISH
from efficace.simulate.texts_fr import FRENCH
from efficace.simulate.touch_rows import (
    AUTO,
    EMAIL,
    INBOUND,
    MEETING,
    NOTE,
    REPLY_BAD,
    REPLY_GOOD,
    TEXTS,
    TouchRows,
)
from efficace.simulate.wording import Wording, fill, lines, vary

BROKEN_MERGE = 0.01
"""Share of mails in which a merge field was not filled in."""
HONEST = 0.25
WORDINGS = (ENGLISH, FRENCH)
Maker = Callable[[Wording, TouchRows, "_Style", dict[str, Cells]], Cells]


@dataclass(frozen=True)
class Correspondence:
    """Writes the texts of touches; ``body_share`` of the mails by people carry their body."""

    directory: Directory
    habits: Habits
    leads: Leads
    body_share: float

    def write(self, rng: np.random.Generator, rows: TouchRows) -> dict[str, Cells]:
        """The columns ``subject``, ``body``, ``body_kind`` and ``language`` of some touches."""
        french = np.where(rows.person == NONE, 0, self.directory.contacts.french[rows.person])
        spoken = (rows.text != NONE) & (rows.person != NONE)
        has_subject = spoken & np.isin(rows.kind, (EMAIL, MEETING))
        by_person = (rows.kind == EMAIL) & (rows.automated == 0) & spoken & chance(rng, self.body_share, rows.n)
        by_machine = (rows.text == AUTO) & chance(rng, self.body_share / 4, rows.n)
        has_body = by_person | by_machine
        style = _Style.draw(rng, rows, self.habits)
        return {
            "subject": self._column(rows, style, french, has_subject, _subjects),
            "body": self._column(rows, style, french, has_body, _bodies),
            "body_kind": words(("full", "none"), np.where(has_body, 0, np.where(rows.kind == EMAIL, 1, NONE))),
            "language": words(("en", "fr"), np.where(spoken, french, NONE)),
        }

    def _column(self, rows: TouchRows, style: _Style, french: Ints, wanted: Flags, make: Maker) -> Cells:
        """Texts of the wanted rows, language by language, put back in their places."""
        pieces, places = [], []
        for language, wording in enumerate(WORDINGS):
            which = np.flatnonzero(wanted & (french == language))
            some = take(rows, which)
            pieces.append(make(wording, some, take(style, which), self._fields(wording, some)))
            places.append(which)
        found = np.full(rows.n, NONE, dtype=np.int64)
        found[np.concatenate(places)] = np.arange(sum(len(place) for place in places))
        return pa.concat_arrays([piece.cast(pa.string()) for piece in pieces]).take(pa.array(found, mask=found == NONE))

    def _fields(self, wording: Wording, rows: TouchRows) -> dict[str, Cells]:
        directory, person, account = self.directory, rows.person, rows.account
        people, rep = directory.people, np.maximum(rows.rep, 0)
        lead = np.maximum(rows.thread, 0)
        return {
            "first": directory.first_name(person),
            "title": directory.title(person),
            "company": directory.company(account),
            "city": directory.city(account),
            "region": directory.region(account),
            "industry": words(wording.industries, directory.accounts.industry[account]),
            "topic": words(wording.topics, self.leads.signal[lead]),
            "product": product_names().take(pa.array(account % SERVICES)),
            "day": words(wording.days, (account + rows.at // 86_400) % len(wording.days)),
            "seats": words([str(5 * k) for k in range(1, 41)], account % 40),
            "sender": words(people.full_names(), rep),
            "role": words(wording.roles, people.role[rep]),
            "phone": words([f"{people.regions[t].phone}{100 + k}" for k, t in enumerate(people.team)], rep),
            "mail": words(people.mails(), rep),
        }


@dataclass(frozen=True)
class _Style:
    """Which elements a message has, and a number that chooses its wording."""

    choice: Ints
    named: Flags
    company: Flags
    asked: Flags
    need: Flags
    step: Flags
    signed: Flags
    pushy: Flags
    honest: Flags
    broken: Flags

    @classmethod
    def draw(cls, rng: np.random.Generator, rows: TouchRows, habits: Habits) -> _Style:
        n, rep = rows.n, np.maximum(rows.rep, 0)
        element = habits.elements[rep]
        named, company, asked, need, step, signed = (chance(rng, element, n) for _ in range(6))
        return cls(
            rng.integers(0, 1_000_000, n), named, company, asked & (rows.thread != NONE), need, step, signed,
            chance(rng, habits.pushy[rep], n), chance(rng, HONEST, n), chance(rng, BROKEN_MERGE, n),
        )  # fmt: skip


def _subjects(wording: Wording, rows: TouchRows, style: _Style, fields: dict[str, Cells]) -> Cells:
    kinds = [
        "reply"
        if kind in (REPLY_GOOD, REPLY_BAD)
        else "auto"
        if kind == AUTO
        else "note"
        if kind == NOTE
        else TEXTS[kind]
        for kind in range(len(TEXTS))
    ]
    written = _by_text(rows, fields, style.choice, {kind: wording.subjects[name] for kind, name in enumerate(kinds)})
    presses = style.pushy & (rows.automated == 0) & (rows.direction != INBOUND) & (style.choice % 3 == 0)
    return pc.if_else(pa.array(presses), wording.pushy_subject, written)


def _by_text(rows: TouchRows, fields: dict[str, Cells], choice: Ints, templates: dict[int, tuple[str, ...]]) -> Cells:
    """Texts by kind of text, in the order of the rows."""
    pieces, places = [texts([])], [np.zeros(0, dtype=np.int64)]
    for kind, choices in templates.items():
        which = np.flatnonzero(rows.text == kind)
        some = {name: values.take(pa.array(which)) for name, values in fields.items()} if len(which) else fields
        if len(which):
            pieces.append(vary(choices, choice[which] // 7, some))
            places.append(which)
    found = np.full(rows.n, NONE, dtype=np.int64)
    found[np.concatenate(places)] = np.arange(sum(len(place) for place in places))
    return pa.concat_arrays(pieces).take(pa.array(found, mask=found == NONE))


def _bodies(wording: Wording, rows: TouchRows, style: _Style, fields: dict[str, Cells]) -> Cells:
    received = np.isin(rows.text, (REPLY_GOOD, REPLY_BAD))
    machine = rows.text == AUTO
    short = _by_text(
        rows, fields, style.choice,
        {REPLY_GOOD: wording.reply_good, REPLY_BAD: wording.reply_bad, AUTO: wording.automatic},
    )  # fmt: skip
    return pc.if_else(pa.array(received | machine), short, _letter(wording, rows, style, fields))


def _letter(wording: Wording, rows: TouchRows, style: _Style, fields: dict[str, Cells]) -> Cells:
    """A mail by a rep: greeting, opening, what concerns the reader, value, next step, signature."""
    n, pick = rows.n, style.choice

    def say(templates: tuple[str, ...], shift: int) -> Cells:
        return vary(templates, pick // shift, fields)

    greeting = pc.if_else(pa.array(style.named), say(wording.greeting, 1), say(wording.greeting_plain, 1))
    greeting = pc.if_else(pa.array(style.broken), fill(wording.broken_greeting, fields, n), greeting)
    opening = _by_text(rows, fields, pick, {TEXTS.index(name): choices for name, choices in wording.opening.items()})
    step = pc.if_else(pa.array(style.step), say(wording.next_step, 11), say(wording.no_step, 11))
    signed = pc.if_else(pa.array(style.signed), fill(wording.signature, fields, n), say(wording.signature_plain, 13))
    return lines(
        (None, greeting),
        (None, pc.fill_null(opening, "")),
        (style.company, say(wording.company, 3)),
        (style.asked, say(wording.asked, 5)),
        (style.need, say(wording.need, 17)),
        (None, say(wording.value, 19)),
        (style.honest & ~style.pushy, say(wording.honest, 23)),
        (style.pushy, say(wording.pushy, 29)),
        (None, step),
        (None, signed),
    )
