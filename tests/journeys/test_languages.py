"""Chinese first, English by a switch that is remembered; every word of the page in one language."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests import town
from tests.journeys.operator_desk import Desk
from tests.journeys.station import Station

# Everything a page says: its text, and what its parts say when pointed at or read aloud.
WORDS = """() => {
    const found = new Set([document.title]);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (!node.parentElement.closest('script, style, noscript, [data-testid=language-switch], .swagger-ui')) found.add(node.textContent.trim());
    }
    for (const node of document.querySelectorAll('body *:not([data-testid=language-switch]):not(.swagger-ui *)'))
        for (const name of ['title', 'aria-label', 'placeholder', 'alt']) if (node.hasAttribute(name)) found.add(node.getAttribute(name));
    return [...found].filter(Boolean);
}"""
HAN = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")
# What stays Latin on a Chinese page: names of standards, units and settings, and codes.
LATIN = re.compile(
    r"WGS-84|GCJ-02|BD-09|CGCS2000|API|OpenAPI|GRIDMAP_BASE_MAPS|GB/T|km²|Esc|Ctrl|Enter|Mo-Fr|dahua|SP-001|gridmap load grids|gcj02",
    re.IGNORECASE,
)


def in_two_languages(station: Station) -> str:
    """A case whose own text has neither Chinese nor Latin letters; its number."""
    return str(
        station.send(at=(0.5, 0.5), text="1234", address="5678", accuracy_m=900, camera_id="31015100081326000001")["case"]["id"]
    )


def walk_everywhere(desk: Desk, number: str) -> list[str]:
    """Open everything there is, and collect what was said on the way."""
    said: set[str] = set()

    def listen() -> None:
        said.update(desk.on_page(WORDS))

    desk.see("button-layers").click()
    listen()
    desk.page.keyboard.press("Escape")
    for chosen in (
        f"case:{number}",
        f"grid:{town.micro(1, 1)}",
        f"grid:{town.TOWN}",
        "service_point:SP-001",
        "camera:31015100081326000001",
    ):
        desk.on_page(f"() => {{ location.hash = '#sel={chosen}'; }}")
        desk.card(chosen.partition(":")[2] if not chosen.startswith("camera") else "·")
        listen()
    for query, found in (("gcj02 121.405, 31.605", 1), ("9999999", 0), (town.micro(1, 1), 1)):
        expect(desk.search(query).get_by_test_id("search-result")).to_have_count(found)
        listen()
    desk.search("gcj02 121.405, 31.605")
    desk.page.keyboard.press("Enter")
    desk.card("WGS-84")
    listen()
    desk.see("tray-unrouted").click()
    listen()
    desk.see("tray-all").click()
    return sorted(said)


def test_an_english_page_says_nothing_in_chinese(station: Station, sit_down: Callable[..., Desk]) -> None:
    number = in_two_languages(station)
    desk = sit_down(station, locale="en-GB").open()
    expect(desk.page.locator("html")).to_have_attribute("lang", "en")
    own = {"示例总网格长", "示例甲", "演示路 1 号"}  # Data: people and addresses have no English.
    assert [words for words in walk_everywhere(desk, number) if HAN.search(words) and words not in own] == []
    desk.expect_quiet()


def test_a_chinese_page_leaves_nothing_in_english(station: Station, desk: Desk) -> None:
    number = in_two_languages(station)
    desk.open()
    expect(desk.page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert [words for words in walk_everywhere(desk, number) if re.search("[A-Za-z]{2,}", LATIN.sub("", words))] == []
    desk.expect_quiet()


def test_who_asks_for_neither_gets_chinese(station: Station, sit_down: Callable[..., Desk]) -> None:
    desk = sit_down(station, locale="fr-FR")
    desk.page.goto(station.origin)
    expect(desk.page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_the_switch_is_remembered_and_keeps_ones_place(station: Station, desk: Desk) -> None:
    number = in_two_languages(station)
    desk.open()
    desk.choose(number)
    desk.see("language-switch").click()
    expect(desk.page.locator("html")).to_have_attribute("lang", "en")
    expect(desk.card(number)).to_contain_text("Why this grid")
    desk.page.reload()
    expect(desk.page.locator("html")).to_have_attribute("lang", "en")
    desk.page.goto(f"{station.origin}/api/docs")
    expect(desk.page.locator("html")).to_have_attribute("lang", "en")
    assert [words for words in desk.on_page(WORDS) if HAN.search(words)] == []
    desk.see("language-switch").click()
    expect(desk.page.locator("html")).to_have_attribute("lang", "zh-CN")
    desk.expect_quiet()


def test_an_error_speaks_the_page_s_language(station: Station, sit_down: Callable[..., Desk]) -> None:
    for locale, word in (("zh-CN", HAN), ("en-GB", re.compile("[a-z]{3,}"))):
        desk = sit_down(station, locale=locale).open()
        desk.on_page("() => { location.hash = '#sel=case:20990101-999999'; }")
        words = desk.card("20990101-999999").locator(".card-body p").inner_text()
        assert word.search(words)
        assert (locale == "zh-CN") == bool(HAN.search(words))
