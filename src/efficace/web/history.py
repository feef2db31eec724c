"""Who changed what in how the product is set up, as the settings page tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from efficace.access.rights import Reader, Right, may_see_members, rights_of
from efficace.config import Privacy
from efficace.locale.said import Said
from efficace.metrics.metric import Metric
from efficace.state.changes import Made
from efficace.web.changeable import BY_NAME
from efficace.web.say import Say
from efficace.web.typed import unit_of


@dataclass(frozen=True)
class Told:
    """A change in words.

    Attributes:
        before: What it was; empty where there was nothing.
        may_undo: Whether the visitor may put it back as it was.
    """

    id: int
    at: datetime
    who: str
    what: str
    before: str
    after: str
    may_undo: bool


@dataclass(frozen=True)
class Telling:
    """What it takes to tell changes to a visitor."""

    reader: Reader
    privacy: Privacy
    say: Say
    currency: str
    metrics: Mapping[str, Metric]
    names: Mapping[int, str]

    def of(self, changes: Sequence[Made]) -> list[Told]:
        """The changes that the visitor may see, each in words."""
        return [self._told(one) for one in changes if self._may_see(one)]

    def _may_see(self, one: Made) -> bool:
        if one.kind == "account":
            return Right.USERS in rights_of(self.reader)
        aim = one.after or one.before
        is_of_person = one.kind == "target" and aim["scope"] == "rep"
        return not is_of_person or may_see_members(self.reader, {"rep": aim["scope_id"]}, self.privacy)

    def _told(self, one: Made) -> Told:
        right = {"setting": Right.SETTINGS, "target": Right.TARGETS}.get(one.kind)
        may_undo = right is not None and right in rights_of(self.reader)
        what, shown = {"setting": self._setting, "target": self._target, "account": self._account}[one.kind](one)
        who = self.names.get(one.user_id, "?")
        return Told(one.id, one.at, who, what, shown(one.before), shown(one.after), may_undo)

    def _setting(self, one: Made) -> tuple[str, Any]:
        known = BY_NAME.get(one.name)
        if known is None:
            return one.name, lambda value: "" if value is None else str(value)
        file = self.say.text("as in efficace.yaml")
        label = self.say.text(known.label)
        return label, lambda value: file if value is None else " / ".join(known.shown(value, self.say.language))

    def _target(self, one: Made) -> tuple[str, Any]:
        aim = one.after or one.before
        unit = unit_of(self.metrics[one.name].unit, self.currency) if one.name in self.metrics else ""
        days = [self.say.day(date.fromisoformat(aim[name])) for name in ("starts_on", "ends_on")]
        scope = f"{self.say.text(aim['scope'])} {aim['scope_id']}".strip()
        values = {"metric": self.say.metric(one.name), "scope": scope, "start": days[0], "end": days[1]}
        what = self.say.said(Said("target of {metric} for {scope}, {start} to {end}", values))
        return what, lambda value: self.say.text("none") if value is None else self.say.value(value["value"], unit)

    def _account(self, one: Made) -> tuple[str, Any]:
        def shown(value: dict[str, Any] | None) -> str:
            if value is None:
                return ""
            parts = [self.say.text(value["role"]), *value.get("teams", ()), self.say.text(value["state"])]
            return ", ".join(part for part in parts if part)

        return self.say.said(Said("account {login}", {"login": one.name})), shown
