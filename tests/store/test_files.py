"""What files are taken, what is read from them, and what others get to see."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image

from gridmap.errors import Invalid, TooLarge
from gridmap.store import files
from gridmap.store.files import Limits
from tests.store import photos

LIMITS = Limits(2_000_000, 4_000_000)


def test_a_photo_says_when_and_where_and_its_copies_say_nothing() -> None:
    data = photos.photo(1200, 900, exif=photos.exif(), comment=b"shot by somebody")
    file = files.read(data, LIMITS)
    assert (file.media_type, file.width, file.height, file.size) == ("image/jpeg", 1200, 900, len(data))
    assert file.taken == (datetime(2026, 3, 3, 0, 15, tzinfo=UTC), 121.405, 31.605)
    assert set(file.parts) == {file.digest, file.public_digest, f"{file.digest}.thumb"}
    assert file.parts[file.digest] == data
    for name in (file.public_digest, f"{file.digest}.thumb"):
        copy = file.parts[str(name)]
        with Image.open(io.BytesIO(copy)) as image:
            image.load()
            assert dict(image.getexif()) == {}
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert b"somebody" not in copy
        assert b"Exif" not in copy


@pytest.mark.parametrize(("orientation", "size"), [(1, (64, 48)), (6, (48, 64))])
def test_copies_stand_upright(orientation: int, size: tuple[int, int]) -> None:
    file = files.read(photos.photo(64, 48, exif=photos.exif(orientation=orientation)), LIMITS)
    assert (file.width, file.height) == size
    with Image.open(io.BytesIO(file.parts[str(file.public_digest)])) as copy:
        assert copy.size == size


def test_the_town_s_clock_counts_where_a_camera_names_no_offset() -> None:
    assert files.read(photos.photo(exif=photos.exif(offset=None)), LIMITS).taken.at == datetime(2026, 3, 3, 0, 15, tzinfo=UTC)
    west = files.read(photos.photo(exif=photos.exif(offset="-05:00")), LIMITS).taken.at
    assert west == datetime(2026, 3, 3, 13, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "gps",
    [
        {"g12": "TOKYO"},
        {"g1": "X"},
        {"g2": (91.0, 0.0, 0.0)},
        {"g2": (float("inf"), 0.0, 0.0)},
        {"g4": (121.0, 24.0)},
        {"g2": (0.0, 0.0, 0.0), "g4": (0.0, 0.0, 0.0)},
    ],
    ids=str,
)
def test_a_place_that_makes_no_sense_is_left_out(gps: dict[str, Any]) -> None:
    try:
        data = photos.photo(exif=photos.exif(**gps))
    except (OverflowError, ValueError):
        pytest.skip("Pillow does not write that")
    taken = files.read(data, LIMITS).taken
    assert (taken.lon, taken.lat) == (None, None)
    assert taken.at is not None


def test_southern_and_western_places_are_negative() -> None:
    taken = files.read(photos.photo(exif=photos.exif(lat=-33.5, lon=-70.25, g12="WGS-84")), LIMITS).taken
    assert (taken.lon, taken.lat) == (-70.25, -33.5)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_a_file_is_its_content_says(form: str) -> None:
    assert files.read(photos.photo(form=form), LIMITS).media_type == f"image/{form.lower()}"


def test_a_transparent_photo_gets_white_behind_it() -> None:
    into = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(into, "PNG")
    file = files.read(into.getvalue(), LIMITS)
    with Image.open(io.BytesIO(file.parts[str(file.public_digest)])) as copy:
        assert copy.getpixel((5, 5)) == (255, 255, 255)


def test_a_document_has_no_copy() -> None:
    file = files.read(photos.PDF, LIMITS)
    assert (file.media_type, file.public_digest, list(file.parts)) == ("application/pdf", None, [file.digest])


HOSTILE = {
    "nothing": b"",
    "svg": photos.SVG,
    "html": photos.HTML,
    "gif": photos.photo(form="GIF"),
    "tiff": photos.photo(form="TIFF"),
    "cut off": photos.photo(form="JPEG", quality=95)[:-400],
    "cut off png": photos.photo(form="PNG")[:200],
    "only a head": b"\xff\xd8\xff\xe0",
    "a jpeg in name": b"\xff\xd8\xff" + photos.HTML,
    "a webp in name": b"RIFF\x10\0\0\0WEBP" + photos.HTML,
    "pdf behind html": photos.HTML + photos.PDF,
    "pdf cut off": photos.PDF[:-8],
    "pdf with a wrong head": b"%PDF-<script>" + photos.PDF,
    "zip": b"PK\x03\x04" + b"\0" * 100,
    "program": b"\x7fELF" + b"\0" * 100,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_are_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        files.read(data, LIMITS)
    assert [fault.field for fault in refused.value.faults] == ["file"]


@pytest.mark.parametrize(
    "data", [photos.bomb(), photos.bomb(3000, 3000), photos.photo(2100, 2000), photos.photo() + b"\0" * 2_000_000],
    ids=["gigabytes", "more than allowed", "honest but large", "long"],
)  # fmt: skip
def test_too_large_is_refused_before_it_is_unpacked(data: bytes) -> None:
    with pytest.raises(TooLarge):
        files.read(data, LIMITS)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow says what it skips
def test_an_exif_bomb_is_a_photo_that_says_nothing() -> None:
    file = files.read(photos.exif_bomb(), LIMITS)
    assert file.taken == (None, None, None)
    assert len(file.parts[str(file.public_digest)]) < 10_000


def test_what_hides_behind_a_photo_is_not_in_its_copies() -> None:
    polyglot = photos.photo(comment=photos.HTML) + photos.HTML + b"PK\x03\x04"
    file = files.read(polyglot, LIMITS)
    assert file.media_type == "image/jpeg"
    assert all(b"script" not in data and b"PK\x03" not in data for name, data in file.parts.items() if name != file.digest)
