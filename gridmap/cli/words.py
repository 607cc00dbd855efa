"""The program's sentences in the language of GRIDMAP_LANGUAGE, for the terminal."""

import gettext
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from gridmap.errors import Fault
from gridmap.resources import translations_dir


@lru_cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("messages", translations_dir(), [language], fallback=True)


def say(text: str, values: Mapping[str, Any] | None = None) -> str:
    """The sentence, translated and filled in; `text` is wrapped in `msg` where it is written."""
    sentence = _catalogue(os.environ.get("GRIDMAP_LANGUAGE", "zh")).gettext(text)
    return sentence % values if values else sentence


def say_fault(fault: Fault) -> str:
    """What is wrong, translated."""
    return say(fault.text, fault.values)
