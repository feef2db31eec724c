"""The vocabulary of everything after the sources: canonical tables, time and money."""
