"""The chat page in a real browser, against a real server."""

import random
import re
import shutil
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from botyard.hsl.actionable import Actionable
from botyard.hsl.elements import Buttons, Card, Carousel, Element, Field, Form, Receipt, System, Text
from botyard.hsl.links import safe_href
from tests.channels.web.small_chats import BUILDER_KEY, Serving, SmallChats, serving
from tests.torture.toxic_proxy import ToxicProxy
from tests.torture.ways import to_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]  # fmt: skip

expect.set_options(timeout=20_000)  # a browser beside a busy suite is slow; what is wrong stays wrong

pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="NO BROWSER: the chat page was NOT tested; install one with `apt-get install -y chromium`",
)

# Each would say so in the page's title, where no policy can hide it.
PAYLOADS = [
    "<img src=x onerror=\"document.title='hacked'\">",
    "<script>document.title='hacked'</script>",
    "<svg onload=\"document.title='hacked'\">",
    '"><iframe srcdoc="<script>parent.document.title=\'hacked\'</script>">',
    "*<b onmouseover=document.title='hacked'>x</b>*",
    "https://ok.example/\"onmouseover=\"document.title='hacked'",
    "{{constructor.constructor('document.title=1')()}}",
]
BAD_LINKS = [
    "javascript:document.title='hacked'",
    "JaVa\tScript:document.title='hacked'",
    "\x01javascript:document.title='hacked'",
    "data:text/html,<script>document.title='hacked'</script>",
    "vbscript:msgbox(1)",
    "blob:https://x/1",
    "//",
]


def _say(label: str, **payload: str) -> Actionable:
    return Actionable(actionable_text=label, payload={"message": label, **payload})


def _link(label: str, url: str) -> Actionable:
    return Actionable(actionable_text=label, type="APP_ACTION", uri="LINK", payload={"url": url})


def _hostile() -> tuple[Element, ...]:
    """Every payload in every place that shows a builder's or another user's words."""
    elements: list[Element] = []
    for text in PAYLOADS:
        actions = tuple(_link(text, url) for url in BAD_LINKS)
        card = Card(title=text, sub_title=text, description=text, image=BAD_LINKS[0], actionables=actions)
        field = Field(key=text, hint=text, icon=text)
        elements += [
            Text(text, (_say(text),)),
            Buttons(text, actions),
            Carousel(text, "BIG", (card, card)),
            Carousel(text, "BIG", (Card(image=BAD_LINKS[3]),)),
            Form(text, text, (field, Field(key=text, type="picker", options=(text,)))),
            System(text, text),
            Receipt(text, {text: text}),
        ]
    return tuple(elements)


ANSWERS: dict[str, tuple[Element, ...]] = {
    "choose": (Text("Which one?", (_say("This one"), _say("That one"))),),
    "secret": (Buttons("Tap", (_say("Check it", gogo_message="check_it{task}"), _link("Look", "XYZ.COM"))),),
    "form": (Form("Book", "", (Field(key="Name"), Field(key="City", type="picker", options=("Pune", "Mumbai")))),),
    "hostile": _hostile(),
    "style": (Text("*bold* _slanted_ 2*3*4 snake_case_name and https://ok.example/a_b_c."),),
}


def _answer(text: str) -> tuple[tuple[Element, ...], float]:
    return ANSWERS.get(text, (Text(f"You said {text}"),)), 0.6 if "order" in text else 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield started
        started.close()


@pytest.fixture
def server() -> Iterator[Serving]:
    with serving(SmallChats(_answer)) as running:
        yield running


@pytest.fixture
def chat(browser: Browser, server: Serving) -> Iterator[Page]:
    """Somebody at the chat page, on a desktop; whatever the browser complains of fails the test."""
    yield from _opened(browser, server.page, viewport={"width": 1200, "height": 800})


def _opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    context = browser.new_context(**options)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    page.goto(address)
    expect(page.locator("#dot.on")).to_be_visible()
    yield page
    context.close()
    assert complaints == []


def _write(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")


def _said(page: Page) -> list[str]:
    return page.locator("#lines .bubble").all_inner_texts()


def test_a_message_is_sent_answered_and_still_there_after_a_reload(chat: Page) -> None:
    """What was said outlives the page; nothing is shown twice."""
    _write(chat, "hello")
    expect(chat.locator("#lines .bubble")).to_have_text(["hello", "You said hello"])
    expect(chat.locator(".unsent")).to_have_count(0)
    chat.reload()
    expect(chat.locator("#lines .bubble")).to_have_text(["hello", "You said hello"])
    _write(chat, "again")
    expect(chat.locator("#lines .bubble")).to_have_text(["hello", "You said hello", "again", "You said again"])


def test_an_empty_chat_offers_what_to_say_first(chat: Page) -> None:
    """A visitor who does not know what to write taps a suggestion."""
    chat.get_by_role("button", name="Where is my order 71?").click()
    expect(chat.locator("#lines .bubble").first).to_have_text("Where is my order 71?")
    expect(chat.locator("#empty")).to_be_hidden()


def test_typing_shows_while_a_call_is_out(chat: Page) -> None:
    """The sign comes with the call and goes with its answer."""
    _write(chat, "my order")
    expect(chat.locator("#typing .typing")).to_be_visible()
    expect(chat.locator("#lines .bubble").last).to_have_text("You said my order")
    expect(chat.locator("#typing .typing")).to_have_count(0)


def test_starting_over_empties_the_chat_and_says_so(chat: Page) -> None:
    """After a question, a new visitor with a fresh token; the old transcript does not come back with a reload."""
    _write(chat, "hello")
    expect(chat.locator("#lines .bubble")).to_have_count(2)
    tokens = [chat.evaluate("localStorage.getItem('botyard/chat/7/visitor')")]
    chat.get_by_role("button", name="Start over").click()
    chat.get_by_role("button", name="Keep talking").click()
    expect(chat.locator("#lines .bubble")).to_have_count(2)
    chat.get_by_role("button", name="Start over").click()
    chat.get_by_role("dialog").get_by_role("button", name="Start over").click()
    expect(chat.locator("#lines .bubble")).to_have_count(0)
    expect(chat.get_by_text("You started over as a new visitor.")).to_be_visible()
    tokens.append(chat.evaluate("localStorage.getItem('botyard/chat/7/visitor')"))
    assert tokens[0] != tokens[1]
    chat.reload()
    expect(chat.locator("#empty")).to_be_visible()
    assert _said(chat) == []


def test_what_is_written_while_the_connection_is_down_is_sent_when_it_is_back(chat: Page, server: Serving) -> None:
    """The page reconnects by itself, sends what waited, once, and asks for what it missed."""
    _write(chat, "before")
    expect(chat.locator("#lines .bubble")).to_have_count(2)
    server.drop_everybody()
    server.do(lambda: server.chats.agent_says("while you were gone"))
    _write(chat, "after")
    expect(chat.locator("#lines .bubble").last).to_have_text("You said after", timeout=15_000)
    said = _said(chat)
    assert sorted(said) == sorted(
        ["before", "You said before", "Ravi joined", "while you were gone", "after", "You said after"]
    )
    assert [message.text for message in server.chats.heard] == ["before", "after"]


def test_a_page_shows_what_a_restored_database_has_and_goes_on(chat: Page, server: Serving) -> None:
    """What was said after the backup goes from the page too, and what is said now is answered below the rest."""
    for text in ("one", "two"):
        _write(chat, text)
        expect(chat.locator("#lines .bubble").last).to_have_text(f"You said {text}")
    server.do(lambda: server.chats.restore(2))
    server.drop_everybody()
    expect(chat.locator("#lines .bubble")).to_have_text(["one", "You said one"], timeout=10_000)
    _write(chat, "three")
    expect(chat.locator("#lines .bubble")).to_have_text(["one", "You said one", "three", "You said three"])


def test_a_page_whose_network_swallows_everything_comes_back(browser: Browser, server: Serving) -> None:
    """Nobody tells it that its connection is dead, and it has nothing to send: it hears nothing for 35 s, and asks."""
    proxy = ToxicProxy(to_port(lambda: server.port), random.Random(1))  # noqa: S311 - no secret
    server.do(proxy.__aenter__)
    context = browser.new_context()
    page = context.new_page()
    page.clock.install()
    page.goto(server.page.replace(f":{server.port}", f":{proxy.port}"))
    expect(page.locator("#dot.on")).to_be_visible()
    server.do(proxy.fall_silent)
    server.do(lambda: server.chats.agent_says("Are you there?"))
    server.do(proxy.speak_again)
    page.clock.run_for(45_000)
    expect(page.locator("#lines .bubble").last).to_have_text("Are you there?")
    context.close()
    server.do(proxy.__aexit__)


def test_the_page_says_when_a_person_takes_over(chat: Page, server: Serving) -> None:
    """The agent's name stands by what they write, and the top of the page says that a person answers."""
    server.do(lambda: server.chats.agent_says("Hi there"))
    expect(chat.locator("#status")).to_have_text("A person answers")
    expect(chat.locator(".line.system .bubble")).to_have_text("Ravi joined")
    expect(chat.locator(".line .name")).to_have_text("Ravi")
    chat.reload()
    expect(chat.locator("#status")).to_have_text("A person answers")


def test_a_message_that_was_refused_can_be_tried_again(chat: Page, server: Serving) -> None:
    """It stays where it is, says that it was not sent, and offers to try again."""
    server.chats.is_full = True
    _write(chat, "hello")
    expect(chat.get_by_text("Not sent. Try again in 3 s.")).to_be_visible()
    server.chats.is_full = False
    chat.get_by_role("button", name="Try again").click()
    expect(chat.locator("#lines .bubble")).to_have_text(["hello", "You said hello"])


def test_the_keyboard_is_enough(chat: Page) -> None:
    """Shift+Enter is a new line, Enter sends, arrow up brings back the last message, Esc clears."""
    box = chat.locator("#text")
    expect(box).to_be_focused()
    chat.keyboard.type("one")
    chat.keyboard.press("Shift+Enter")
    chat.keyboard.type("two")
    chat.keyboard.press("Enter")
    expect(chat.locator("#lines .bubble").first).to_have_text("one\ntwo", use_inner_text=True)
    expect(box).to_have_value("")
    chat.keyboard.press("ArrowUp")
    expect(box).to_have_value("one\ntwo")
    chat.keyboard.press("Escape")
    expect(box).to_have_value("")


def test_arrow_up_brings_back_what_is_still_on_its_way(chat: Page, server: Serving) -> None:
    """Whoever sees a slip at once need not wait for the server."""
    server.chats.is_full = True
    _write(chat, "helo")
    expect(chat.get_by_text("Not sent. Try again in 3 s.")).to_be_visible()
    chat.locator("#text").press("ArrowUp")
    expect(chat.locator("#text")).to_have_value("helo")
    server.chats.is_full = False


def test_quick_replies_vanish_after_a_tap(chat: Page) -> None:
    """They belong to the last message only."""
    _write(chat, "choose")
    chat.get_by_role("button", name="This one").click()
    expect(chat.locator("#lines .bubble").last).to_have_text("You said This one")
    expect(chat.get_by_role("button", name="That one")).to_have_count(0)


def test_a_button_sends_its_hidden_words_and_shows_its_own(chat: Page, server: Serving) -> None:
    """The bot receives gogo_message; the chat shows message, after a reload too. A link opens elsewhere."""
    _write(chat, "secret")
    link = chat.get_by_role("link", name="Look")
    expect(link).to_have_attribute("href", "https://XYZ.COM")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    chat.get_by_role("button", name="Check it").click()
    expect(chat.locator(".line.user .bubble").last).to_have_text("Check it")
    expect(chat.locator("#lines .bubble").last).to_contain_text("You said check_it")
    assert server.chats.heard[-1].text == "check_it{task}"
    chat.reload()
    expect(chat.locator(".line.user .bubble").last).to_have_text("Check it")


def test_whoever_taps_by_keyboard_goes_on_typing(chat: Page) -> None:
    """What was tapped is gone; the keyboard's place is the text, not the top of the page."""
    chat.locator("#empty .reply").first.press("Enter")
    expect(chat.locator(".line.user .bubble")).to_have_count(1)
    expect(chat.locator("#text")).to_be_focused()


def test_a_form_sends_its_answers_as_lines(chat: Page, server: Serving) -> None:
    """One line a field that was filled in; once."""
    _write(chat, "form")
    chat.get_by_label("Name").fill("Asha")
    chat.get_by_label("City").select_option("Pune")
    chat.locator(".asked").get_by_role("button", name="Send").click()
    expect(chat.locator(".asked").get_by_role("button", name="Sent")).to_be_disabled()
    expect(chat.locator("#lines .bubble").last).to_contain_text("You said Name: Asha")
    assert server.chats.heard[-1].text == "Name: Asha\nCity: Pune"


def test_builders_may_style_words_and_users_may_not(chat: Page) -> None:
    """Stars and underscores inside words are left alone; addresses become links."""
    _write(chat, "style")
    bubble = chat.locator("#lines .bubble").last
    expect(bubble).to_have_text("bold slanted 2*3*4 snake_case_name and https://ok.example/a_b_c.")
    assert bubble.locator("strong, em").all_inner_texts() == ["bold", "slanted"]
    assert bubble.locator("a").get_attribute("href") == "https://ok.example/a_b_c"
    _write(chat, "*mine* https://ok.example")
    expect(chat.locator(".line.user .bubble").last).to_have_text("*mine* https://ok.example")
    assert chat.locator(".line.user .bubble a, .line.user .bubble strong").count() == 0


def test_nothing_that_anybody_writes_becomes_part_of_the_page(chat: Page, server: Serving) -> None:
    """Payloads in every place of every element, in the user's words and in an agent's name: shown, never run."""
    for payload in PAYLOADS:
        _write(chat, payload)
    _write(chat, "hostile")
    expect(chat.locator(".asked")).to_have_count(len(PAYLOADS))
    server.do(lambda: server.chats.agent_says(PAYLOADS[0]))
    expect(chat.locator("#lines .bubble").last).to_have_text(PAYLOADS[0])
    chat.evaluate("""document.querySelectorAll("#lines :not(svg, svg *, a, button)").forEach((one) => {
        one.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
        one.click();
    })""")
    assert chat.title() == "Acme Labs"
    assert chat.locator("#lines :is(script, iframe, svg:not(.icon), img, b)").count() == 0
    hrefs = chat.evaluate("[...document.querySelectorAll('#lines a')].map((link) => link.protocol)")
    assert set(hrefs) <= {"https:", "http:"}
    attributes = (
        "[...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames()).filter((n) => /^on/.test(n))"
    )
    assert chat.evaluate(attributes) == []


def test_the_pages_rules_for_links_are_those_of_the_server(chat: Page) -> None:
    """The same answer for every address, however it is dressed: two places, one rule."""
    noise = ["", " ", "\t", "\n", "\x00", "\u2028", "\u200b", "\u00a0", "/", "\\", "@", "?"]
    schemes = [
        "javascript:",
        "https:",
        "HTTP:",
        "tel:",
        "mailto:",
        "data:",
        "",
        "//",
        "\\/",
        "xyz.com",
        "xn--p1ai",
        "भारत.कॉम",
        "a.b:80",
    ]
    rest = [
        "alert(1)",
        "//a.example/b c?d\\e#f",
        "/",
        "",
        "+91",
        "a@b.example",
        "\\\\h\\p",
        "😀.example",
        "localhost:3000/x",
    ]
    urls = [f"{a}{s[:2]}{b}{s[2:]}{c}{r}" for a, s, b, c, r in product(noise, schemes, noise[:8], noise[:3], rest)]
    urls += ["a.aa/" + "x" * 3995, "a.aa/" + "x" * 3996, "a.aa/" + "😀" * 3995, "a.aa/" + "😀" * 3996]
    in_the_page = chat.evaluate("(urls) => urls.map(window.botyard.safeHref)", urls)
    differing = [
        (url, there, safe_href(url)) for url, there in zip(urls, in_the_page, strict=True) if there != safe_href(url)
    ]
    assert len(urls) > 30_000
    assert differing == []


def test_each_language_is_offered_by_its_own_name(chat: Page, server: Serving) -> None:
    """Choosing one turns the page's own words, and its direction, and goes with the next message."""
    assert chat.locator("#language option").all_inner_texts() == ["English", "हिन्दी", "العربية"]
    chat.locator("#language").select_option("ar")
    expect(chat.locator("html")).to_have_attribute("dir", "rtl")
    expect(chat.locator("#text")).to_have_attribute("placeholder", "اكتب رسالة")
    _write(chat, "مرحبا")
    expect(chat.locator("#lines .bubble").last).to_have_text("You said مرحبا")
    assert server.chats.heard[-1].language == "ar"
    chat.reload()
    expect(chat.locator("html")).to_have_attribute("dir", "rtl")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_phone_shows_everything_without_scrolling_sideways(browser: Browser, server: Serving, language: str) -> None:
    """At 360 px every element fits, text boxes do not make the phone zoom, and Send can be hit."""
    options = {"viewport": {"width": 360, "height": 640}, "is_mobile": True, "has_touch": True}
    for page in _opened(browser, server.page, locale=language, **options):
        expect(page.locator("html")).to_have_attribute("lang", language)
        for text in ("hostile", "x" * 600, "choose", "form"):
            _write(page, text)
            expect(page.locator("#lines .line.user")).not_to_have_count(0)
        expect(page.locator(".asked")).to_have_count(len(PAYLOADS) + 1)
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert page.locator("#scroll").evaluate("(one) => one.scrollWidth - one.clientWidth") == 0
        size = "(all) => all.map((one) => parseFloat(getComputedStyle(one).fontSize))"
        fonts = page.locator("textarea, .asked input, .asked select").evaluate_all(size)
        assert min(fonts) >= 16
        send = page.locator("#send").bounding_box()
        assert send is not None
        assert min(send["width"], send["height"]) >= 32
        assert send["y"] + send["height"] <= 640


def test_a_builder_sees_why_beside_the_chat(browser: Browser, server: Serving) -> None:
    """The decision, the candidates, what was collected, the call and why it failed; the key leaves the address bar."""
    for page in _opened(browser, f"{server.page}#builder={BUILDER_KEY}", viewport={"width": 1400, "height": 900}):
        _write(page, "my order will fail")
        why = page.get_by_role("complementary", name="Why it answered that")
        expect(why.get_by_text("The receiver answered 500, and only 200 can be used.")).to_be_visible()
        expect(why.locator(".decision p")).to_have_text("like “where is my order”, confidence 0.93")
        assert why.locator(".bars dt").all_inner_texts()[:3] == ["check_order", "cancel_order", "book_a_home_visit"]
        expect(why.get_by_text("from the user’s profile")).to_be_visible()
        expect(why.locator(".changes")).to_contain_text("check_order")
        _write(page, "hello")
        expect(why.locator(".turn.open .heard")).to_have_text("hello")
        page.locator(".line.user .bubble").first.click()
        expect(why.locator(".turn.open .heard")).to_have_text("my order will fail")
        assert BUILDER_KEY not in page.url


def test_a_builder_sees_that_the_newest_version_does_not_answer(browser: Browser, server: Serving) -> None:
    """Above the reasons, until it is mended; what was said stays readable beside it."""
    server.chats.troubled = "The model of version 2 could not be loaded: it was damaged. Version 1 answers."
    for page in _opened(browser, f"{server.page}#builder={BUILDER_KEY}", viewport={"width": 1400, "height": 900}):
        alert = page.get_by_role("complementary", name="Why it answered that").get_by_role("alert")
        expect(alert).to_have_text(server.chats.troubled)
        _write(page, "my order")
        expect(page.locator("#why .turn.open .heard")).to_have_text("my order")
        server.chats.troubled = ""
        _write(page, "hello")
        expect(page.locator("#why .turn.open .heard")).to_have_text("hello")
        expect(page.locator("#trouble")).to_be_hidden()
    for page in _opened(browser, server.page):
        expect(page.locator("#trouble")).to_be_hidden()


def test_a_visitor_sees_no_why(chat: Page) -> None:
    """Without the key there is no panel and no button for it."""
    _write(chat, "hello")
    expect(chat.locator("#lines .bubble")).to_have_count(2)
    expect(chat.locator("#why")).to_be_hidden()
    expect(chat.locator("#whybutton")).to_be_hidden()


def test_on_a_phone_the_reasons_are_a_sheet_behind_a_button(browser: Browser, server: Serving) -> None:
    """It opens over the chat, and Esc or its own button takes it away."""
    address = f"{server.page}#builder={BUILDER_KEY}"
    for page in _opened(browser, address, viewport={"width": 390, "height": 700}, is_mobile=True, has_touch=True):
        _write(page, "hello")
        expect(page.locator("#why")).to_be_hidden()
        page.get_by_role("button", name="Why?").or_(page.get_by_role("button", name="Why was this")).first.click()
        expect(page.locator("#why .turn.open .heard")).to_have_text("hello")
        page.keyboard.press("Escape")
        expect(page.locator("#why")).to_be_hidden()
