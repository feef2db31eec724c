"""Cells of files that spreadsheets open: text that would be run as a formula there is made plain."""

from __future__ import annotations

_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_STARTS) else cell
