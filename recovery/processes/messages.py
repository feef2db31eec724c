"""Mails with more or less about their reader, answered or not."""

from __future__ import annotations

import numpy as np

from efficace.text.elements import Recipient, personalization
from recovery.process import HISTORY, Check, Drawn, Process, constant, instant, names

SENDER = "Ann Martin"
TEXTS = {
    "Hello,\n\nCould we talk on Tuesday at 10?\n\nBest regards\nAnn Martin\n+33 1 23 45 67 89": 0.3,
    "Hello,\n\nHere is what we spoke about. Could we talk on Tuesday at 10?\n\nAnn Martin": 0.4,
    "The brochure is attached.": 0.3,
}
OPENED, ANSWERED = 0.5, 0.2


def _mails(chance: np.random.Generator, members: int) -> Drawn:
    """Thirty mails; those of the last two weeks may still be answered."""
    reps = names("mail", members)
    rows = []
    texts = chance.choice(list(TEXTS), size=(members, 30), p=list(TEXTS.values()))
    for number, rep in enumerate(reps):
        for k in range(30):
            at = float(chance.uniform(HISTORY - 90, HISTORY - 1))
            answered = at + float(chance.uniform(0, 14)) if chance.random() < ANSWERED else HISTORY
            opened = at + 0.1 if chance.random() < OPENED else HISTORY
            rows.append({
                "touch_id": f"{rep}-{k}", "occurred_at": instant(at), "kind": "email", "direction": "outbound",
                "rep_id": rep, "body": str(texts[number, k]), "language": "en",
                "replied_at": instant(answered) if answered < HISTORY else None,
                "opened_at": instant(opened) if opened < HISTORY else None,
            })  # fmt: skip
    reader = Recipient(sender_name=SENDER, language="en")
    share = sum(part * personalization(None, text, reader).share for text, part in TEXTS.items())
    checks = [
        Check("personalization", constant(share)),
        Check("performance", constant(ANSWERED)),
        Check("performance", constant(OPENED), estimate="opened"),
    ]
    people = [{"rep_id": rep, "name": SENDER} for rep in reps]
    return Drawn(frozenset(reps), {"reps": people, "touches": rows}, checks)


WORKED = 22
"""Open days of December 2024."""


def _activity(chance: np.random.Generator, members: int) -> Drawn:
    """Reps who do more or less: the score of each stands among those of its role."""
    reps = names("busy", members)
    pace = np.log(0.8) + 0.4 * chance.normal(size=members)
    rows = [
        {
            "touch_id": f"{rep}-{k}", "occurred_at": instant(HISTORY - 31 + float(chance.uniform(0, 31))),
            "kind": "call", "direction": "outbound", "rep_id": rep,
        }
        for rep, own in zip(reps, pace, strict=True)
        for k in range(int(chance.poisson(np.exp(own) * WORKED)))
    ]  # fmt: skip
    score = dict(zip(reps, ((pace - pace.mean()) / pace.std(ddof=1)).tolist(), strict=True))
    often = dict(zip(reps, np.exp(pace).tolist(), strict=True))
    ask = {"start": "2024-12-01", "end": "2025-01-01", "where": ["role=sdr"]}
    checks = [
        Check("efficiency", lambda row: often[row.members["rep"]], estimate="touches_per_working_day", ask=ask),
        Check("efficiency", lambda row: score[row.members["rep"]], ask=ask),
    ]
    people = [{"rep_id": rep, "name": rep, "role": "sdr"} for rep in reps]
    return Drawn(frozenset(reps), {"reps": people, "touches": rows}, checks)


def _winners(chance: np.random.Generator, members: int) -> Drawn:
    """Reps who win more or less often."""
    reps = names("wins", members)
    logit = -0.5 + 0.5 * chance.normal(size=members)
    rows = [
        {
            "deal_id": f"{rep}-{k}", "rep_id": rep, "created_at": instant(float(k)),
            "closed_at": instant(k + 20.0), "status": "won" if chance.random() < 1 / (1 + np.exp(-own)) else "lost",
        }
        for rep, own in zip(reps, logit, strict=True)
        for k in range(30)
    ]  # fmt: skip
    score = dict(zip(reps, ((logit - logit.mean()) / logit.std(ddof=1)).tolist(), strict=True))
    check = Check("effectiveness", lambda row: score[row.members["rep"]], ask={"where": ["role=csm"]})
    people = [{"rep_id": rep, "name": rep, "role": "csm"} for rep in reps]
    return Drawn(frozenset(reps), {"reps": people, "deals": rows}, [check])


PROCESSES = (
    Process("30 mails of the last quarter, one in five answered", _mails),
    Process("one month of work of reps who do more or less", _activity, 0.5),
    Process("30 deals each of reps who win more or less often", _winners, 0.5),
)
