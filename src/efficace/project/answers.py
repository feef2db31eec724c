"""Answers that can be drawn and opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from efficace.metrics.answer import Answer, Row

if TYPE_CHECKING:
    from efficace.metrics.explain import Explanation
    from efficace.metrics.opened import Opened
    from efficace.metrics.question import Request
    from efficace.project.folder import Project


@dataclass(frozen=True)
class Opening:
    """The way from an answer back to what made it."""

    project: Project
    request: Request

    def explain(self) -> Explanation:
        """The answer with its definition, its queries, what was left out and the data behind it."""
        from efficace.metrics.explain import explain

        loaded_at = self.project.data.snapshot().loaded_at
        return explain(self.project.ground(), self.request, self.project.metrics.catalogue(), loaded_at)

    def rows(self, left_out: str | None = None, limit: int | None = None) -> Opened:
        """The rows of every part of the answer."""
        from efficace.metrics.behind import opened

        return opened(self.project.ground(), self.request, self.project.metrics.catalogue(), left_out, limit)


class ShownRows(tuple[Row, ...]):
    """The rows of an answer; called, they give the rows of the data behind them."""

    opening: Opening

    def __call__(self, left_out: str | None = None, limit: int | None = None) -> Opened:
        """The very rows behind the answer, used and left out, by part; they add up to its n and ``left_out``.

        Args:
            left_out: Only those left out for this reason.
            limit: At most so many; None = all.

        Raises:
            QuestionError: If nothing was left out for that reason, naming the nearest.
        """
        return self.opening.rows(left_out, limit)


class ShownAnswer(Answer):
    """An answer that can also be drawn and opened: ``answer.rows`` are its rows, ``answer.rows()`` those behind it."""

    rows: ShownRows

    def chart(self) -> Any:
        """The answer as an Altair chart: a trend over periods, a curve, else a dot plot of members."""
        from efficace.charts import chart

        return chart(self)

    def explain(self) -> Explanation:
        """What the figure means, how it was reckoned, from which rows and how fresh they are."""
        return self.rows.opening.explain()
