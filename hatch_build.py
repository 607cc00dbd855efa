"""What goes into the wheel beside the Python files, so that it serves the same pages away from the checkout.

Templates, the demo town and the category tables, compiled translations, and those third-party front-end files that
gridmap/static/vendor.json lists (their licences among them), from node_modules where `npm ci` put them.
"""

import json
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own generic; the configuration's type is of no use here
    """Called by hatchling."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add our files to the wheel; an editable installation reads them from the checkout."""
        if version == "editable":
            return
        root = Path(self.root)
        compile_translations(root)
        build_data["artifacts"].append("gridmap/translations/**/*.mo")
        build_data["force_include"] |= {str(root / name): f"gridmap/{name}" for name in ("templates", "data")}
        build_data["force_include"] |= {str(path): f"gridmap/vendor/{inside}" for inside, path in vendored(root).items()}


def compile_translations(root: Path) -> None:
    """Write the .mo beside every .po."""
    for po in (root / "gridmap/translations").glob("*/LC_MESSAGES/*.po"):
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parent.parent.name)
        with po.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalogue)


def vendored(root: Path) -> dict[str, Path]:
    """The listed third-party files: path inside node_modules → path on this machine."""
    modules = root / "node_modules"
    listed = json.loads((root / "gridmap/static/vendor.json").read_text())
    found = {inside: modules / inside for inside in listed}
    missing = [inside for inside, path in found.items() if not path.is_file()]
    if missing:
        raise FileNotFoundError(f"node_modules lacks {', '.join(missing)}. Type: make setup")
    return found
