"""The server's log: a JSON object a line, without names, addresses, questions or secrets.

Paths are those of the routes (``/reps/{rep_id}``), so that nobody is named by where somebody looked; of an error stand
its kind and where it happened, not its words, which may quote what a row holds.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

ROOT, SERVER = "efficace", "uvicorn"
FIELDS = ("method", "route", "status", "ms", "code", "part")


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "event": record.getMessage()}
        told |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            told |= _error(record.exc_info[0], record.exc_info[2])
        return json.dumps(told, ensure_ascii=False)


def write_to_stderr() -> None:
    """Let the product's log go to whoever keeps the service's output; a person at a terminal sees what went wrong."""
    least = logging.WARNING if sys.stderr.isatty() else logging.INFO
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name, level in ((ROOT, least), (SERVER, logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False


def about(request: Request, **more: object) -> Mapping[str, object]:
    """What a line may say of a request: method and route, whoever sent it and whatever it asked."""
    route = request.scope.get("route")
    return {"method": request.method, "route": getattr(route, "path", "no such page"), **more}


def _error(kind: type[BaseException], trace: Any) -> dict[str, Any]:
    frames = traceback.extract_tb(trace)[-12:]
    return {"error": kind.__name__, "stack": [f"{one.filename}:{one.lineno} {one.name}" for one in frames]}
