"""What a server writes down: one JSON object a line, of the server's work and never of persons."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO


class JsonLines(logging.Formatter):
    """Writes a record as JSON: when, how grave, where in the program, what, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def write_log(stream: TextIO | None = None) -> None:
    """Let the program write its log to a stream, by default that of errors."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("efficace")
    log.handlers = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
