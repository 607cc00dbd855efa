"""The program's sentences in the language of GRIDMAP_LANGUAGE, for the terminal."""

import gettext
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from gridmap.config import Spoken
from gridmap.errors import Fault, GridmapError, Term
from gridmap.resources import translations_dir


@lru_cache(maxsize=1)
def _catalogue() -> gettext.NullTranslations:
    try:
        language: str = Spoken().language
    except ValidationError:  # It is what went wrong, and that has to be said too.
        language = "zh"
    return gettext.translation("messages", translations_dir(), [language], fallback=True)


def say(text: str, values: Mapping[str, Any] | None = None) -> str:
    """The sentence, translated and filled in; `text` is wrapped in `msg` where it is written."""
    sentence = _catalogue().gettext(text)
    return (
        sentence % {name: say(value) if isinstance(value, Term) else value for name, value in values.items()}
        if values
        else sentence
    )


def say_fault(fault: Fault) -> str:
    """What is wrong, translated."""
    return say(fault.text, fault.values)


def say_error(error: GridmapError) -> str:
    """The error, and below it what else is wrong."""
    more = [f"  {fault.field}: {say_fault(fault)}" for fault in error.faults if fault.text != error.text]
    return "\n".join([say(error.text, error.values), *more])
