"""Pictures as files: the typeface of the pages, both themes, no warning of the drawing program."""

from __future__ import annotations

import logging
import re
import struct
from pathlib import Path

import pytest

from efficace.charts import image as images
from efficace.charts.image import FONTS, image
from efficace.charts.ladder import Rung, ladder
from efficace.charts.theme import Spec

RUNGS = [Rung("by day 30", 0.1, 0.05, 0.16), Rung("by day 60", 0.3, 0.22, 0.4)]


def told() -> Spec:
    """A picture whose only text is one word with letters of every kind."""
    return {
        "data": {"values": [{"text": "Écart −12,5\u202f% Łódź ŐŰ"}]}, "width": 300, "height": 40,
        "mark": {"type": "text", "fontSize": 20}, "encoding": {"text": {"field": "text"}}, "config": {},
    }  # fmt: skip


def with_font(spec: Spec, font: str, weight: int = 400) -> Spec:
    return {**spec, "config": {"font": font, "text": {"fontWeight": weight}}}


def test_text_is_drawn_in_the_typeface_of_the_pages_and_in_its_weights() -> None:
    drawn = {(font, weight): image(with_font(told(), font, weight), "png") for font in ("Inter", "no such typeface")
             for weight in (400, 600)}  # fmt: skip
    assert len(set(drawn.values())) >= 3, "Inter differs from what stands in for it, and from its own other weight"
    assert drawn["Inter", 400] != drawn["Inter", 600]
    assert drawn["Inter", 400] != drawn["no such typeface", 400]


def test_the_typeface_is_shipped_with_its_licence_and_has_what_numbers_need() -> None:
    assert {path.name for path in FONTS.iterdir()} == {"Inter-Regular.ttf", "Inter-SemiBold.ttf", "LICENSE.txt"}
    assert "SIL OPEN FONT LICENSE" in (FONTS / "LICENSE.txt").read_text(encoding="utf-8")
    for path in FONTS.glob("*.ttf"):
        letters = characters_of(path)
        assert set("0123456789%€−–’éçœŁőű,.:;()+ \u00a0\u202f") <= {chr(one) for one in letters}, path.name


def characters_of(path: Path) -> set[int]:
    """Code points of a font's character map of format 4 or 12, read by hand."""
    content = path.read_bytes()
    tables = {content[12 + 16 * n : 16 + 16 * n]: struct.unpack(">II", content[20 + 16 * n : 28 + 16 * n])
              for n in range(struct.unpack(">H", content[4:6])[0])}  # fmt: skip
    start, _length = tables[b"cmap"]
    found: set[int] = set()
    for number in range(struct.unpack(">H", content[start + 2 : start + 4])[0]):
        place = start + struct.unpack(">I", content[start + 8 + 8 * number : start + 12 + 8 * number])[0]
        if struct.unpack(">H", content[place : place + 2])[0] == 4:
            segments = struct.unpack(">H", content[place + 6 : place + 8])[0] // 2
            ends = struct.unpack(f">{segments}H", content[place + 14 : place + 14 + 2 * segments])
            first = place + 16 + 2 * segments
            starts = struct.unpack(f">{segments}H", content[first : first + 2 * segments])
            found |= {one for low, high in zip(starts, ends, strict=True) for one in range(low, high + 1)}
    return found


@pytest.mark.parametrize("form", ["png", "svg"])
def test_a_picture_of_lines_is_as_high_as_its_lines_and_warns_of_nothing(
    form: images.Form, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        drawn = image(ladder(RUNGS, "share"), form)
    assert not [record for record in caplog.records if "fit" in record.getMessage()]
    assert "fit" not in capfd.readouterr().err
    if form == "svg":
        assert re.search(r'height="\d+', drawn.decode())
        assert "by day 60" in drawn.decode()
    else:
        width, height = struct.unpack(">II", drawn[16:24])
        assert width == pytest.approx(2 * (images.WIDTH), abs=2 * 40)
        assert height < 2 * 200


def test_dark_pictures_stand_on_dark_ground() -> None:
    light, dark = (image(ladder(RUNGS, "share"), "svg", theme).decode() for theme in ("light", "dark"))
    assert "#ffffff" in light
    assert "#131518" in dark
    assert "#131518" not in light
