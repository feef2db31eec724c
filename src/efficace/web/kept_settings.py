"""Changing settings: checked, written down with who did it, and the figures worked out anew behind the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from efficace.config import changes_of, keep_changes, load_config
from efficace.errors import ConfigError
from efficace.state.settings import change_setting, forget_setting
from efficace.web.desk import Desk, now

if TYPE_CHECKING:
    from efficace.state.changes import Made
    from efficace.web.intake import Intakes


def change(desk: Desk, intakes: Intakes, changed: Mapping[str, object], user_id: int) -> None:
    """Set settings, as ``efficace.yaml`` would have them; None leaves one to that file again.

    Who may see what counts at once; the figures follow when they are worked out.

    Raises:
        ConfigError: If a value cannot be used; nothing is changed then.
        StateError: If the state database cannot be written; nothing is changed then.
    """
    folder = desk.project.folder
    before = changes_of(folder)
    after = {name: value for name, value in {**before, **changed}.items() if value is not None}
    is_written = False
    try:
        with desk.project.state.open().writing() as transaction:
            for name, value in changed.items():
                if value is None:
                    forget_setting(transaction, name, user_id, now())
                else:
                    change_setting(transaction, name, value, user_id, now())
            keep_changes(folder, after)
            is_written = True
    except BaseException:
        if is_written:
            keep_changes(folder, before)
        raise
    desk.project.config = replace(desk.project.config, privacy=load_config(folder).privacy)
    if not desk.project.data.is_empty:
        intakes.rebuild(now())


def take_back(desk: Desk, intakes: Intakes, made: Made, user_id: int) -> None:
    """Put a setting as it was before a change of it; this is a change itself.

    Raises:
        ConfigError: If it was changed again since.
    """
    if changes_of(desk.project.folder).get(made.name) != made.after:
        raise ConfigError("Somebody changed this setting meanwhile. Look at it again.")
    change(desk, intakes, {made.name: made.before}, user_id)
