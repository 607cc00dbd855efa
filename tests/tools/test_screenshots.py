"""The pictures that are taken are those the documents show."""

from pathlib import Path

from tools.screenshots import CHECKOUT, SHOTS


def test_every_picture_is_taken_kept_and_shown() -> None:
    taken = {f"{shot.name}.png" for shot in SHOTS}
    assert {path.name for path in (CHECKOUT / "docs/pictures").glob("*.png")} == taken
    documents = [CHECKOUT / "README.md", *Path(CHECKOUT / "docs").glob("*.md")]
    shown = "\n".join(path.read_text("utf-8") for path in documents)
    assert {name for name in taken if f"pictures/{name}" not in shown} == set()
