"""The demo town's accounts: `gridmap run` makes them, one for each role, and leaves them in a file for the sign-in page."""

import json
from pathlib import Path

from flask import Flask, current_app

FILE = "demo-accounts.json"
_KEY = "gridmap.demo"


def remember(app: Flask, home: Path) -> None:
    """Let `app` know where the demo accounts would be."""
    app.extensions[_KEY] = home / FILE


def accounts() -> list[dict[str, str]]:
    """Role, username and password of each demo account; none outside of the demo town."""
    try:
        found: list[dict[str, str]] = json.loads(current_app.extensions[_KEY].read_text("utf-8"))
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return []
    return found
