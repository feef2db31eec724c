"""The files that hold a project's settings: what people write, and what the app changes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from efficace.config.reading import parse_config, with_settings
from efficace.config.settings import CONFIG_FILE, Config
from efficace.errors import ConfigError

CHANGES_FILE = "settings.json"
"""Beside it: what was changed in the app, a JSON object of dotted names. It wins over ``efficace.yaml``."""


def load_config(folder: Path) -> Config:
    """Read ``efficace.yaml`` of a project and what was changed in the app; defaults where there is no file.

    Raises:
        ConfigError: Naming the file and the key that is unknown or has no usable value.
    """
    path = folder / CONFIG_FILE
    config = parse_config(_read_yaml(path), where=str(path)) if path.exists() else Config()
    changes = changes_of(folder)
    return with_settings(config, changes) if changes else config


def changes_of(folder: Path) -> dict[str, Any]:
    """What was changed in the app: dotted name -> value as ``efficace.yaml`` would have it.

    Raises:
        ConfigError: If the file is damaged.
    """
    path = folder / CHANGES_FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError("{path}: not readable as JSON: {error}", path=path, error=error) from error
    if not isinstance(found, dict):
        raise ConfigError("{where}: expected settings (name: value), found {given!r}.", where=path, given=found)
    return found


def keep_changes(folder: Path, changes: Mapping[str, object]) -> None:
    """Write what was changed in the app, all or nothing.

    Raises:
        ConfigError: If a name is unknown or a value cannot be used; nothing is written then.
    """
    path = folder / CONFIG_FILE
    config = parse_config(_read_yaml(path), where=str(path)) if path.exists() else Config()
    with_settings(config, changes)
    target = folder / CHANGES_FILE
    beside = target.with_name(f"{CHANGES_FILE}.{os.getpid()}.tmp")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(dict(changes), file, ensure_ascii=False, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(target)


def _read_yaml(path: Path) -> object:
    import yaml

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError("{path}: not readable as YAML: {error}", path=path, error=error) from error
