"""What people do in the app, done in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browser import PATIENCE, browser, chromium, server, watched
from loading import Company

IN_CI = os.environ.get("CI") == "true"
pytestmark = pytest.mark.skipif(chromium() is None and not IN_CI, reason="Chromium is not installed")

expect.set_options(timeout=PATIENCE)
PASSWORD = "a long password of ours"


@pytest.fixture(scope="module")
def address(company: Path, app: object) -> Iterator[str]:
    with server(company) as found:
        yield found


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def signed(opened: Browser, address: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the state of a browser in which the admin has signed in is kept."""
    kept = str(tmp_path_factory.mktemp("state") / "state.json")
    with watched(opened, address) as seen:
        page = seen.go(address + "/pipeline")
        assert "/sign-in?next=" in page.url
        page.fill("[name=login]", "admin")
        page.fill("[name=password]", "wrong and long enough")
        page.click("button.main")
        expect(page.get_by_role("alert")).to_have_text("Wrong login or password.")
        page.fill("[name=password]", PASSWORD)
        page.click("button.main")
        seen.settle()
        assert page.url == f"{address}/pipeline"
        page.context.storage_state(path=kept)
    return kept


def test_a_filter_stays_in_the_address_and_narrows_the_figure(opened: Browser, address: str, signed: str) -> None:
    with watched(opened, address, storage_state=signed) as seen:
        page = seen.go(address + "/kpi/win_rate?period=all")
        before = page.locator(".value").first.inner_text()
        page.locator("summary", has_text="Team").first.click()
        page.locator("[name=in_team]").last.check()
        page.locator("details[open] form button").first.click()
        seen.settle()
        assert "in_team=" in page.url
        assert page.locator(".pick.is-set").count() == 1
        assert page.locator(".value").first.inner_text() != before
        assert seen.errors == []


def test_a_figure_opens_to_its_rows_and_goes_out_as_a_file(opened: Browser, address: str, signed: str) -> None:
    with watched(opened, address, storage_state=signed, accept_downloads=True) as seen:
        page = seen.go(address + "/kpi/win_rate?period=all")
        page.get_by_role("link", name="rows").first.click()
        seen.settle()
        assert "/kpi/win_rate/rows" in page.url
        assert page.locator("tbody tr").count() > 0
        page.go_back()
        with page.expect_download() as found:
            page.get_by_role("link", name="CSV").first.click()
        text = Path(found.value.path()).read_text(encoding="utf-8-sig")
        assert "value" in text.splitlines()[0]


def test_a_target_that_is_set_shows_on_the_overview(opened: Browser, address: str, signed: str) -> None:
    with watched(opened, address, storage_state=signed) as seen:
        page = seen.go(address + "/settings")
        form = page.locator("form[action='/settings/targets']")
        form.locator("[name=metric]").select_option("sales_cycle_length")
        form.locator("[name=starts_on]").fill("2020-01-01")
        form.locator("[name=last_on]").fill("2039-12-31")
        form.locator("[name=value]").fill("10 days")
        form.locator("button").click()
        seen.settle()
        expect(page.locator("#targets").locator("xpath=../..").locator("tbody tr")).to_have_count(1)
        seen.go(address + "/")
        assert page.locator(".bullet").count() == 1
        expect(page.locator(".aim").first).to_contain_text("target ≤ 10 days")


def test_a_language_that_is_chosen_stays(opened: Browser, address: str, signed: str) -> None:
    with watched(opened, address, storage_state=signed) as seen:
        page = seen.go(address + "/")
        page.get_by_role("button", name="Français").click()
        seen.settle()
        assert page.get_attribute("html", "lang") == "fr"
        assert "Vue d’ensemble" in page.title()
        seen.go(address + "/data")
        assert page.get_attribute("html", "lang") == "fr"


def test_a_view_is_saved_found_and_removed(opened: Browser, address: str, signed: str) -> None:
    with watched(opened, address, storage_state=signed) as seen:
        page = seen.go(address + "/customers?period=all")
        page.locator("summary", has_text="Views").click()
        page.fill("form[action='/views'] [name=name]", "Monday <review>")
        page.locator("form[action='/views'] button").click()
        seen.settle()
        page.keyboard.press("Control+k")
        page.fill("#palette-text", "monday")
        expect(page.locator("#palette-list li a")).to_have_text(["Monday <review>"])
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/customers?period=all")
        seen.settle()
        page.locator("summary", has_text="Views").click()
        page.get_by_role("button", name="Remove the view Monday <review>").click()
        seen.settle()
        page.locator("summary", has_text="Views").click()
        assert page.locator(".menu .row").count() == 0


def test_everything_is_reached_with_the_keyboard_alone(opened: Browser, address: str, signed: str) -> None:
    with watched(opened, address, storage_state=signed) as seen:
        page = seen.go(address + "/")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        page.keyboard.press("Control+k")
        page.keyboard.type("voice")
        expect(page.locator("#palette-list li").first).to_contain_text("Voice")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/voice*")
        seen.settle()
        page.locator(".pick summary").first.focus()
        page.keyboard.press("Enter")
        assert page.locator("details.pick[open]").count() == 1
        page.keyboard.press("Escape")
        assert page.locator("details.pick[open]").count() == 0


def test_files_dropped_in_the_browser_are_recognised_loaded_and_taken_back(opened: Browser, tmp_path: Path) -> None:
    company = Company(tmp_path)
    company.write(
        deals_csv="deal_id;created_at;status;amount;rep_id\nD1;05/03/2026;won;1.200,50;R1\nD2;06/03/2026;lost;80;R1\n",
        notes_docx=b"not data",
    )
    with server(tmp_path / "project", "--signed-in-as", "ann") as address, watched(opened, address) as seen:
        page = seen.go(address + "/")
        assert page.url == f"{address}/data"
        page.set_input_files("[name=files]", [company.files / "deals.csv", company.files / "notes.docx"])
        page.click("button.main")
        seen.settle()
        assert "notes.docx" in page.locator("main").inner_text()
        while page.locator("form[action$=answers]").count():
            for field in page.locator("form[action$=answers] input[list]").all():
                choices = page.locator(f"#{field.get_attribute('list')} option")
                field.fill("dmy" if "dmy" in choices.evaluate_all("all => all.map(one => one.value)") else "EUR")
            page.click("form[action$=answers] button")
            seen.settle()
        page.click("form[action$=load] button")
        expect(page.get_by_text("To the overview")).to_be_visible()
        expect(page.locator("#progress tbody")).to_contain_text("deals")
        seen.go(address + "/data")
        assert page.get_by_role("button", name="Take the last load back").count() == 0  # it is the first
        (company.files / "deals.csv").write_text("deal_id,created_at,status\nD3,2026-04-01,open\n")
        page.set_input_files("[name=files]", [company.files / "deals.csv"])
        page.click("button.main")
        page.click("form[action$=load] button")
        expect(page.get_by_text("To the overview")).to_be_visible()
        seen.go(address + "/data")
        page.get_by_role("button", name="Take the last load back").click()
        expect(page.get_by_text("The last load was taken back")).to_be_visible()
        seen.go(address + "/data")
        assert page.get_by_role("button", name="Take the last load back").count() == 0
    shutil.rmtree(company.files)
