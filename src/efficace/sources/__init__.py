"""Brings a company's data in: reads files of any shape and maps them to the canonical tables."""
