"""Pictures as files: PNG and SVG drawn here, in the typeface of the pages, without a browser."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Literal

from efficace.charts.theme import TOKENS, Spec, Theme, in_theme, sized

Form = Literal["png", "svg"]
FONTS = Path(__file__).parent / "fonts"
"""Inter in two weights, Latin letters only: the drawing program reads no packed fonts."""
WIDTH = 760
PADDING = 16
VEGA_LITE = "6.4"


def image(spec: Spec, form: Form, theme: Theme = "light", width: int = WIDTH) -> bytes:
    """Draw a picture.

    Args:
        width: Pixels, where the picture takes its place's; a PNG has twice as many for sharp screens.
    """
    import vl_convert

    _know_fonts()
    text = _with_ground(spec, theme, width)
    if form == "svg":
        return vl_convert.vegalite_to_svg(text, vl_version=VEGA_LITE).encode()
    return bytes(vl_convert.vegalite_to_png(text, vl_version=VEGA_LITE, scale=2))


@lru_cache(maxsize=1)
def _know_fonts() -> None:
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))


def _with_ground(spec: Spec, theme: Theme, width: int) -> str:
    made: Spec = in_theme(sized(spec, width), theme)
    ground = TOKENS["bg"][0 if theme == "light" else 1]
    return json.dumps({**made, "padding": PADDING, "config": {**made["config"], "background": ground}})
