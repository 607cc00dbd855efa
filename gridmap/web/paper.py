"""The paper that sheets and notices are printed on."""

from typing import Any

from flask import request, url_for

from gridmap.errors import Invalid, msg

SIZES = ("a4", "a3")


def asked_size() -> str:
    """The size named in the address, A4 unless it is. Raises Invalid for any other paper."""
    size = request.args.get("size", SIZES[0])
    if size not in SIZES:
        raise Invalid(msg("It is printed on A4 or A3"), field="size")
    return size


def addresses(endpoint: str, **values: Any) -> dict[str, str]:
    """Where the same page stands in each size."""
    return {size: url_for(endpoint, size=size, **values) for size in SIZES}
