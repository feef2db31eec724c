"""Presets of chapters that have too many to hold them: the definitions of other tools, each with its source."""
