"""Phones in people's hands: a member's, a head's, a resident's; and the people they belong to, in the tiny town."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, expect
from sqlalchemy import text

from gridmap.accounts.rights import Grant, Role
from tests import callers, town
from tests.journeys.axe import violations
from tests.journeys.operator_desk import Desk
from tests.journeys.station import SECRET_KEY, Station
from tests.people import crew
from tests.store import photos

HERE = town.micro(1, 1)
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
# Whatever can be tapped, and is smaller than a finger.
SMALL = """() => [...document.querySelectorAll('main :is(button, a, label.button, textarea, select, summary, input:not([type=hidden], [type=file]))')]
    .filter((one) => one.checkVisibility()).map((one) => [one.textContent.trim() || one.name, (one.closest('label') ?? one).getBoundingClientRect()])
    .filter(([name, box]) => box.width && Math.min(box.width, box.height) < 44).map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
PICTURES = os.environ.get("PICTURES", "")  # A folder to put pictures into, to be looked at.
Hand = Callable[..., Desk]
SIDEWAYS = "() => document.documentElement.scrollWidth > innerWidth"


@dataclass(frozen=True)
class Crew:
    """Sessions of the people of the south-western micro-grid, as cookies."""

    member: str
    head: str


def gather(station: Station) -> Crew:
    """A member and a head with accounts."""
    with station.deed() as session:
        crew.kinds(session)
        cookies = []
        for number, (role, kind) in enumerate(((Role.MEMBER, "eco_warden"), (Role.MICRO_HEAD, "micro_head")), 1):
            person = crew.person(session, number)
            crew.post(session, person, HERE, kind)
            made = callers.account(session, Grant(role, HERE), username=role.value, name=person.name, person_id=person.id)
            cookies.append(callers.cookie_of(made, SECRET_KEY))
    return Crew(*cookies)


def phone(browser: Browser, station: Station, cookie: str = "", **given: Any) -> tuple[BrowserContext, Desk]:
    """A phone, signed in if there is a cookie; Chinese, unless told."""
    context = browser.new_context(**({"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **PHONE} | given))
    if cookie:
        context.add_cookies([{"name": "gridmap_session", "value": cookie, "url": station.origin}])
    return context, Desk(context.new_page(), station.origin)


def picture(folder: Path, name: str = "IMG_0001.jpg") -> Path:
    """A photo from a phone's camera: twelve megapixels, when and where in its note, lying on its side."""
    path = folder / name
    path.write_bytes(photos.photo(4000, 3000, exif=photos.exif(orientation=6), quality=95))
    return path


def ask(station: Station, statement: str, **values: Any) -> list[Any]:
    """Rows straight from the database."""
    with station.deed() as session:
        return list(session.execute(text(statement), values).all())


def shot(desk: Desk, name: str) -> None:
    """A picture, if somebody wants to look at it."""
    if PICTURES:
        desk.page.screenshot(path=f"{PICTURES}/{name}.png")


def expect_fit(desk: Desk) -> None:
    """Fingers hit it, readers hear it, and it does not run out of the screen."""
    assert desk.on_page(SMALL) == []
    assert not desk.on_page(SIDEWAYS)
    assert violations(desk) == []


def send(desk: Desk) -> None:
    """Submit the form; what it says is sent."""
    desk.see("submit").tap()
    expect(desk.see("submit")).to_have_count(0)
    expect(desk.see("strip")).to_have_attribute("data-state", "sent")


def do(desk: Desk, action: str) -> None:
    """Tap an action's button, whether it is folded away or not."""
    button = desk.see(f"do-{action}")
    expect(button).to_be_attached()
    if not button.is_visible():
        desk.see("fold-rest").locator("summary").tap()
    button.tap()
