"""Every page in both languages, light and dark, wide and narrow: no error, nothing leaves, axe finds nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from browser import SCREENS, browser, chromium, server, watched

IN_CI = os.environ.get("CI") == "true"
pytestmark = pytest.mark.skipif(chromium() is None and not IN_CI, reason="Chromium is not installed")

PAGES = {
    "overview": "/",
    "findings": "/findings",
    "pipeline": "/pipeline",
    "customers": "/customers",
    "acquisition": "/acquisition",
    "revenue": "/revenue",
    "voice": "/voice",
    "team": "/team",
    "rep": "/reps/R001",
    "leads": "/leads",
    "metrics": "/metrics",
    "kpi": "/kpi/sales_cycle_length",
    "rows": "/kpi/win_rate/rows",
    "explain": "/kpi/win_rate/explain",
    "data": "/data",
    "settings": "/settings",
    "sign-in": "/sign-in",
    "missing": "/no-such-page",
}
LOOKS = (
    (1440, "light", "en-GB"),
    (1440, "dark", "fr-FR"),
    (390, "light", "fr-FR"),
    (390, "dark", "en-GB"),
    (1024, "light", "en-GB"),
)


@pytest.fixture(scope="module")
def address(company: Path, app: object) -> Iterator[str]:
    with server(company, "--signed-in-as", "admin") as found:
        yield found


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole(opened: Browser, address: str, name: str, look: tuple[int, str, str]) -> None:
    width, scheme, locale = look
    with watched(opened, address, width, scheme, locale) as seen:
        page = seen.go(address + PAGES[name])
        SCREENS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENS / f"{name}-{width}-{scheme}-{locale[:2]}.png", full_page=True)
        assert page.title()
        assert page.get_attribute("html", "lang") == locale[:2]
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "scrolls sideways"
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert seen.left == []
        assert [error for error in seen.errors if "404" not in error or name != "missing"] == []
