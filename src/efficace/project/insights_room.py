"""The room ``insights``: what the figures mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efficace.project.asked import When

if TYPE_CHECKING:
    from efficace.build.report import Progress
    from efficace.insights.finding import Finding
    from efficace.project.folder import Project


class InsightsRoom:
    """What the figures mean."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def findings(
        self, as_of: When | None = None, limit: int | None = None, progress: Progress | None = None
    ) -> list[Finding]:
        """What the last twelve months say, the most important first.

        Chance findings are held together over all detectors: of those named that are tests, at most the share of the
        setting ``insights.false_discoveries`` by chance alone.

        Args:
            as_of: Nothing later is used; a bare date is the end of that day.
            limit: At most so many; None = all.

        Raises:
            ProjectError: If nothing was loaded yet.
            QuestionError: If ``as_of`` is no date.
        """
        from efficace.insights.discover import discover

        found = discover(self._project.ground(), self._project.metrics.catalogue(), as_of, progress=progress)
        return found[:limit]
