"""Every mapping on the page about mappings, and every example, is one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from efficace.sources.mapping import parse_mapping
from loading import EXAMPLES

PAGE = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", BLOCKS)
def test_a_mapping_of_the_page_can_be_read(text: str) -> None:
    assert parse_mapping(text, "docs/mapping.md").feeds


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_an_example_can_be_read(path: Path) -> None:
    found = parse_mapping(path.read_text(encoding="utf-8"), path.name)
    assert found.feeds
    assert found.streams


def test_the_page_names_every_operator() -> None:
    from efficace.sources import mapping

    for name in (*mapping._OPERATORS, *mapping._FILE, *mapping._TOP, "explode", "unpivot"):
        assert f"`{name}" in PAGE or f" {name}" in PAGE or f"{name}:" in PAGE, name
