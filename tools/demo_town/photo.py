"""The one photo the demo's people attach: plainly no photo, but a drawing that says so."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw

_SIZE = (960, 720)
_SKY, _GROUND, _PATH, _INK = (214, 228, 236), (196, 208, 178), (226, 222, 212), (70, 84, 92)


def write(out: Path) -> None:
    """Draw a clean street under a plain sky into `out` (a JPEG)."""
    image = Image.new("RGB", _SIZE, _SKY)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 380, *_SIZE), fill=_GROUND)
    pen.polygon([(400, 380), (560, 380), (900, 720), (60, 720)], fill=_PATH)
    pen.rectangle((640, 210, 860, 380), fill=(236, 232, 224), outline=_INK, width=4)
    for left in (668, 738, 808):
        pen.rectangle((left, 250, left + 36, 300), fill=(150, 176, 190))
    pen.text((60, 60), "DEMO · AFTER", fill=_INK, font_size=64)
    pen.text((60, 140), "a drawing, not a photo", fill=_INK, font_size=34)
    held = io.BytesIO()
    image.save(held, "JPEG", quality=82)
    out.write_bytes(held.getvalue())
