"""What a grid of any level is called, and who heads it."""

from dataclasses import replace

from gridmap.errors import Invalid, msg
from gridmap.plans.operations.drawn import check_own
from gridmap.plans.state import Delta, State


def rename(state: State, code: str, name: str, name_en: str = "") -> Delta:
    """Call a grid something else.

    Raises:
        Invalid: without a name, or it is called so already.
    """
    if not name.strip():
        raise Invalid(msg("A name is needed"), field="name")
    return _with(state, code, name=name.strip(), name_en=name_en.strip())


def head(state: State, code: str, head_name: str, head_phone: str = "") -> Delta:
    """Let somebody head a grid; an empty name: nobody."""
    return _with(state, code, head_name=head_name.strip(), head_phone=head_phone.strip())


def _with(state: State, code: str, **facts: str) -> Delta:
    check_own(state, code)
    before = state.grid(code)
    after = replace(before, **facts)
    if after == before:
        raise Invalid(msg("This would change nothing"))
    return Delta({code: after})
