"""What can go wrong, by name. Doors turn these into exit codes and HTTP statuses; nobody else does.

GridmapError
├── Invalid            the caller's words don't make sense (names the field)
│   ├── Malformed      they can't even be read
│   └── TooLarge       they may make sense, but there are too many of them
├── NotAuthenticated   who are you?
├── NotAllowed         you may not
├── NotFound           there is no such thing
├── Conflict           it clashes with what is already there
├── NeedsVersion       which version of it did you see?
├── Outdated           it is no longer what you saw
└── Unavailable        something this needs is away; try again later
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


def msg(text: str) -> str:
    """Mark an English sentence for translation (gettext collects the calls) and return it unchanged."""
    return text


class Term(str):
    """A value of a sentence that is itself a word of the program's, and is translated with it."""

    __slots__ = ()


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one field.

    `text` is an English sentence with `%(name)s` places for `values`; it is also its own key for translation.
    """

    field: str
    text: str
    values: dict[str, Any]

    def __str__(self) -> str:
        return self.text % self.values if self.values else self.text


class GridmapError(Exception):
    """Base of all: an English sentence with `%(name)s` places, filled from keyword arguments.

    Args:
        text: the sentence, wrapped in `msg()` where it is written, which is also the translation's key.
        field: the input the sentence is about, dotted (`location.lon`), where there is one.
        faults: further faults, where several fields are wrong at once.
        facts: what else the caller should know, JSON-ready, by names of their own.
        values: what goes into the sentence's places.
    """

    def __init__(
        self, text: str, *, field: str = "", faults: Sequence[Fault] = (), facts: Mapping[str, Any] | None = None, **values: Any
    ) -> None:
        self.text = text
        self.values = values
        self.facts: dict[str, Any] = dict(facts or {})
        own = (Fault(field, text, values),) if field else ()
        self.faults: tuple[Fault, ...] = (*own, *faults)
        super().__init__(text % values if values else text)


class Invalid(GridmapError):
    """The caller's words don't make sense."""


class Malformed(Invalid):
    """Bytes that are not what they are sent as."""


class Compressed(Malformed):
    """A body in a content coding that is not read."""


class TooLarge(Invalid):
    """More than is taken at once."""


class NotAuthenticated(GridmapError):
    """No valid key came with the request."""


class NotAllowed(GridmapError):
    """The key is known, the deed is not among its rights."""


class NotFound(GridmapError):
    """There is no such thing."""


class Conflict(GridmapError):
    """It clashes with what is already there."""


class NeedsVersion(GridmapError):
    """A change that does not say which version of the thing it was decided on."""


class Outdated(GridmapError):
    """It changed since the caller saw it: look again, then decide again."""


class Unavailable(GridmapError):
    """Something this needs is away; the same call may succeed later."""
