"""Phones in people's hands: a member's, a head's, a resident's; and the people they belong to, in the tiny town."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import text

from gridmap.accounts.rights import Grant, Role
from tests import callers, town
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
SMALL = """() => [...document.querySelectorAll('main button, main a, main label.button, main input[type=radio], main textarea')]
    .filter((one) => one.checkVisibility()).map((one) => [one.textContent.trim() || one.name, one.getBoundingClientRect()])
    .filter(([name, box]) => box.width && Math.min(box.width, box.height) < 44).map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
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
