"""The lead queue in a real browser: the keyboard alone, two at once, a server that cannot be reached for a while."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Locator, Page, expect

from browser import PATIENCE, Watched, browser, chromium, server, watched
from efficace.state.claims import claim, claims
from efficace.state.schema import LeadClaim, LeadStep
from efficace.state.sessions import start_session
from efficace.state.users import user_named
from efficace.web.desk import Desk, now
from efficace.web.visitor import SESSION

pytestmark = pytest.mark.skipif(
    chromium() is None and os.environ.get("CI") != "true", reason="Chromium is not installed"
)
expect.set_options(timeout=PATIENCE)
PHONE = 390


@pytest.fixture(scope="module")
def address(company: Path, app: object) -> Iterator[str]:
    with server(company) as found:
        yield found


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture
def desk(app: FastAPI) -> Iterator[Desk]:
    found: Desk = app.state.desk
    yield found
    with found.project.state.open().writing() as transaction:
        transaction.query(LeadStep).delete()
        transaction.query(LeadClaim).delete()


def as_account(seen: Watched, desk: Desk, address: str, login: str) -> Page:
    with desk.project.state.open().writing() as transaction:
        secret = start_session(transaction, user_named(transaction, login).id, now())
    seen.page.context.add_cookies([{"name": SESSION, "value": secret, "url": address}])
    return seen.go(address + "/leads")


def row_of(page: Page, number: int) -> tuple[str, Locator]:
    """The id of a lead of the list, and its row wherever it stands later."""
    found = page.locator("li.lead").nth(number).locator("input[name=lead]").input_value()
    return found, page.locator("li.lead", has=page.locator(f"input[name=lead][value='{found}']"))


def state_of(desk: Desk, lead: str) -> str:
    with desk.project.state.open().reading() as transaction:
        found = claims(transaction).get(lead)
        return "free" if found is None else found.state


def test_a_lead_is_claimed_given_back_and_done_by_the_keyboard_alone(opened: Browser, address: str, desk: Desk) -> None:
    with watched(opened, address, width=PHONE) as seen:
        page = as_account(seen, desk, address, "admin")
        lead, row = row_of(page, 0)
        row.get_by_role("button", name="Claim").focus()
        page.keyboard.press("Enter")
        expect(row).to_contain_text("yours since")
        assert state_of(desk, lead) == "claimed"
        focused = page.evaluate("document.activeElement.closest('li').querySelector('[name=lead]').value")
        assert focused == lead, "whoever works by keyboard goes on where the step was taken"
        row.get_by_role("button", name="Give back").focus()
        page.keyboard.press("Enter")
        expect(row).not_to_contain_text("yours since")
        row.get_by_role("button", name="Done").focus()
        page.keyboard.press("Enter")
        expect(row.get_by_role("button", name="Undo")).to_be_visible()
        assert state_of(desk, lead) == "done"
        row.get_by_role("button", name="Undo").focus()
        page.keyboard.press("Enter")
        expect(row.get_by_role("button", name="Claim")).to_be_visible()
        assert state_of(desk, lead) == "free"
        assert seen.errors == []


def test_of_two_at_once_the_second_is_told_who_was_faster(opened: Browser, address: str, desk: Desk) -> None:
    with watched(opened, address) as first, watched(opened, address) as second:
        one, other = as_account(first, desk, address, "admin"), as_account(second, desk, address, "manager")
        shared = {field.input_value() for field in other.locator("li.lead [name=lead]").all()}
        rows = [field.input_value() for field in one.locator("li.lead [name=lead]").all()]
        lead = next(found for found in rows if found in shared)
        # the second has not heard yet of what the first did
        other.route("**/parts/lead-news*", lambda route: route.fulfill(status=204))
        mine, same = (
            page.locator("li.lead", has=page.locator(f"[name=lead][value='{lead}']")) for page in (one, other)
        )
        mine.get_by_role("button", name="Claim").click()
        expect(mine).to_contain_text("yours since")
        same.get_by_role("button", name="Claim").click()
        expect(other.locator(".lead-said")).to_contain_text("Ada Admin was faster and already works on")
        assert state_of(desk, lead) == "claimed"


def test_what_is_pressed_without_a_server_is_kept_and_sent_when_it_is_back(
    opened: Browser, address: str, desk: Desk
) -> None:
    with watched(opened, address, width=PHONE) as seen:
        page = as_account(seen, desk, address, "admin")
        board = page.locator("#queue-board")
        expect(board).to_be_hidden()
        (first, row), (second, other), (third, last) = (row_of(page, number) for number in range(3))
        page.context.set_offline(True)
        row.get_by_role("button", name="Claim").click()
        expect(board).to_contain_text("The server cannot be reached since")
        expect(row).to_contain_text("Claim: kept, not sent yet.")
        other.get_by_role("button", name="Done").click()
        last.get_by_role("button", name="Snooze 1 h").click()
        expect(board).to_contain_text("Kept on this page until it is sent: 3.")
        other.get_by_role("button", name="Take back").click()
        expect(board).to_contain_text("Kept on this page until it is sent: 2.")
        assert {state_of(desk, lead) for lead in (first, second, third)} == {"free"}
        page.context.set_offline(False)
        expect(board).to_contain_text("The server is back. Sent: 2.")
        assert [state_of(desk, lead) for lead in (first, second, third)] == ["claimed", "free", "snoozed"]
        assert page.evaluate("Object.keys(sessionStorage).filter((name) => name.startsWith('efficace'))") == []


def test_a_kept_step_that_somebody_else_took_meanwhile_is_told_and_not_forced(
    opened: Browser, address: str, desk: Desk
) -> None:
    with watched(opened, address) as seen, watched(opened, address) as elsewhere:
        page = as_account(seen, desk, address, "manager")
        lead, row = row_of(page, 0)
        page.context.set_offline(True)
        row.get_by_role("button", name="Claim").click()
        expect(row).to_contain_text("kept, not sent yet")
        other = as_account(elsewhere, desk, address, "admin")
        other.goto(f"{address}/leads?most=9999")
        other.locator(f"form:has([name=lead][value='{lead}'])").first.get_by_role("button", name="Claim").click()
        elsewhere.settle()
        page.context.set_offline(False)
        expect(page.locator("#queue-board")).to_contain_text("Ada Admin was faster and already works on")
        with desk.project.state.open().reading() as transaction:
            assert claims(transaction)[lead].holder_id == user_named(transaction, "admin").id


def test_without_a_session_what_is_pressed_waits_for_the_next_sign_in(
    opened: Browser, address: str, desk: Desk
) -> None:
    with watched(opened, address) as seen:
        page = as_account(seen, desk, address, "admin")
        lead, row = row_of(page, 0)
        page.context.clear_cookies()
        row.get_by_role("button", name="Claim").click()
        board = page.locator("#queue-board")
        expect(board).to_contain_text("Your session has ended. Kept on this page: 1")
        expect(board.get_by_role("link", name="Sign in")).to_have_attribute("href", "/sign-in?next=%2Fleads")
        assert state_of(desk, lead) == "free"
        page.on("dialog", lambda asked: asked.accept())
        as_account(seen, desk, address, "admin")
        expect(page.locator("#queue-board")).to_contain_text("Sent: 1.")
        assert state_of(desk, lead) == "claimed"


def test_a_claim_of_somebody_else_appears_without_a_reload_and_the_focus_stays(
    opened: Browser, desk: Desk, address: str
) -> None:
    with watched(opened, address) as seen:
        page = as_account(seen, desk, address, "admin")
        lead, row = row_of(page, 1)
        row.locator("button").nth(1).focus()
        pressed = page.evaluate("document.activeElement.value")
        page.evaluate("window.stays = true")
        with desk.project.state.open().writing() as transaction:
            claim(transaction, row_of(page, 0)[0], user_named(transaction, "manager").id, now())
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.locator("li.lead.claimed")).to_have_count(1)
        assert page.evaluate("window.stays"), "the page was not loaded anew"
        assert page.evaluate("[document.activeElement.value, document.activeElement.closest('li').dataset.lead]") == [
            pressed, lead,
        ]  # fmt: skip
        with desk.project.state.open().writing() as transaction:
            claim(transaction, lead, user_named(transaction, "manager").id, now())
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.locator("li.lead.claimed")).to_have_count(2)
        assert page.evaluate("document.activeElement.matches('.lead button')"), "on to the next lead that is free"
        with desk.project.state.open().writing() as transaction:
            first = page.locator(".next-lead").get_attribute("data-lead")
            assert first is not None
            claim(transaction, first, user_named(transaction, "manager").id, now())
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.locator(f"li.lead.claimed[data-lead='{first}']")).to_have_count(1)
        assert page.locator(".next-lead").get_attribute("data-lead") != first
