"""Brings a company's data in: reads files of any shape and maps them to the canonical tables."""

from efficace.sources.propose import Proposal, Question, propose

__all__ = ["Proposal", "Question", "propose"]
