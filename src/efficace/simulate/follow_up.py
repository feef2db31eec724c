"""What happens to signals: the first answer, further attempts, replies, giving up, conversion."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from efficace.simulate.clock import DAY, HOUR, MINUTE, office_hours
from efficace.simulate.columns import take
from efficace.simulate.draws import NONE, Flags, Floats, Ints, chance, lognormal, pick
from efficace.simulate.habits import HEAT_PACE, RESPONSE_SIGMA, UNWATCHED_NEVER, Habits
from efficace.simulate.leads import CALL_IN, REVIEW_SITE, Inquiries, Leads
from efficace.simulate.people import People
from efficace.simulate.touch_rows import (
    AGAIN,
    AUTO,
    BOUNCED,
    CALL,
    CHATTING,
    CONNECTED,
    DELIVERED,
    EMAIL,
    FIRST,
    HELD,
    INBOUND,
    INVITE,
    MEETING,
    MEETING_AGREED,
    NEGATIVE,
    NO_ANSWER,
    NO_SHOW,
    NOTE,
    POSITIVE,
    PROMOTIONS,
    REPLY_BAD,
    REPLY_GOOD,
    SENT,
    SMS,
    SOCIAL,
    SPAM,
    VOICEMAIL,
    TouchRows,
    join,
    touch_rows,
)

ATTEMPTS = 10
ANSWER_HAZARD = np.array([0.16, 0.14, 0.125, 0.11, 0.095, 0.08, 0.065, 0.05, 0.04, 0.03])
"""Chance that an attempt is answered given that none was before it: the same for everyone."""
GAP_HOURS = np.array([0.0, 9.0, 12.0, 16.0, 20.0, 24.0, 30.0, 36.0, 40.0, 40.0])
"""Mean working hours since the attempt before."""
BANDS = ("5 min", "1 h", "1 day", "1 week", "later", "never")
BAND_ENDS = np.array([5 * MINUTE, HOUR, DAY, 7 * DAY])
BAND_EFFECT = np.array([1.5, 1.25, 1.0, 0.7, 0.45])
"""What response time causes: factor on the chance that an answered lead converts."""
CONVERTS = np.array([0.11, 0.24, 0.42])
"""Chance that a cold, warm, hot lead who answered converts when first answered within a day."""
SOURCE_EFFECT = np.array([1.0, 0.8, 0.85, 1.25, 0.8, 1.1, 1.1])
CONVERTS_ALONE = np.array([0.005, 0.015, 0.03])
"""Chance that a lead whom nobody answers buys by itself."""
BACK_AGAIN = 0.12


@dataclass(frozen=True)
class Worked:
    """What became of signals, as arrays by signal; ``NONE`` is never or not yet.

    Attributes:
        response: Working seconds to the first answer that were drawn.
        response_median, never_share: What they were drawn from.
        assigned: When a rep took the lead out of the queue; the signal itself where it went to the rep at once.
        first: First answer; last: last touch by a person; replied: when the prospect answered.
        attempt: Which attempt was answered, from 1; 0 for a live answer.
        band: Index into ``BANDS`` of the elapsed response time.
        chances: Chance to convert under each band, shape (n, 6), with the attempts that the rep is ready to make.
    """

    response: Ints
    response_median: Floats
    never_share: Floats
    assigned: Ints
    first: Ints
    last: Ints
    replied: Ints
    attempt: Ints
    attempts: Ints
    band: Ints
    converted: Ints
    disqualified: Ints
    chances: Floats


def work(
    rng: np.random.Generator, inquiries: Inquiries, leads: Leads, people: People, habits: Habits
) -> tuple[Worked, TouchRows]:
    """Follow signals up: what became of each, and the touches that it took (not yet cut at the end)."""
    n = len(inquiries.at)
    median, never_share = _pace(inquiries, habits)
    silent = (chance(rng, never_share, n) & ~inquiries.live) | inquiries.spam
    response = np.where(inquiries.live, 0, lognormal(rng, median, RESPONSE_SIGMA, n)).astype(np.int64)
    at, made = _attempts(rng, inquiries, response, people, habits)
    attempt = np.where(inquiries.live, 0, _answered(rng, made))
    kind = _channels(rng, inquiries, at.shape)
    replied = _replies(rng, at, attempt, kind, inquiries)
    chances = _chances(inquiries, made)
    replied[silent], attempt[silent], made[silent] = NONE, NONE, 0
    first = np.where(silent, NONE, np.where(inquiries.live, inquiries.at, at[:, 0]))
    band = np.where(silent, 5, np.searchsorted(BAND_ENDS, first - inquiries.at, side="left"))
    converted = _conversions(rng, inquiries, band, replied, chances, silent, people.late[inquiries.rep])
    done = np.where(attempt > 0, attempt, np.where(inquiries.live, 0, made))
    last = np.where(done > 0, at[np.arange(n), np.maximum(done - 1, 0)], first)
    worked = Worked(
        response, median, never_share, _assigned(rng, inquiries, response, people), first, last, replied, attempt,
        done, band, converted, _disqualified(rng, inquiries, last, replied), chances,
    )  # fmt: skip
    return worked, _touches(rng, inquiries, worked, leads, at, kind)


def _pace(inquiries: Inquiries, habits: Habits) -> tuple[Floats, Floats]:
    """Median working seconds to the answer and chance of none, for each signal."""
    median = habits.response_seconds[inquiries.rep] * HEAT_PACE[inquiries.heat]
    never = habits.never[inquiries.rep]
    if habits.unwatched:
        never = np.where(inquiries.source == REVIEW_SITE, UNWATCHED_NEVER, never)
    return median, never


def _attempts(
    rng: np.random.Generator, inquiries: Inquiries, response: Ints, people: People, habits: Habits
) -> tuple[Ints, Ints]:
    """Instants of all attempts that could be made, shape (n, ATTEMPTS), and how many the rep is ready to make."""
    n, rep = len(response), inquiries.rep
    start = people.shifts.worked(rep, inquiries.at)
    gaps = GAP_HOURS * HOUR * (0.6 + 0.8 * rng.random((n, ATTEMPTS)))
    gaps[:, 0] = response
    worked = start[:, None] + np.cumsum(gaps, axis=1).astype(np.int64)
    at = people.shifts.instant(np.repeat(rep, ATTEMPTS), worked.ravel()).reshape(n, ATTEMPTS)
    pace = habits.pace[people.territory[rep]]
    made = 1 + rng.poisson(np.maximum(habits.attempts[rep] * pace - 1, 0))
    return at, np.minimum(made, ATTEMPTS).astype(np.int64)


def _answered(rng: np.random.Generator, made: Ints) -> Ints:
    """The attempt that is answered, from 1; ``NONE`` where the rep gives up before."""
    hits = rng.random((len(made), ATTEMPTS)) < ANSWER_HAZARD
    first = np.where(hits.any(axis=1), hits.argmax(axis=1) + 1, ATTEMPTS + 1)
    return np.where(first <= made, first, NONE)


def _channels(rng: np.random.Generator, inquiries: Inquiries, shape: tuple[int, ...]) -> Ints:
    kind = pick(rng, (0.58, 0.34, 0.03, 0.05), shape[0] * shape[1]).reshape(shape)
    kind = np.array([EMAIL, CALL, SMS, SOCIAL])[kind]
    called = inquiries.signal == CALL_IN
    kind[called, 0] = CALL
    return kind


def _replies(rng: np.random.Generator, at: Ints, attempt: Ints, kind: Ints, inquiries: Inquiries) -> Ints:
    """When the prospect answered: at once on the phone, within ten days otherwise."""
    n = len(attempt)
    index = np.arange(n), np.maximum(attempt - 1, 0)
    delay = np.minimum(lognormal(rng, 6 * HOUR, 1.1, n), 10 * DAY).astype(np.int64) + MINUTE
    replied = at[index] + np.where(kind[index] == CALL, 0, delay)
    return np.where(attempt == NONE, NONE, np.where(inquiries.live, inquiries.at, replied))


def _chances(inquiries: Inquiries, made: Ints) -> Floats:
    """Chance to convert under each band of response time: answered within the attempts made, then converting."""
    reached = 1 - np.concatenate([[1.0], np.cumprod(1 - ANSWER_HAZARD)])
    base = CONVERTS[inquiries.heat] * SOURCE_EFFECT[inquiries.source] * reached[made]
    by_band = base[:, None] * BAND_EFFECT[None, :]
    return np.column_stack([by_band, CONVERTS_ALONE[inquiries.heat]])


def _conversions(
    rng: np.random.Generator,
    inquiries: Inquiries,
    band: Ints,
    replied: Ints,
    chances: Floats,
    silent: Flags,
    late: Ints,
) -> Ints:
    """When leads convert: within 88 days of the signal, in office hours."""
    n = len(band)
    by_band = chances[np.arange(n), band]
    given_answer = CONVERTS[inquiries.heat] * SOURCE_EFFECT[inquiries.source] * BAND_EFFECT[np.minimum(band, 4)]
    converts = np.where(silent | inquiries.live, by_band, np.where(replied == NONE, 0.0, given_answer))
    won = chance(rng, converts, n) & ~inquiries.spam
    begun = np.where(silent, inquiries.at, replied)
    at = office_hours(rng, begun + np.maximum(DAY, lognormal(rng, 3 * DAY, 0.8, n)).astype(np.int64), late)
    at = np.maximum(np.minimum(at, inquiries.at + 88 * DAY), begun + HOUR)
    return np.where(won, at, NONE)


def _assigned(rng: np.random.Generator, inquiries: Inquiries, response: Ints, people: People) -> Ints:
    """Seven leads in ten wait in a queue first, for up to 40 % of the working time to their answer."""
    n = len(response)
    waited = np.minimum(response, 3 * DAY) * (0.05 + 0.35 * rng.random(n))
    at = people.shifts.later(inquiries.rep, inquiries.at, waited)
    queued = chance(rng, 0.7, n) & (response > 2 * MINUTE)
    return np.where(queued, at, inquiries.at)


def _disqualified(rng: np.random.Generator, inquiries: Inquiries, last: Ints, replied: Ints) -> Ints:
    """Spam within hours and untouched; a third of those given up on, some days later."""
    n = len(last)
    given_up = (replied == NONE) & (last != NONE) & chance(rng, 0.33, n)
    later = last + (16 * DAY + rng.random(n) * 20 * DAY).astype(np.int64)
    soon = inquiries.at + (HOUR + rng.random(n) * 2 * DAY).astype(np.int64)
    return np.where(inquiries.spam, soon, np.where(given_up, later, NONE))


def _touches(
    rng: np.random.Generator, inquiries: Inquiries, worked: Worked, leads: Leads, at: Ints, kind: Ints
) -> TouchRows:
    attempts = _attempt_rows(rng, inquiries, worked, leads, at, kind)
    return join([
        _with_replies(attempts),
        _bounce_rows(rng, attempts),
        _live_rows(rng, inquiries, leads),
        _meeting_rows(rng, inquiries, worked, leads),
        _automatic_rows(rng, inquiries, worked, leads),
    ])  # fmt: skip


def _attempt_rows(
    rng: np.random.Generator, inquiries: Inquiries, worked: Worked, leads: Leads, at: Ints, kind: Ints
) -> TouchRows:
    """The attempts made; some name only the contact, only the account or the lead by a link."""
    row, step = np.nonzero(np.arange(ATTEMPTS)[None, :] < worked.attempts[:, None])
    n, lead = len(row), inquiries.lead[row]
    answered = step + 1 == worked.attempt[row]
    how = kind[row, step]
    status, opened, clicked = _fate(rng, how, at[row, step], answered)
    naming = np.where(leads.alone[lead], pick(rng, (0.7, 0.22, 0.05, 0.03), n), pick(rng, (0.74, 0.26), n))
    outcome = _outcome(rng, worked.converted[row] != NONE, n)
    return touch_rows(
        n, at=at[row, step], kind=how, rep=inquiries.rep[row], lead=np.where(naming == 0, lead, NONE),
        contact=np.where(naming <= 1, lead, NONE), account=leads.account[lead],
        duration=np.where(status == CONNECTED, rng.integers(90, 1_500, n), np.where(how == CALL, 25, NONE)),
        status=status, opened=opened, clicked=clicked,
        replied=np.where(answered & (how != CALL), worked.replied[row], NONE),
        outcome=np.where(answered, outcome, NONE), step=step + 1, person=lead,
        linked=np.where(naming == 3, lead, NONE), thread=lead, text=np.where(step == 0, FIRST, AGAIN),
    )  # fmt: skip


def _fate(rng: np.random.Generator, kind: Ints, at: Ints, answered: Flags) -> tuple[Ints, Ints, Ints]:
    """Status, opening and click of outbound touches; what was answered was delivered."""
    n = len(kind)
    mail = np.array([DELIVERED, SPAM, PROMOTIONS, SENT])[pick(rng, (0.9, 0.03, 0.04, 0.03), n)]
    missed = np.where(chance(rng, 0.4, n), VOICEMAIL, NO_ANSWER)
    status = np.where(kind == EMAIL, np.where(answered, DELIVERED, mail), SENT)
    status = np.where(kind == CALL, np.where(answered, CONNECTED, missed), status)
    opens = (kind == EMAIL) & (status == DELIVERED) & (answered | chance(rng, 0.42, n))
    opened = at + MINUTE + lognormal(rng, 3 * HOUR, 1.2, n).astype(np.int64)
    clicks = opens & chance(rng, 0.14, n)
    return status, np.where(opens, opened, NONE), np.where(clicks, opened + 40, NONE)


def _outcome(rng: np.random.Generator, converted: Flags, n: int) -> Ints:
    good = np.where(chance(rng, 0.6, n), MEETING_AGREED, POSITIVE)
    other = np.array([POSITIVE, NEGATIVE, MEETING_AGREED])[pick(rng, (0.45, 0.45, 0.1), n)]
    return np.where(converted, good, other)


def _with_replies(attempts: TouchRows) -> TouchRows:
    """The attempts and, below them, what prospects wrote back."""
    which = np.flatnonzero(attempts.replied != NONE)
    asked = take(attempts, which)
    replies = touch_rows(
        len(which), at=asked.replied, kind=asked.kind, direction=INBOUND, rep=asked.rep, lead=asked.thread,
        contact=asked.person, account=asked.account, status=DELIVERED, person=asked.person, thread=asked.thread,
        text=np.where(asked.outcome == NEGATIVE, REPLY_BAD, REPLY_GOOD),
    )  # fmt: skip
    return replace(join([attempts, replies]), reply_to=np.concatenate([attempts.reply_to, which]))


def _bounce_rows(rng: np.random.Generator, attempts: TouchRows) -> TouchRows:
    """A mail to a wrong address some minutes before the one that arrived."""
    which = np.flatnonzero((attempts.kind == EMAIL) & (attempts.step > 1) & chance(rng, 0.03, attempts.n))
    mails = take(attempts, which)
    return touch_rows(
        len(which), at=mails.at - rng.integers(20, 90, len(which)), kind=EMAIL, rep=mails.rep, lead=mails.lead,
        contact=mails.contact, account=mails.account, status=BOUNCED, person=mails.person, linked=mails.linked,
        thread=mails.thread, text=mails.text,
    )  # fmt: skip


def _live_rows(rng: np.random.Generator, inquiries: Inquiries, leads: Leads) -> TouchRows:
    """Chats and calls taken as they came in: the prospect's side, and in a chat the rep's at the same instant."""
    which = np.flatnonzero(inquiries.live)
    lead, at, rep = inquiries.lead[which], inquiries.at[which], inquiries.rep[which]
    called = inquiries.signal[which] == CALL_IN
    n = len(which)
    came_in = touch_rows(
        n, at=at, kind=np.where(called, CALL, CHATTING), direction=INBOUND, rep=rep, lead=lead, contact=lead,
        account=leads.account[lead], duration=rng.integers(120, 1_500, n), status=CONNECTED, person=lead, thread=lead,
    )  # fmt: skip
    answers = touch_rows(
        n, at=at, kind=CHATTING, rep=rep, lead=lead, contact=lead, account=leads.account[lead], status=CONNECTED,
        person=lead, thread=lead,
    )  # fmt: skip
    return join([came_in, take(answers, ~called)])


def _meeting_rows(rng: np.random.Generator, inquiries: Inquiries, worked: Worked, leads: Leads) -> TouchRows:
    """Between an answer and the conversion: an invitation and a meeting."""
    met = (worked.converted != NONE) & (worked.replied != NONE) & chance(rng, 0.8, len(worked.converted))
    which = np.flatnonzero(met)
    lead, rep, n = inquiries.lead[which], inquiries.rep[which], len(which)
    replied, bought = worked.replied[which], worked.converted[which]
    account = leads.account[lead]
    invited = replied + np.maximum(60, ((bought - replied) * 0.1).astype(np.int64))
    invitation = touch_rows(
        n, at=invited, kind=EMAIL, rep=rep, lead=lead, contact=lead, account=account, status=DELIVERED, person=lead,
        thread=lead, text=INVITE,
    )  # fmt: skip
    shown = chance(rng, 0.9, n)
    meeting = touch_rows(
        n, at=bought - np.minimum(2 * HOUR, (bought - invited) // 2), kind=MEETING, rep=rep, lead=lead, contact=lead,
        account=account, duration=np.where(shown, rng.choice([1_800, 2_700, 3_600], n), NONE),
        status=np.where(shown, HELD, NO_SHOW), person=lead, thread=lead,
        guest=np.where(chance(rng, 0.3, n), leads.n + account, NONE), text=NOTE,
    )  # fmt: skip
    return join([invitation, meeting])


def _automatic_rows(rng: np.random.Generator, inquiries: Inquiries, worked: Worked, leads: Leads) -> TouchRows:
    """A receipt within two minutes, and a weekly sequence to cold leads; nobody wrote them."""
    n = len(inquiries.at)
    receipt = np.flatnonzero(~inquiries.live & chance(rng, 0.55, n))
    cold = np.flatnonzero((inquiries.heat == 0) & chance(rng, 0.5, n))
    steps = np.repeat(np.arange(2, 5), len(cold))
    row = np.concatenate([receipt, np.tile(cold, 3)])
    step = np.concatenate([np.ones(len(receipt), dtype=np.int64), steps])
    lead, m = inquiries.lead[row], len(row)
    at = inquiries.at[row] + np.where(step == 1, rng.integers(30, 120, m), (step - 1) * 7 * DAY + 3 * HOUR)
    stopped = (step > 1) & (worked.replied[row] != NONE) & (at > worked.replied[row])
    opens = chance(rng, 0.3, m)
    opened = at + MINUTE + lognormal(rng, 5 * HOUR, 1.2, m).astype(np.int64)
    rows = touch_rows(
        m, at=at, kind=EMAIL, automated=1, lead=lead, contact=lead, account=leads.account[lead],
        status=np.array([DELIVERED, PROMOTIONS, SPAM])[pick(rng, (0.85, 0.11, 0.04), m)],
        opened=np.where(opens, opened, NONE), clicked=np.where(opens & chance(rng, 0.1, m), opened + 60, NONE),
        sequence=np.where(step == 1, 0, 1), step=step, person=lead, thread=lead, text=AUTO,
    )  # fmt: skip
    return take(rows, ~stopped)
