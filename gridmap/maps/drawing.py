"""Folium and what it is made of, the one way in.

It takes pandas where that is there, and pandas takes pyarrow: 80 MB and a fifth of a second of the first map, to draw figures
that no map of ours has. It does without both where it finds none, so it is not shown any.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident


class _Hidden:
    """Lets the thread that made it find no module of this name. Others, who may read a file meanwhile, find it."""

    def __init__(self, name: str) -> None:
        self._name, self._thread = name, get_ident()

    def find_spec(self, name: str, *_: object) -> None:
        """As `sys.meta_path` asks; None leaves it to the finders behind this one."""
        if name == self._name and get_ident() == self._thread:
            raise ModuleNotFoundError(name=name)


@contextmanager
def _without(name: str) -> Iterator[None]:
    finder = _Hidden(name)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


with _without("pandas"):
    import folium
    import folium.plugins
    from branca.element import MacroElement
    from folium.elements import JSCSSMixin
    from folium.template import Template

__all__ = ["JSCSSMixin", "MacroElement", "Template", "folium"]
