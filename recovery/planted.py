"""Simulated companies with what was planted in them: each metric that has a planted truth, member by member."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from efficace.build import load
from efficace.metrics.answer import Row
from efficace.project import Project, open_project
from efficace.simulate import SimulationSettings, Truth, simulate
from recovery.tally import Found, Tally

LOADED = datetime.fromisoformat("2026-10-02")
REPS, TOUCHES = 12, 30_000


@dataclass(frozen=True)
class Planted:
    """A metric and the planted truths that it should recover.

    Attributes:
        truth: Id of the planted facts.
        by: Dimension asked; ``member`` is its name in the truth.
        fixed: Which of the planted facts, by their other members.
        ask: Further arguments of the question.
        why: See ``Tally``.
    """

    metric: str
    by: str
    truth: str = ""
    member: str = ""
    fixed: Mapping[str, str] = field(default_factory=dict)
    ask: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""

    def truths(self, truth: Truth) -> dict[str, float]:
        """Planted value by member."""
        member = self.member or self.by
        return {
            one.member[member]: one.expected
            for one in truth.all(self.truth or self.metric)
            if one.expected is not None
            and member in one.member
            and len(one.member) == 1 + len(self.fixed)
            and all(one.member.get(name) == value for name, value in self.fixed.items())
        }


NEW = {"where": ["deal_kind=new"]}
PLANTED = (
    Planted("win_rate", "rep", ask=NEW),
    Planted(
        "lead_response_time", "rep",
        ask={"settings": {"response.clock": "business"}, "where": ["source!=chat"]},
    ),
    Planted("persistence", "rep"),
    Planted("attempt_value", "attempt"),
    Planted("offer_acceptance", "segment", fixed={"kind": "upsell"}, ask={"settings": {"kinds": "upsell"}}),
    Planted("nps", "segment"),
    Planted("non_renewal_rate", "segment"),
    Planted("response_conversion", "response_band"),
)  # fmt: skip


def run(companies: int, seed: int, folder: Path) -> Iterator[Tally]:
    """Simulate, load and ask so many companies without faults; all answers of a metric together."""
    found: dict[int, list[Found]] = {number: [] for number in range(len(PLANTED))}
    for number in range(companies):
        project, truth = _company(folder / str(number), seed + number)
        try:
            for place, planted in enumerate(PLANTED):
                found[place] += _found(project, planted, truth)
        finally:
            project.close()
    for place, planted in enumerate(PLANTED):
        yield Tally(planted.metric, f"simulated companies, by {planted.by}", found[place], why=planted.why)


def _company(folder: Path, seed: int) -> tuple[Project, Truth]:
    settings = SimulationSettings(reps=REPS, touches=TOUCHES, seed=seed, planted=False)
    truth = simulate(folder / "tables", settings)
    (folder / "project").mkdir()
    (folder / "project" / "efficace.yaml").write_bytes((folder / "tables" / "efficace.yaml").read_bytes())
    load(folder / "project", folder / "tables", None, LOADED)
    return open_project(folder / "project"), truth


def _found(project: Project, planted: Planted, truth: Truth) -> list[Found]:
    truths = planted.truths(truth)
    rows: Sequence[Row] = project.metrics.ask(planted.metric, by=[planted.by], **planted.ask).rows
    return [
        Found(row.value, row.low, row.high, truths[member])
        for row in rows
        if (member := str(row.members[planted.by])) in truths and row.value is not None and row.low is not None
    ]
