"""Where the files that are not Python lie: beside the package in a checkout, inside it in an installed wheel."""

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
