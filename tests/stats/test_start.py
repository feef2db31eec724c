"""Statistics are read at every start of the command line: nothing slow may come along."""

import subprocess
import sys

MODULES = [
    "estimate",
    "rates",
    "means",
    "counts",
    "survival",
    "shrinkage",
    "decomposition",
    "control",
    "effects",
    "forecast",
    "pairs",
    "bootstrap",
]


def test_statistics_start_without_what_is_slow_to_import():
    code = ";".join(f"import efficace.stats.{name}" for name in MODULES) + ";import sys;print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "efficace.stats.bootstrap" in loaded
    assert not {"scipy.stats", "pandas", "statsmodels", "ibis", "duckdb", "pyarrow"} & set(loaded)
