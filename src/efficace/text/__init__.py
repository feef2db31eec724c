"""Rules on one message or comment, in English and French: offline, explained by the very words that they found."""

LIMIT = 100_000
"""Characters of a text that are read; what lies beyond is cut off, and every finding says so."""
