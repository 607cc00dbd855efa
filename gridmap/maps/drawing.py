"""Folium and what it is made of, the one way in.

It takes pandas where that is there, and pandas takes pyarrow: 80 MB and a fifth of a second of every start, to draw figures
that no map of ours has. It does without both where it finds none, so it is not shown any.
"""

import sys

_HIDDEN = "pandas"
_seen = sys.modules.get(_HIDDEN)
if _seen is None:
    sys.modules[_HIDDEN] = None  # type: ignore[assignment]  # Python's own word for a module that is not to be found
try:
    import folium
    import folium.plugins
    from branca.element import MacroElement
    from folium.elements import JSCSSMixin
    from folium.template import Template
finally:
    if _seen is None:
        del sys.modules[_HIDDEN]

__all__ = ["JSCSSMixin", "MacroElement", "Template", "folium"]
