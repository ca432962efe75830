"""Fixtures for what a machine may lack: real data beside the checkout, and a browser."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
BROWSER_ARGS = [
    "--no-sandbox",  # containers, where tests often run as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
MARKERS = {"shared_data": "real", "chromium": "browser"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the fixtures they ask for, so that markers cannot be forgotten."""
    for item in items:
        for fixture in MARKERS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(MARKERS[fixture])


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real data beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no real data: ../shared/data is missing beside the checkout")
    return SHARED_DATA


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Give a Chromium-like browser found on the PATH.

    One per module: while Playwright is started its event loop occupies the thread, and code that
    runs a loop of its own, such as a notebook client, must not meet it.
    """
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is on the PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=BROWSER_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def offline_page(chromium: Browser) -> Iterator[Page]:
    """Give a page whose network is off; ``page.outgoing`` and ``page.complaints`` record.

    ``outgoing`` holds the address of everything asked for beyond ``file:`` and ``data:``,
    ``complaints`` every console error and uncaught exception.
    """
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.outgoing, page.complaints = [], []
    page.on("request", lambda request: _note(page.outgoing, request.url))
    page.on(
        "console",
        lambda message: message.type == "error" and page.complaints.append(message.text),
    )
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()


def _note(addresses: list[str], address: str) -> None:
    if not address.startswith(("file:", "data:", "blob:", "about:")):
        addresses.append(address)
