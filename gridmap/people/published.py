"""What of a post may hang on the wall (上墙公示): name, post, duties; the phone only by office or by consent. Pure."""

from dataclasses import dataclass

from gridmap.people.lookup import Held
from gridmap.people.models import DutyKind, PostKind


@dataclass(frozen=True)
class Published:
    """The published fields of a post; `phone` is "" where it is not published."""

    name: str
    name_en: str
    kind: PostKind
    duties: tuple[DutyKind, ...]
    phone: str


def published(held: Held) -> Published:
    """What everybody may read of it: no staff number, no mail; a volunteer's phone only where they agreed."""
    phone = held.person.phone if held.kind.phone_by_office or held.person.phone_public else ""
    return Published(held.person.name, held.person.name_en, held.kind, held.duties, phone)
