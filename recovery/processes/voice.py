"""Answers to the questions that customers are asked."""

from __future__ import annotations

import numpy as np

from recovery.process import HISTORY, Check, Drawn, Process, Rows, constant, instant, names

NPS_SHARES = {10: 0.25, 9: 0.2, 8: 0.15, 7: 0.15, 5: 0.15, 2: 0.1}
NPS = 100 * (0.45 - 0.25)
CSAT_SHARES = {5: 0.35, 4: 0.3, 3: 0.2, 2: 0.1, 1: 0.05}
CES_SHARES = {1: 0.05, 2: 0.1, 3: 0.15, 4: 0.2, 5: 0.25, 6: 0.15, 7: 0.1}
ANSWERED = 0.6
COMMENTS = {
    "Excellent service, very happy.": 0.4,
    "Terrible delivery, really disappointed.": 0.35,
    "The invoice came on Tuesday.": 0.25,
}
GOOD, BAD = 0.4, 0.35


def _answers(
    chance: np.random.Generator, reps: list[str], kind: str, shares: dict[int, float], asked: int, most: int
) -> Rows:
    scores = chance.choice(list(shares), size=(len(reps), asked), p=list(shares.values()))
    has = chance.random(scores.shape) < ANSWERED
    at = chance.uniform(0, HISTORY - 1, scores.shape)
    return [
        {
            "feedback_id": f"{rep}-{kind}-{k}", "occurred_at": instant(at[number, k]), "kind": kind, "rep_id": rep,
            "score": int(scores[number, k]) if has[number, k] else None,
            "scale_min": 0 if most == 10 else 1, "scale_max": most, "comment": None,
        }
        for number, rep in enumerate(reps)
        for k in range(asked)
    ]  # fmt: skip


def _voices(chance: np.random.Generator, members: int) -> Drawn:
    reps = names("voice", members)
    rows = _answers(chance, reps, "nps", NPS_SHARES, 60, 10) + _answers(chance, reps, "csat", CSAT_SHARES, 60, 5)
    rows += _answers(chance, reps, "ces", CES_SHARES, 40, 7)
    texts = chance.choice(list(COMMENTS), size=(len(reps), 50), p=list(COMMENTS.values()))
    for number, rep in enumerate(reps):
        for k in range(50):
            rows.append({
                "feedback_id": f"{rep}-said-{k}", "occurred_at": instant(k + 1), "kind": "comment", "rep_id": rep,
                "comment": str(texts[number, k]), "language": "en",
            })  # fmt: skip
    delivery = {"where": ["theme=delivery"]}
    checks = [
        Check("nps", constant(NPS)),
        Check("nps", constant(ANSWERED), estimate="response_rate"),
        Check("csat", constant(0.65)),
        Check("ces", constant(sum(score * share for score, share in CES_SHARES.items()))),
        Check("comment_sentiment", constant(100 * (GOOD - BAD))),
        Check("comment_sentiment", constant(GOOD), estimate="positive"),
        Check("comment_themes", constant(BAD), ask=delivery),
    ]
    return Drawn(frozenset(reps), {"reps": [{"rep_id": rep, "name": rep} for rep in reps], "feedback": rows}, checks)


def _easy(chance: np.random.Generator, members: int) -> Drawn:
    """Nearly everybody gives the same score: few values, heavily skewed."""
    reps = names("easy", members)
    rows = _answers(chance, reps, "ces", {1: 0.85, 2: 0.06, 4: 0.04, 7: 0.05}, 60, 7)
    check = Check("ces", constant(0.85 + 0.12 + 0.16 + 0.35))
    return Drawn(frozenset(reps), {"reps": [{"rep_id": rep, "name": rep} for rep in reps], "feedback": rows}, [check])


PROCESSES = (
    Process("36 recommendations, 36 satisfactions, 24 efforts, 50 comments", _voices),
    Process("36 efforts, five in six at the end of the scale", _easy),
)
