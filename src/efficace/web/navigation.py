"""The pages of the app in the order of the side, each with the one question that it answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """A page that the side leads to."""

    path: str
    name: str
    question: str
    group: str = ""


SIDE: tuple[Item, ...] = (
    Item("/", "Overview", "How are we doing, and what needs me now?"),
    Item("/pipeline", "Pipeline", "Where do deals wait?", "See"),
    Item("/customers", "Customers", "Who leaves, who grows?", "See"),
    Item("/acquisition", "Acquisition", "What does a customer cost, and where should effort go?", "See"),
    Item("/revenue", "Revenue", "Is growth real?", "See"),
    Item("/voice", "Voice", "What do customers tell us?", "See"),
    Item("/team", "Team", "Who needs which help?", "People"),
    Item("/leads", "Lead queue", "Who do I answer next?", "People"),
    Item("/metrics", "All figures", "What can be measured?", "Trust"),
    Item("/data", "Data", "Can I trust this?", "Trust"),
    Item("/settings", "Settings", "How is this set up?", "Trust"),
)


def item_of(path: str) -> Item | None:
    """The page of the side that a path belongs to."""
    root = "/" + path.strip("/").partition("/")[0]
    aliases = {"/reps": "/team", "/kpi": "/metrics"}
    return next((item for item in SIDE if item.path == aliases.get(root, root)), None)
