"""Measures how fast we are beside hand-written SQL and a straightforward pandas program, and that all three agree."""
