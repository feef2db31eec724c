"""Changes of accounts that pages and programs make, and an account as the history keeps it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session as Transaction

from efficace.errors import QuestionError, nearest
from efficace.state.schema import User
from efficace.state.users import disable, enable, sign_out_everywhere, teams_of
from efficace.web.desk import now

ACTIONS = ("role", "close", "open", "reset", "sign_out")


def act(transaction: Transaction, user: User, action: str) -> None:
    """Close an account, open it again, or end its sessions.

    Raises:
        UserError: If nobody would be admin any more.
        QuestionError: If there is no such action.
    """
    if action == "close":
        disable(transaction, user, now())
    elif action == "open":
        enable(user)
    elif action == "sign_out":
        sign_out_everywhere(transaction, user)
    else:
        raise QuestionError('No step "{step}".{nearest}', step=action[:60], nearest=nearest(action, ACTIONS))


def told(transaction: Transaction, user: User) -> dict[str, Any]:
    """An account as the history keeps it."""
    transaction.flush()
    state = "disabled" if user.disabled_at else "open"
    return {"role": user.role, "teams": list(teams_of(transaction, user)), "rep": user.rep_id, "state": state}


def state_of_account(user: User) -> str:
    """Whether an account is open."""
    return "disabled" if user.disabled_at else "open" if user.password_hash else "no password yet"
