"""Who works on which lead: claim, snooze, done, release; each step can be undone by whoever took it.

Of two who claim at once one wins and the other is told who: a step counts only if the lead is still at the step that
was read, which one statement checks and moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Transaction

from efficace.errors import EfficaceError
from efficace.state.schema import LeadClaim, LeadStep, User

Action = Literal["claim", "snooze", "done", "release"]
_BECOMES: dict[Action, str] = {"claim": "claimed", "snooze": "snoozed", "done": "done", "release": "free"}


class ClaimError(EfficaceError, ValueError):
    """A step that cannot be taken with this lead."""


class ClaimedByOther(ClaimError):
    """Somebody else works on the lead; ``holder`` is their name."""

    def __init__(self, lead_id: str, holder: str) -> None:
        self.holder = holder
        super().__init__("{holder} already works on lead {lead}.", holder=holder, lead=lead_id)


@dataclass(frozen=True)
class Claim:
    """Where a lead stands: ``free``, ``claimed``, ``snoozed`` (until when) or ``done``; ``step`` counts changes."""

    lead_id: str
    state: str
    holder_id: int | None
    since: datetime
    until: datetime | None
    step: int

    def is_due(self, at: datetime) -> bool:
        """Whether it stands in the queue: free, claimed, or its snooze is over."""
        return self.state in ("free", "claimed") or (self.state == "snoozed" and (self.until or at) <= at)


def claim(transaction: Transaction, lead_id: str, user_id: int, at: datetime) -> Claim:
    """Take a lead; taking one's own again changes nothing.

    Raises:
        ClaimedByOther: Naming who has it.
        ClaimError: If it is done.
    """
    present = _present(transaction, lead_id, at)
    _not_others(transaction, present, user_id)
    if present.state == "claimed":
        return _as_claim(present)
    if present.state == "done":
        raise ClaimError("Lead {lead} is done. Undo that first.", lead=lead_id)
    return _step(transaction, present, user_id, "claim", at, None)


def snooze(transaction: Transaction, lead_id: str, user_id: int, until: datetime, at: datetime) -> Claim:
    """Set a lead aside until an instant; it stays with whoever sets it aside.

    Raises:
        ClaimedByOther: Naming who has it.
        ClaimError: If it is done, or the instant has passed.
    """
    if until <= at:
        raise ClaimError("Snooze until a time that is still to come.")
    present = _present(transaction, lead_id, at)
    _not_others(transaction, present, user_id)
    if present.state == "done":
        raise ClaimError("Lead {lead} is done. Undo that first.", lead=lead_id)
    return _step(transaction, present, user_id, "snooze", at, until)


def done(transaction: Transaction, lead_id: str, user_id: int, at: datetime) -> Claim:
    """Mark a lead as done; doing so again changes nothing.

    Raises:
        ClaimedByOther: Naming who has it.
    """
    present = _present(transaction, lead_id, at)
    if present.state == "done":
        return _as_claim(present)
    _not_others(transaction, present, user_id)
    return _step(transaction, present, user_id, "done", at, None)


def release(transaction: Transaction, lead_id: str, user_id: int, at: datetime) -> Claim:
    """Give a lead back to the queue.

    Raises:
        ClaimedByOther: Naming who has it.
    """
    present = _present(transaction, lead_id, at)
    _not_others(transaction, present, user_id)
    return _as_claim(present) if present.state == "free" else _step(transaction, present, user_id, "release", at, None)


def undo(transaction: Transaction, lead_id: str, user_id: int, at: datetime, seen: int | None = None) -> Claim:
    """Take back the last step of a lead that was not yet taken back; repeated, the one before it, and so on.

    Args:
        seen: The claim's ``step`` that is to be undone: sent twice it is undone once. None = whichever is the last.

    Raises:
        ClaimError: If nothing is left to undo, it was changed since it was seen, or somebody else took the last step.
    """
    present = _present(transaction, lead_id, at)
    if seen is not None and present.step != seen:
        raise ClaimError("Somebody changed lead {lead} meanwhile. Look at it again.", lead=lead_id)
    asked = select(LeadStep).where(LeadStep.lead_id == lead_id, LeadStep.action != "undo", ~LeadStep.undone)
    last = transaction.scalars(asked.order_by(LeadStep.step.desc()).limit(1)).one_or_none()
    if last is None:
        raise ClaimError("Nothing to undo with lead {lead}.", lead=lead_id)
    if last.user_id != user_id:
        raise ClaimError(
            "{who} took the last step with lead {lead}: only they can undo it.",
            who=_name(transaction, last.user_id),
            lead=lead_id,
        )
    last.undone = True
    _remember(transaction, present, user_id, "undo", at)
    before = (last.before_state, last.before_holder_id, last.before_since, last.before_until)
    return _move(transaction, present, *before)


def claims(transaction: Transaction) -> dict[str, Claim]:
    """Where every lead stands that anybody ever touched, by lead."""
    return {found.lead_id: _as_claim(found) for found in transaction.scalars(select(LeadClaim))}


def changed_by_others(transaction: Transaction, user_id: int, since: datetime) -> frozenset[str]:
    """The leads that others took a step with since an instant."""
    asked = select(LeadStep.lead_id).where(LeadStep.at >= since, LeadStep.user_id != user_id)
    return frozenset(transaction.scalars(asked.distinct()))


def history(transaction: Transaction, lead_id: str) -> list[LeadStep]:
    """All steps with a lead, first to last, those taken back too."""
    return list(transaction.scalars(select(LeadStep).where(LeadStep.lead_id == lead_id).order_by(LeadStep.step)))


def _present(transaction: Transaction, lead_id: str, at: datetime) -> LeadClaim:
    """The lead's row, made where nobody touched it yet, locked where the database can lock rows."""
    found = transaction.get(LeadClaim, lead_id, with_for_update=True)
    if found is None:
        try:
            with transaction.begin_nested():
                found = LeadClaim(lead_id=lead_id, state="free", since=at, step=0)
                transaction.add(found)
        except IntegrityError:
            found = transaction.get_one(LeadClaim, lead_id, with_for_update=True)
    return found


def _not_others(transaction: Transaction, present: LeadClaim, user_id: int) -> None:
    if present.holder_id not in (None, user_id):
        raise ClaimedByOther(present.lead_id, _name(transaction, present.holder_id))


def _name(transaction: Transaction, user_id: int | None) -> str:
    user = transaction.get(User, user_id) if user_id is not None else None
    return user.name if user is not None else "?"


def _step(
    transaction: Transaction, present: LeadClaim, user_id: int, action: Action, at: datetime, until: datetime | None
) -> Claim:
    _remember(transaction, present, user_id, action, at)
    holder = None if action == "release" else user_id
    return _move(transaction, present, _BECOMES[action], holder, at, until)


def _remember(transaction: Transaction, present: LeadClaim, user_id: int, action: str, at: datetime) -> None:
    transaction.add(
        LeadStep(
            lead_id=present.lead_id,
            step=present.step + 1,
            user_id=user_id,
            action=action,
            at=at,
            before_state=present.state,
            before_holder_id=present.holder_id,
            before_since=present.since,
            before_until=present.until,
            undone=False,
        )
    )


def _move(
    transaction: Transaction,
    present: LeadClaim,
    state: str,
    holder_id: int | None,
    since: datetime,
    until: datetime | None,
) -> Claim:
    is_as_read = (LeadClaim.lead_id == present.lead_id) & (LeadClaim.step == present.step)
    new = {"state": state, "holder_id": holder_id, "since": since, "until": until, "step": present.step + 1}
    moved = transaction.scalars(update(LeadClaim).where(is_as_read).values(new).returning(LeadClaim.step)).one_or_none()
    if moved is None:
        raise ClaimError("Somebody changed lead {lead} meanwhile. Look at it again.", lead=present.lead_id)
    transaction.refresh(present)
    return _as_claim(present)


def _as_claim(found: LeadClaim) -> Claim:
    return Claim(found.lead_id, found.state, found.holder_id, found.since, found.until, found.step)
