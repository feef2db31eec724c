"""Measures how effective a technology company's sales are."""
