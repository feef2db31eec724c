"""Message marks: each element of personalization that can apply to a mail, and whether the mail has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.facts.fact import Fact, Moment, Own
from efficace.facts.messages import MESSAGES
from efficace.text.elements import ELEMENTS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from efficace.facts.known import Tables


def build(tables: Tables, _: Moment) -> ir.Table:
    """One row a mail with a text and element: ``found`` out of ``possible``, which is 1."""
    import ibis

    read = tables.message_elements
    marks = ibis.union(*(_marked(read, name) for name in ELEMENTS))
    mails = tables.messages.drop("found", "possible")
    return mails.inner_join(marks, mails.touch_id == marks.m_touch).drop("m_touch")


def _marked(read: ir.Table, element: str) -> ir.Table:
    """The mails to which one element can apply; no element's name is part of another's."""
    import ibis

    is_found, is_missing = (names.contains(element).fill_null(False) for names in (read.elements, read.missing))
    return read.filter(is_found | is_missing).select(
        m_touch="touch_id",
        element=ibis.literal(element),
        found=is_found.ifelse(1, 0).cast("int32"),
        possible=ibis.literal(1).cast("int32"),
    )


MESSAGE_MARKS = Fact(
    "message_marks",
    "One row a mail and element of personalization that can apply to it, and whether the mail has it.",
    build,
    key=("touch_id", "element"),
    reads=("messages",),
    stored=False,
    dimensions={**MESSAGES.dimensions, "element": Own("element")},
)
