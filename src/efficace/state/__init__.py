"""What people make: accounts, views, targets, notes, claims. A small relational database, apart from what is loaded."""

from efficace.state.database import State, open_state

__all__ = ["State", "open_state"]
