"""Settings that are changed in the app, each a JSON value with who changed it and when."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Transaction

from efficace.state.changes import note_change
from efficace.state.schema import Setting


def change_setting(transaction: Transaction, name: str, value: Any, user_id: int, at: datetime) -> None:
    """Set it, in place of what it was; the caller checks that name and value have a meaning."""
    text = json.dumps(value, ensure_ascii=False)
    setting = transaction.get(Setting, name, with_for_update=True)
    note_change(transaction, "setting", name, json.loads(setting.value) if setting else None, value, user_id, at)
    if setting is None:
        try:
            with transaction.begin_nested():
                transaction.add(Setting(name=name, value=text, changed_by=user_id, changed_at=at))
        except IntegrityError:
            setting = transaction.get_one(Setting, name, with_for_update=True)
    if setting is not None:
        setting.value, setting.changed_by, setting.changed_at = text, user_id, at
    transaction.flush()


def forget_setting(transaction: Transaction, name: str, user_id: int, at: datetime) -> None:
    """Take back that a setting was changed at all: what ``efficace.yaml`` says counts again."""
    setting = transaction.get(Setting, name, with_for_update=True)
    if setting is not None:
        note_change(transaction, "setting", name, json.loads(setting.value), None, user_id, at)
        transaction.delete(setting)
        transaction.flush()


def settings(transaction: Transaction) -> dict[str, Any]:
    """All settings that somebody changed, by name."""
    return {setting.name: json.loads(setting.value) for setting in transaction.scalars(select(Setting))}
