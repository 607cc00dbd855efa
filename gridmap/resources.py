"""Where the files that are not Python lie: beside the package in a checkout, inside it in an installed wheel."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent


def _beside_or_inside(name: str) -> Path:
    inside = PACKAGE / name
    return inside if inside.exists() else CHECKOUT / name


def templates_dir() -> Path:
    """Jinja templates."""
    return _beside_or_inside("templates")


def static_dir() -> Path:
    """Our own scripts and styles."""
    return PACKAGE / "static"


def vendor_dir() -> Path:
    """Third-party front-end packages, laid out as npm lays them (`leaflet/dist/leaflet.js`)."""
    inside = PACKAGE / "vendor"
    return inside if inside.exists() else CHECKOUT / "node_modules"


def migrations_dir() -> Path:
    """Alembic's folder."""
    return PACKAGE / "migrations"


def translations_dir() -> Path:
    """Babel's catalogues."""
    return PACKAGE / "translations"


def data_dir() -> Path:
    """The demo town (`geojson/`) and the category tables (`categories/`)."""
    return _beside_or_inside("data")


def digest(folder: Path, names: Iterable[str]) -> str:
    """Twelve letters that say what these files of a folder are called and hold; one that is not there counts by its name."""
    found = hashlib.blake2s(digest_size=6)
    for name in sorted(names):
        found.update(f"{name}\0".encode())
        if (folder / name).is_file():
            found.update(hashlib.blake2s((folder / name).read_bytes()).digest())
    return found.hexdigest()
