"""How all charts look: colours as tokens of the page, quiet axes, the language of numbers and dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from efficace.locale import language

Spec = dict[str, Any]
"""A Vega-Lite definition, as JSON has it."""
Theme = Literal["light", "dark"]

TOKENS: Mapping[str, tuple[str, str]] = {
    "bg": ("#ffffff", "#131518"),
    "fill": ("#f1f1ed", "#1d2024"),
    "line": ("#e5e5e0", "#26292e"),
    "line-2": ("#c8c9c4", "#43484f"),
    "ink": ("#17191d", "#eceef1"),
    "ink-2": ("#474c55", "#b7bcc4"),
    "ink-3": ("#5f656f", "#9299a3"),
    "accent": ("#1d56ae", "#8db6f7"),
    "warn": ("#a84300", "#f2a468"),
    "data": ("#2a64bf", "#6fa1f0"),
    "data-mid": ("#7aa0dc", "#4670b0"),
    "data-soft": ("#ccdcf4", "#233a5f"),
    "warn-data": ("#d2600c", "#e68a3d"),
    "prev": ("#8a9099", "#727983"),
    "prev-mid": ("#b4b8be", "#4d535b"),
    "prev-soft": ("#e6e7e9", "#2b2f35"),
    "pale": ("#b9bdc4", "#565c65"),
    "pine": ("#155e45", "#5fd6b0"),
    "plum": ("#7d2f6b", "#e3b5d6"),
    "heat-1": ("#eaf1fb", "#eaf1fb"),
    "heat-2": ("#c9dbf4", "#c9dbf4"),
    "heat-3": ("#9dbdea", "#9dbdea"),
    "heat-4": ("#6a99da", "#6a99da"),
    "heat-5": ("#3f75c6", "#3f75c6"),
    "heat-6": ("#1f4f9c", "#1f4f9c"),
    "on-heat": ("#17191d", "#17191d"),
    "on-deep-heat": ("#ffffff", "#ffffff"),
}
"""Colours by name, light and dark; the page's style declares the same."""
SERIES = ("data", "warn-data", "pine", "plum", "prev")
FONT = "Inter, system-ui, sans-serif"
_USED = re.compile(r"var\(--([a-z0-9-]+)\)")

_NUMBERS: Mapping[str, Spec] = {
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""], "minus": "\u2212"},
    "fr": {
        "decimal": ",", "thousands": "\u202f", "grouping": [3], "currency": ["", ""], "minus": "\u2212",
        "percent": "\u202f%",
    },
}  # fmt: skip
_FRENCH_DATES: Spec = {
    "dateTime": "%A %e %B %Y à %X",
    "date": "%d/%m/%Y",
    "time": "%H:%M:%S",
    "periods": ["", ""],
    "days": ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
    "shortDays": ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
    "months": [
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ],
    "shortMonths": [
        "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
    ],
}  # fmt: skip


def token(name: str) -> str:
    """A colour as charts name it; the page resolves it, or ``in_theme`` does."""
    return f"var(--{name})"


def in_theme(spec: Any, theme: Theme) -> Any:
    """The same definition with the colours of a theme in place of their names, for pictures outside the page."""
    if isinstance(spec, dict):
        return {name: in_theme(part, theme) for name, part in spec.items()}
    if isinstance(spec, list):
        return [in_theme(part, theme) for part in spec]
    if isinstance(spec, str):
        place = 0 if theme == "light" else 1
        return _USED.sub(lambda found: TOKENS[found[1]][place], spec)
    return spec


def sized(spec: Spec, width: int) -> Spec:
    """The same definition with a width of its own where it takes its place's, for pictures outside the page."""
    return {**spec, "width": width} if spec.get("width") == "container" else spec


def lines(number: int, height: int) -> Spec:
    """The size of a picture with a line for each of some members: as wide as its place, as high as they need."""
    # A step instead of a height would be taken for one that the picture can be fitted to, with a warning.
    fit = {"type": "fit-x", "contains": "padding"}
    return {"width": "container", "height": max(number, 1) * height, "autosize": fit}


def finished(spec: Spec, into: str | None = None, title: str = "", subtitle: str = "") -> Spec:
    """Give a definition the look of all charts and the language of their numbers and dates.

    Args:
        title: Above the picture; none where the page has it.
    """
    spoken = language(into)
    locale: Spec = {"number": _NUMBERS[spoken]}
    if spoken == "fr":
        locale["time"] = _FRENCH_DATES
    heading = {"title": {"text": title, "subtitle": subtitle}} if title else {}
    config = {
        "aria": False,
        "font": FONT,
        "background": "transparent",
        "locale": locale,
        "view": {"stroke": None},
        "axis": {
            "grid": True, "gridColor": token("line"), "domain": False, "ticks": False, "labelColor": token("ink-3"),
            "titleColor": token("ink-3"), "labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": 400,
            "labelPadding": 6,
        },
        "axisX": {"grid": False, "domain": True, "domainColor": token("line-2")},
        "text": {"fontSize": 11, "color": token("ink-2")},
        "header": {"labelColor": token("ink-2"), "labelFontSize": 11, "title": None},
        "legend": {"labelColor": token("ink-2"), "labelFontSize": 11, "title": None, "orient": "top"},
        "title": {
            "anchor": "start", "color": token("ink"), "fontSize": 14, "subtitleColor": token("ink-3"),
            "subtitleFontSize": 11, "offset": 12,
        },
    }  # fmt: skip
    size = {"autosize": {"type": "fit", "contains": "padding"}} if spec.get("width") == "container" else {}
    schema = "https://vega.github.io/schema/vega-lite/v6.json"
    return {"$schema": schema, **heading, **size, **spec, "config": config}
