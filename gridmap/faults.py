"""Pydantic's complaints in our own words, so that they can be told in Chinese too and name the field."""

from typing import Any

from pydantic import ValidationError

from gridmap.errors import Fault, msg

_WORDS = {
    "missing": msg("This field is required"),
    "extra_forbidden": msg("There is no such field"),
    "string_type": msg("This must be text"),
    "string_too_short": msg("This must have at least %(min_length)s characters"),
    "string_too_long": msg("This may have at most %(max_length)s characters"),
    "string_pattern_mismatch": msg("This is not written as expected (%(pattern)s)"),
    "float_type": msg("This must be a number"),
    "float_parsing": msg("This must be a number"),
    "int_type": msg("This must be a whole number"),
    "int_parsing": msg("This must be a whole number"),
    "int_from_float": msg("This must be a whole number"),
    "int_parsing_size": msg("This number is too large"),
    "finite_number": msg("This must be a finite number, not NaN or infinity"),
    "bool_type": msg("This must be true or false"),
    "bool_parsing": msg("This must be true or false"),
    "greater_than_equal": msg("This must be at least %(ge)s"),
    "greater_than": msg("This must be more than %(gt)s"),
    "less_than_equal": msg("This may be at most %(le)s"),
    "less_than": msg("This must be less than %(lt)s"),
    "enum": msg("This must be one of: %(expected)s"),
    "literal_error": msg("This must be one of: %(expected)s"),
    "list_type": msg("This must be a list"),
    "dict_type": msg("This must be an object"),
    "model_type": msg("This must be an object"),
    "model_attributes_type": msg("This must be an object"),
    "too_long": msg("This list may hold at most %(max_length)s items"),
    "too_short": msg("This list must hold at least %(min_length)s items"),
    "datetime_type": msg("This must be a moment in ISO 8601 with its zone, such as 2026-11-22T21:05:00+08:00"),
    "datetime_parsing": msg("This must be a moment in ISO 8601 with its zone, such as 2026-11-22T21:05:00+08:00"),
    "datetime_from_date_parsing": msg("This must be a moment in ISO 8601 with its zone, such as 2026-11-22T21:05:00+08:00"),
    "timezone_aware": msg("The moment must name its zone, such as +08:00 or Z"),
}


def faults(error: ValidationError) -> list[Fault]:
    """Every complaint of a validation, one for each place, at most a hundred."""
    return [_fault(one) for one in error.errors(include_url=False)[:100]]


def _fault(one: Any) -> Fault:
    # The name of a field that is none is the sender's: of any length, and of half characters too.
    place = ".".join(str(step) for step in one["loc"])[:200].encode(errors="replace").decode()
    context = {key: value for key, value in one.get("ctx", {}).items() if isinstance(value, str | int | float)}
    if "expected" in context:  # Pydantic's "or" is English.
        context["expected"] = str(context["expected"]).replace("' or '", "', '")
    cause = one.get("ctx", {}).get("error")
    if one["type"] == "value_error" and cause is not None:  # Our own validators: the sentence, its values, the field within.
        values = cause.args[1] if len(cause.args) > 1 else {}
        within = cause.args[2] if len(cause.args) > 2 else ""
        return Fault(".".join(filter(None, (place, within))), cause.args[0], values)
    kind = f"string_{one['type']}" if one["type"] in ("too_long", "too_short") and isinstance(one["input"], str) else one["type"]
    if kind in _WORDS:
        return Fault(place, _WORDS[kind], context)
    return Fault(place, "%(reason)s", {"reason": one["msg"]})
