"""Who sits at the command line, as the journal names them."""

import getpass


def actor() -> str:
    """`cli:USER`."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # A container's user id without a name.
        return "cli:unknown"
