"""The room ``insights``: what the figures mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from efficace.project.asked import When

if TYPE_CHECKING:
    from datetime import date

    from efficace.build.report import Progress
    from efficace.insights.allocation import Proposal
    from efficace.insights.customers import AtRisk, Unanswered
    from efficace.insights.detectors import Detector
    from efficace.insights.finding import Finding
    from efficace.insights.look import Look
    from efficace.insights.offers import Offer
    from efficace.metrics.answer import Answer
    from efficace.project.folder import Project


class InsightsRoom:
    """What the figures mean."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def findings(
        self,
        as_of: When | None = None,
        limit: int | None = None,
        progress: Progress | None = None,
        only: Sequence[str] = (),
        without: Sequence[str] = (),
    ) -> list[Finding]:
        """What the last twelve months say, the most important first.

        Chance findings are held together over all detectors: of those named that are tests, at most the share of the
        setting ``insights.false_discoveries`` by chance alone.

        Args:
            as_of: Nothing later is used; a bare date is the end of that day.
            limit: At most so many; None = all.
            only: Detectors that look; () = all.
            without: Detectors that do not look.

        Raises:
            ProjectError: If nothing was loaded yet.
            QuestionError: If ``as_of`` is no date.
        """
        from efficace.insights.discover import discover

        ground, catalogue = self._project.ground(), self._project.metrics.catalogue()
        set_targets = self._project.state.set_targets()
        found = discover(ground, catalogue, as_of, _chosen(only, without), progress, set_targets)
        return found[:limit]

    def customers_at_risk(self) -> list[AtRisk]:
        """Customers with a sign of leaving, those with more signs first, then those who pay more.

        Raises:
            ProjectError: If nothing was loaded yet.
        """
        from efficace.insights.customers import customers_at_risk

        return customers_at_risk(self._look())

    def term_ends(self) -> dict[str, date]:
        """The earliest end of a running paid term of each customer, by account.

        Raises:
            ProjectError: If nothing was loaded yet.
        """
        from efficace.insights.customers import term_ends

        return term_ends(self._look())

    def unanswered_comments(self) -> list[Unanswered]:
        """Comments of the last 90 days whose customer nobody has written to or called since, the worst first.

        Raises:
            ProjectError: If nothing was loaded yet.
        """
        from efficace.insights.customers import unanswered_comments

        return unanswered_comments(self._look())

    def allocation(self, answer: Answer) -> list[Proposal]:
        """How the work of territories would follow their demand.

        Args:
            answer: Of ``territory_balance`` by territory.
        """
        from efficace.insights.allocation import proposals

        return proposals(answer.rows, self._look().parents("territory"))

    def next_offers(self, limit: int = 3000) -> list[Offer]:
        """The likeliest offer of each customer, the likeliest first.

        Args:
            limit: Rows of ``next_offer`` that are read for it.

        Raises:
            ProjectError: If nothing was loaded yet.
        """
        from efficace.insights.offers import offers_of
        from efficace.metrics.estimators import POPULATION

        rows = self._project.metrics.opened("next_offer", limit=limit).rows.to_pylist()
        used = [row for row in rows if row["left_out"] is None and row["part"] == POPULATION]
        return offers_of(used, self.term_ends())

    def _look(self) -> Look:
        from efficace.insights.look import Look

        return Look.at(self._project.ground(), self._project.metrics.catalogue(), None)


def _chosen(only: Sequence[str], without: Sequence[str]) -> list[Detector]:
    from efficace.insights.detectors import DETECTORS

    return [one for one in DETECTORS if (not only or one.id in only) and one.id not in without]
