"""Runs a command as a process of its own and says what it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


class Failed(Exception):
    """A measured command ended with an error."""


@dataclass(frozen=True)
class Run:
    """What one process took.

    Attributes:
        seconds: On the wall clock.
        cpu: Seconds of all cores together; steadier than the wall clock where others share the machine.
        peak_mb: Most memory that it held at once.
    """

    seconds: float
    cpu: float
    peak_mb: float
    output: str

    def read(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.output)


@dataclass(frozen=True)
class Spread:
    """Several measurements of the same."""

    values: tuple[float, ...]

    @property
    def middle(self) -> float:
        return median(self.values)

    def __truediv__(self, other: Spread) -> Spread:
        """Ratios run by run, as they were measured side by side."""
        return Spread(tuple(one / two for one, two in zip(self.values, other.values, strict=True)))

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({min(self.values):.2f}-{max(self.values):.2f})"


def run(command: Sequence[str]) -> Run:
    """Run a command to its end.

    Raises:
        Failed: If its exit code is not 0.
    """
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=output)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise Failed(f"{' '.join(command)}: exit code {process.returncode}")
        output.seek(0)
        text = output.read().decode()
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, text)


def task(*arguments: object) -> list[str]:
    """The command that carries out a task of ``benchmarks.tasks``."""
    return [sys.executable, "-m", "benchmarks.tasks", *map(str, arguments)]


def efficace(*arguments: object) -> list[str]:
    """A command of ours."""
    return [sys.executable, "-c", "from efficace.cli.app import main; main()", *map(str, arguments)]
