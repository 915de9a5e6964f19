"""What a person sees who typed `make demo`: in a real browser, on a desk and on a phone."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.demo_process import found, running_demo

CHROMIUM = shutil.which("chromium")
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 640}

expect.set_options(timeout=20_000)  # a browser beside a busy suite is slow; what is wrong stays wrong

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs Debian's chromium; tools/debian.py says why it is not here"
)


@pytest.fixture(scope="module")
def printed() -> Iterator[str]:
    """What a running demo printed."""
    with running_demo() as words:
        yield words


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    """A new visitor's browser window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_context(viewport=request.param, locale="en").new_page()
        browser.close()


def test_a_visitor_is_asked_back_and_answered(printed: str, page: Page) -> None:
    """The price in two steps, through the signed webhook; the transcript is there again after a reload."""
    page.goto(found(r"(http://\S+/chat/\d+)\s", printed))
    log = page.get_by_role("log")
    for said, heard in (("how much is it?", "Which product"), ("a power bank please", "1799")):
        page.get_by_role("textbox").fill(said)
        page.get_by_role("textbox").press("Enter")
        expect(log).to_contain_text(heard)
    page.reload()
    expect(log).to_contain_text("how much is it?")
    expect(log).to_contain_text("1799")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the window"


def test_a_builder_sees_why(printed: str, page: Page) -> None:
    """The other address that the demo prints shows the trace: the node, and what the webhook was asked."""
    page.goto(found(r"(http://\S+#builder=\S+)", printed))
    page.get_by_role("textbox").fill("how much is the speaker?")
    page.get_by_role("textbox").press("Enter")
    expect(page.get_by_role("log")).to_contain_text("1599")
    page.get_by_role("button", name="Why was this answered so").first.click()
    expect(page.get_by_role("complementary")).to_contain_text("PRODUCT_PRICE")
