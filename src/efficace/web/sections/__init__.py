"""Sections of the chapters' pages: each a question, and the part of a page that answers it."""

from efficace.web.sections.section import Section

__all__ = ["Section"]
