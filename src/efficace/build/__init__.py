"""One load from end to end: raw log, canonical tables, facts, publication."""

from efficace.build.one_load import load, rebuild, undo_last
from efficace.build.report import LoadReport, Note, TableCount
from efficace.build.tables import load_tables

__all__ = ["LoadReport", "Note", "TableCount", "load", "load_tables", "rebuild", "undo_last"]
