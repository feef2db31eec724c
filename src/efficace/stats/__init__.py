"""Sums and counts in, estimates with their uncertainty out; no engine, no tables, no sales words."""

from efficace.stats import special as special
