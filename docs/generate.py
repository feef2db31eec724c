"""Writes the pages that are made from declarations: the canonical tables and the metrics."""

from __future__ import annotations

import sys
from pathlib import Path

from efficace.metrics.catalogue import CHAPTERS
from efficace.metrics.describe import describe
from efficace.metrics.metric import Metric
from efficace.model.tables import LINEAGE, TABLES, Table

HERE = Path(__file__).parent
NOTE = "<!-- Made by docs/generate.py from the declarations: change those, then run `make docs`. -->\n\n"


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    return {"model.md": model_page(), "metrics.md": metrics_page()}


def model_page() -> str:
    """The canonical tables."""
    parts = [
        "# The canonical tables\n\n" + NOTE,
        "A file of the same name with these columns loads without a mapping. `K` = part of the key, `!` = a row "
        "without it is rejected. Every table also carries ",
        ", ".join(f"`{column.name}`" for column in LINEAGE),
        ", where the name is free.\n",
    ]
    return "".join(parts) + "".join(_table(table) for table in TABLES)


def _table(table: Table) -> str:
    lines = [f"\n## {table.name}\n\n{table.meaning}\n\n", "| column | | holds | meaning |\n| --- | --- | --- | --- |\n"]
    for column in table.columns:
        mark = "K" if column.key else "!" if column.required else ""
        holds = ", ".join(column.choices) or str(column.kind)
        refers = f"a key of `{column.refers}`" if column.refers else ""
        meaning = " ".join(text for text in (column.meaning, refers) if text)
        lines.append(f"| `{column.name}` | {mark} | {holds} | {meaning} |\n")
    return "".join(lines)


def metrics_page() -> str:
    """The metrics, chapter by chapter."""
    parts = ["# The metrics\n\n" + NOTE, "Ask for one with `efficace kpi ID`; every answer says what it left out.\n"]
    for title, metrics in CHAPTERS.items():
        parts.append(f"\n## {title}\n")
        for metric in metrics:
            found = describe(metric)
            parts.append(f"\n### {metric.id}\n\n{metric.meaning['en']}.\n\n*{metric.meaning['fr']}.*\n\n")
            rows = {
                "unit": f"{metric.unit} ({metric.better} is better)",
                "by": ", ".join(found["dimensions"]),
                "beside": ", ".join(found["estimates"]),
                "definitions": _definitions(metric),
                "settings": ", ".join(f"{name} = {value}" for name, value in found["options"].items()),
                "needs": ", ".join(f"`{need.replace('|', '` or `')}`" for need in metric.needs),
                "source": metric.source,
            }
            parts += [f"- {name}: {text}\n" for name, text in rows.items() if text]
    return "".join(parts)


def _definitions(metric: Metric) -> str:
    """Each definition of other tools on a line of its own, with its source."""
    lines = []
    for name, preset in metric.presets.items():
        links = "; ".join(f"<{one}>" if one.startswith("http") else one for one in preset.source.split("; ") if one)
        lines.append(f"\n  - `{name}`: {preset.meaning['en']}" + (f" ({links})" if links else ""))
    return "".join(lines)


if __name__ == "__main__":
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"docs/{name}\n")
