"""How the functions of this room are compiled: once a machine, kept on its disk, and without Python's lock."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

Given = ParamSpec("Given")
Result = TypeVar("Result")


def compiled(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """The function, compiled when it is first called. Numba gives it no types; it keeps those it is written with."""
    return cast("Callable[Given, Result]", njit(cache=True, nogil=True)(function))


def inlined(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """The same for what is called once an edge: it becomes part of whoever calls it."""
    return cast("Callable[Given, Result]", njit(cache=True, nogil=True, inline="always")(function))
