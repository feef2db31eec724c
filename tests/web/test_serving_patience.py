"""A metric's page waits for its figure; its picture over time comes in later where that takes long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from efficace.web.pages import kpi
from efficace.web.pictures import ask_over_time

PAGE = "/kpi/units_sold?from=2026-01-03&to=2026-05-17"
PART = "/kpi/units_sold/parts/trend?from=2026-01-03&amp;to=2026-05-17"


@pytest.fixture
def slow(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """The picture over time is not there before the event; the server waits for nothing that can come later."""
    ready = Event()

    def dawdle(*question: object) -> None:
        assert ready.wait(60)
        ask_over_time(*question)  # type: ignore[arg-type]  # as it is called

    monkeypatch.setattr(kpi, "ask_over_time", dawdle)
    serving = app.state.serving
    app.state.serving = replace(serving, patience=0.0)
    yield ready
    app.state.serving = serving
    ready.set()


@pytest.mark.usefixtures("slow")
def test_a_slow_picture_over_time_comes_in_after_the_page(signed_in: Callable[[str], TestClient]) -> None:
    client = signed_in("admin")
    page = client.get(PAGE)
    assert page.status_code == 200
    assert f'hx-get="{PART}"' in page.text
    assert 'id="trend"' not in page.text
    part = client.get(PART.replace("&amp;", "&"))
    assert 'id="trend"' in part.text


def test_a_quick_picture_over_time_is_in_the_page(signed_in: Callable[[str], TestClient]) -> None:
    page = signed_in("admin").get(PAGE)
    assert f'hx-get="{PART}"' not in page.text
    assert 'id="trend"' in page.text


@pytest.mark.usefixtures("slow")
def test_what_has_no_picture_over_time_is_not_waited_for(signed_in: Callable[[str], TestClient]) -> None:
    page = signed_in("admin").get("/kpi/product_pairs")
    assert page.status_code == 200
    assert "/parts/trend" not in page.text
