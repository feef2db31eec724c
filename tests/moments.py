"""Instants of the tests."""

from datetime import datetime, timedelta

NOON = datetime(2026, 3, 2, 12)


def after(**span: float) -> datetime:
    return NOON + timedelta(**span)
