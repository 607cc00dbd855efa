"""The translated texts: .po files, compiled where the .mo beside them is missing or older."""

from pathlib import Path

from tools.setting_up.say import run


def bring(checkout: Path) -> None:
    """Compile what has changed."""
    stale = [po for po in (checkout / "gridmap/translations").glob("*/LC_MESSAGES/*.po") if _is_stale(po)]
    for po in stale:
        mo = po.with_suffix(".mo")
        run([checkout / ".venv/bin/pybabel", "-q", "compile", "-i", po, "-o", mo, "-l", po.parent.parent.name], cwd=checkout)


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime
