"""Whatever a source, a file or a colleague wrote: it is shown as text, and it never runs."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from gridmap.cases.models import Case
from gridmap.grids.change import GridDraft
from gridmap.grids.publishing import publish
from gridmap.maps import export
from tests import town
from tests.journeys.conftest import Serve
from tests.journeys.operator_desk import Desk
from tests.journeys.station import Station

RUN = "window.PWN=1"
PAYLOADS = [
    f'<img src=x onerror="{RUN}">',
    f"${{{RUN}}}",
    f"</script><script>{RUN}</script>",
    f"`+({RUN})+`",
    f"\\`;{RUN};//",
    f"'\"-({RUN})-\"'",
    f'" autofocus onfocus="{RUN}" onmouseover="{RUN}" x="',
    f"<svg/onload={RUN}>",
    "\u202eوقف\u2066 txet desrever \u202d",
    "<!--<script>",
    f"]]></style></textarea></title><body onload={RUN}>",
    f"javascript:{RUN}",
    f"{{{{ {RUN} }}}}{{% raw %}}%(name)s {{n}}",
    f"行\u2028{RUN}\u2029尾",  # Within: blanks around a text are taken off.
    "\u200b零\u200d宽\ufeff字\u2060符",
    "👨‍👩‍👧‍👦🏴‍☠️🇨🇳 ﷽ Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    "长" * 200,
]
LONGEST = "长字 " * 3333
LINKS = [
    f"javascript:{RUN}",
    f"JaVaScRiPt://%0a{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"vbscript:{RUN}",
    "\x01javascript:alert(1)",
]
INTACT = """() => ({
    ran: window.PWN !== undefined || document.querySelector('img[src="x"], svg[onload], [onfocus], [onmouseover], [onerror], body[onload]') !== null,
    scripts: document.scripts.length,
    links: [...document.links].map((link) => link.protocol).filter((one) => !['http:', 'https:', 'rtsp:', 'rtsps:', 'tel:', 'file:'].includes(one)),
    wider: document.documentElement.scrollWidth > innerWidth || [...document.querySelectorAll('.panel, .filters, .card-body')].some((box) => box.scrollWidth > box.clientWidth),
})"""


@dataclass
class Hostile:
    """A town all of whose words are payloads."""

    station: Station
    names: dict[tuple[str, str], str]  # (kind, id) -> what its card has to say
    cases: dict[str, list[str]]  # number -> what its card has to say


@pytest.fixture(scope="module")
def hostile(serve: Serve) -> Iterator[Hostile]:
    """The town of ill will, on the air."""
    names: dict[tuple[str, str], str] = {}
    with serve(lambda session: names.update(found(session))) as station:
        yield Hostile(station, names, send_all(station))


def found(session: Session) -> dict[tuple[str, str], str]:
    names: dict[tuple[str, str], str] = {}
    words = zip(town.drafts(), PAYLOADS, strict=False)
    drafts = [GridDraft(one.code, word, word, word, word, one.shape) for one, word in words]
    publish(session, drafts, actor="test", at=town.FOUNDED)
    names |= {("grid", draft.code): draft.name for draft in drafts}
    for n, word in enumerate(PAYLOADS):
        at, link = spread(n), LINKS[n % len(LINKS)]
        camera = town.camera(session, n, at=at, name=word, name_en=word, vendor=word, stream_url=link, snapshot_url=link)
        facts: dict[str, Any] = {"address": word, "opening_hours": word, "keeper": word, "phone": word, "services": [word]}
        point = town.service_point(session, n, at=at, name=word, name_en=word, **facts)
        town.category(session, f"{n:05d}", name_zh=word, name_en=word, group_zh=word, group_en=word)
        names |= {("camera", camera.id): word, ("service_point", point.code): word}
    return names


def spread(n: int) -> tuple[float, float]:
    return 0.3 + 0.55 * (n % 5), 0.3 + 0.55 * (n // 5)


def send_all(station: Station) -> dict[str, list[str]]:
    cases = {}
    for n, word in enumerate([*PAYLOADS, LONGEST]):
        told: dict[str, Any] = {"at": spread(n), "text": word, "address": word[:500], "source": word[:100]}
        if word == LONGEST:
            told |= {"category": None, "source_code": word[:100]}
        else:
            told["category"] = {"standard_ref": town.STANDARD, "kind": "matter", "code": f"{n:05d}"}
        cases[station.send(**told)["case"]["id"]] = [word.strip(), word[:500], word[:100]]
    with station.deed() as session:  # The API refuses such links; an old file may have brought them all the same.
        media = [*LINKS, *({"url": link} for link in LINKS), None, 7, {"url": None}]
        session.execute(update(Case).values(media=media).execution_options(synchronize_session=False))
    return cases


def expect_intact(desk: Desk, scripts: int) -> None:
    found = desk.on_page(INTACT)
    assert found == {"ran": False, "scripts": scripts, "links": [], "wider": False}


def expect_said(desk: Desk, *words: str) -> None:
    """The card says every one of them, letter by letter."""
    said = "(words) => words.every((word) => document.getElementById('card').textContent.includes(word))"
    desk.page.wait_for_function(said, arg=list(words))


def test_hostile_text_does_not_run(hostile: Hostile, sit_down: Callable[..., Desk]) -> None:
    desk = sit_down(hostile.station).open()
    scripts = desk.on_page("() => document.scripts.length")
    expect(desk.rows).to_have_count(len(hostile.cases))
    expect_intact(desk, scripts)
    for number, words in hostile.cases.items():
        desk.row(number).click()
        expect_said(desk, number, *words)
    expect_intact(desk, scripts)
    for (kind, name), word in hostile.names.items():
        desk.on_page(f"() => {{ location.hash = '#sel={kind}:{name}'; }}")
        expect_said(desk, name, word)
    expect_intact(desk, scripts)
    desk.expect_quiet()


def test_hostile_text_does_not_run_in_search_labels_and_filters(hostile: Hostile, sit_down: Callable[..., Desk]) -> None:
    desk = sit_down(hostile.station).open()
    scripts = desk.on_page("() => document.scripts.length")
    for word in PAYLOADS:
        results = desk.search(word[:90])
        found = "(word) => document.getElementById('search-results').textContent.includes(word)"
        desk.page.wait_for_function(found, arg=word[:90].strip())
        results.get_by_test_id("search-result").first.hover()
    desk.page.keyboard.press("Escape")
    # Names on the map, marks and what they say when pointed at, the list of sources, and a filter by a grid.
    desk.on_page(f"() => {{ location.hash = '#sel=grid:{town.micro(2, 2)}'; }}")
    desk.see("action-list").click()
    for source in PAYLOADS[:4]:
        desk.see("filter-source").select_option(value=source)
    expect_intact(desk, scripts)
    desk.see("filter-clear").click()
    for mark in desk.page.locator(".leaflet-cases-pane .spot, .leaflet-services-pane .spot").all():
        for event in ("mouseover", "focus"):
            mark.dispatch_event(event)
    expect_intact(desk, scripts)
    desk.expect_quiet()


def test_words_turn_nothing_but_themselves(hostile: Hostile, sit_down: Callable[..., Desk]) -> None:
    """U+202E in a grid's name turns what follows; what a case says beside that name still stands behind it, from left to right."""
    turned = next(code for (kind, code), word in hostile.names.items() if kind == "grid" and "\u202e" in word)
    centre = hostile.station.ask(f"/api/v1/grids/{turned}")["label"]
    place = {"lon": centre[0], "lat": centre[1], "datum": "wgs84"}
    number = hostile.station.send(at=None, location=place, address="ABC 12", text="")["case"]["id"]
    desk = sit_down(hostile.station).open()
    places = """(row) => { const text = row.querySelector('.where'), walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT), found = [];
        while (walker.nextNode()) { const range = document.createRange(); range.selectNodeContents(walker.currentNode); found.push([walker.currentNode.data, range.getBoundingClientRect().left]); }
        return found; }"""
    found = desk.row(number).evaluate(places)
    assert [text for text, _ in found][1:] == [" · ", "ABC 12"]
    lefts = [left for _, left in found]
    assert lefts == sorted(lefts)
    # A count beside a name keeps its place and its digits.
    label = desk.label(turned)
    expect(label.locator("bdi")).to_have_count(1)
    expect(label.locator("b")).to_have_text(re.compile(r"^\d+$"))


def test_hostile_text_arrives_live_in_english(hostile: Hostile, sit_down: Callable[..., Desk]) -> None:
    desk = sit_down(hostile.station, locale="en-GB").open()
    scripts = desk.on_page("() => document.scripts.length")
    for n, word in enumerate(PAYLOADS[:9]):
        number = hostile.station.send(
            at=(0.15 + 0.3 * n, 2.9), text=word, address=word, source=word, category=None, source_code=word
        )["case"]["id"]
        expect(desk.row(number)).to_contain_text(word)
        expect(desk.row(number)).to_contain_text(f"(source code {word})")
    desk.choose(number)
    expect_said(desk, word)
    expect(desk.see("announcer")).not_to_be_empty()
    expect_intact(desk, scripts)
    desk.expect_quiet()


def test_hostile_text_does_not_run_in_an_exported_map(
    hostile: Hostile, sit_down: Callable[..., Desk], file_of: Callable[[str, str], Path]
) -> None:
    with Session(hostile.station.engine) as session:
        held = export.gather(session, at=datetime.now(UTC))
    path = file_of("town.html", export.page(held, language="zh"))
    desk = sit_down(hostile.station, offline=True)
    desk.page.goto(path.as_uri())
    scripts = desk.on_page("() => document.scripts.length")
    for mark in desk.page.locator(".leaflet-cases-pane .spot, .leaflet-services-pane .spot").all():
        mark.dispatch_event("click")
    desk.page.locator("path.leaflet-interactive").first.dispatch_event("click")
    expect(desk.page.locator("#card h2")).not_to_be_empty()
    expect_intact(desk, scripts)
    assert desk.complaints == []
    assert {url.split(":")[0] for url in desk.requests} <= {"file", "data"}
