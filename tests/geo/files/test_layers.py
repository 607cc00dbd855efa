"""GeoPackage and zipped Shapefile, and archives that mean harm."""

import io
import stat
import zipfile
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from shapely.geometry import Point, Polygon

from gridmap.errors import Invalid, TooLarge
from gridmap.geo.files import archives
from gridmap.geo.files.contents import Field, Kind, Layer, Place
from gridmap.geo.files.reading import read
from gridmap.geo.files.writing import write

LAYER = Layer(
    "places",
    [Field("code"), Field("a_rather_long_name", Kind.TEXT, "short"), Field("size", Kind.NUMBER), Field("tags", Kind.LIST)],
    [
        ({"code": "001", "a_rather_long_name": "城桥镇", "size": 1.5, "tags": ["a", "乙"]}, Point(121.4, 31.6)),
        ({"code": "002", "a_rather_long_name": None, "size": None, "tags": []}, None),
    ],
    Place.POINT,
)


def shapefile(folder: Path, encoding: str, *, cpg: bool = True, text: str = "城桥镇") -> dict[str, bytes]:
    """The parts of a Shapefile, by suffix."""
    folder.mkdir(exist_ok=True)
    wkb = np.array([shapely.to_wkb(Point(121.4, 31.6))], dtype=object)
    names = [np.array([text], dtype=object)]
    pyogrio.raw.write(folder / "x.shp", wkb, names, ["名称"], geometry_type="Point", crs="EPSG:4490", encoding=encoding)
    parts = {file.suffix: file.read_bytes() for file in folder.iterdir()}
    if not cpg:
        del parts[".cpg"]
    return parts


def zipped(path: Path, parts: dict[str, bytes], stem: str = "x") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for suffix, data in parts.items():
            archive.writestr(stem + suffix, data)
    return path


@pytest.mark.parametrize("suffix", [".gpkg", ".zip"])
def test_there_and_back(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"places{suffix}"
    write(path, LAYER)
    contents = read(path)
    assert contents.crs == "EPSG:4326"
    first, second = contents.rows
    name = "a_rather_long_name" if suffix == ".gpkg" else "short"
    assert first.properties == {"code": "001", name: "城桥镇", "size": 1.5, "tags": '["a","乙"]'}
    assert first.geometry == Point(121.4, 31.6)
    assert second.geometry is None
    assert second.properties[name] is None
    assert second.properties["size"] is None


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK", "GB18030"])
@pytest.mark.parametrize("cpg", [True, False])
def test_shapefiles_speak_utf8_and_gbk(tmp_path: Path, encoding: str, cpg: bool) -> None:
    path = zipped(tmp_path / "x.zip", shapefile(tmp_path / "s", encoding, cpg=cpg))
    contents = read(path)
    assert contents.rows[0].properties == {"名称": "城桥镇"}
    assert contents.crs == "EPSG:4490"


@pytest.mark.parametrize("word", ["936", "ANSI 936", "cp936", "GB2312", "gbk\r\n", "OEM 936"])
def test_code_pages_by_all_their_names(tmp_path: Path, word: str) -> None:
    parts = shapefile(tmp_path / "s", "GBK") | {".cpg": word.encode()}
    assert read(zipped(tmp_path / "x.zip", parts)).rows[0].properties == {"名称": "城桥镇"}


def test_a_code_page_that_lies(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "s", "GBK") | {".cpg": b"UTF-8"}
    with pytest.raises(Invalid, match="encoding"):
        read(zipped(tmp_path / "x.zip", parts))


def test_text_cut_off_in_the_middle_of_a_letter_is_still_utf8(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "s", "UTF-8", cpg=False, text="城" * 84)  # 252 bytes
    assert read(zipped(tmp_path / "x.zip", parts)).rows[0].properties == {"名称": "城" * 84}


def test_folders_capitals_and_macs(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "s", "UTF-8")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for suffix, data in parts.items():
            archive.writestr(f"数据/里面/道路{suffix.upper()}", data)
            archive.writestr(f"__MACOSX/._道路{suffix}", b"x")
        archive.writestr("readme.txt", "hello")
    assert read(tmp_path / "x.zip").rows[0].geometry == Point(121.4, 31.6)


def test_without_a_projection_nothing_is_said(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "s", "UTF-8")
    del parts[".prj"]
    assert read(zipped(tmp_path / "x.zip", parts)).crs is None


@pytest.mark.parametrize("missing", [".shp", ".shx", ".dbf"])
def test_parts_that_are_missing(tmp_path: Path, missing: str) -> None:
    parts = shapefile(tmp_path / "s", "UTF-8")
    del parts[missing]
    with pytest.raises(Invalid):
        read(zipped(tmp_path / "x.zip", parts))


def test_two_shapefiles_in_one_archive(tmp_path: Path) -> None:
    parts = shapefile(tmp_path / "s", "UTF-8")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for stem in "ab":
            for suffix, data in parts.items():
                archive.writestr(stem + suffix, data)
    with pytest.raises(Invalid, match="one Shapefile, it holds 2"):
        read(tmp_path / "x.zip")


@pytest.mark.parametrize("broken", [".shp", ".shx", ".dbf"])
@pytest.mark.parametrize("data", [b"", b"garbage", b"<OGRVRTDataSource></OGRVRTDataSource>"])
def test_damaged_parts(tmp_path: Path, broken: str, data: bytes) -> None:
    parts = shapefile(tmp_path / "s", "UTF-8", cpg=False) | {broken: data}
    with pytest.raises(Invalid):
        read(zipped(tmp_path / "x.zip", parts))


def test_a_truncated_archive(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", shapefile(tmp_path / "s", "UTF-8"))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(Invalid, match="damaged"):
        read(path)


def test_a_flipped_bit(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", shapefile(tmp_path / "s", "UTF-8"))
    data = bytearray(path.read_bytes())
    at = data.index(bytes.fromhex("0000270a")) + 40
    data[at] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(Invalid, match="damaged"):
        read(path)


@pytest.mark.parametrize("name", ["../x.shp", "/etc/x.shp", "a/../../x.shp", "C:\\x.shp", "..\\x.shp", "\\\\server\\x.shp"])
def test_names_that_lead_outside(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        info = zipfile.ZipInfo("placeholder")
        info.filename = info.orig_filename = name
        archive.writestr(info, b"x")
    with pytest.raises(Invalid, match="leads outside"):
        read(tmp_path / "x.zip")


def test_links(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("x.shp")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(Invalid, match="leads outside"):
        read(tmp_path / "x.zip")


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 1_000_000)
    monkeypatch.setattr(archives, "MOST_ENTRIES", 5)
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.shp", b"\0" * 2_000_000)
    assert (tmp_path / "x.zip").stat().st_size < 10_000
    with pytest.raises(TooLarge):
        read(tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as archive:
        for i in range(6):
            archive.writestr(f"{i}.shp", b"x")
    with pytest.raises(TooLarge):
        read(tmp_path / "y.zip")


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    """The table of contents says 10 bytes; what is unpacked stops there."""
    path = zipped(tmp_path / "x.zip", shapefile(tmp_path / "s", "UTF-8"))
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("x.shp")
        entry.file_size = 10
        with pytest.raises((TooLarge, zipfile.BadZipFile)):
            archives.unpack(archive, entry, tmp_path / "out")
    assert (tmp_path / "out").stat().st_size <= 10


def test_a_table_of_contents_that_points_nowhere(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", shapefile(tmp_path / "s", "UTF-8"))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02") + 42  # where the first entry begins
    data[at : at + 4] = b"\xff\xff\xff\x7f"
    path.write_bytes(bytes(data))
    with pytest.raises(Invalid, match="damaged"):
        read(path)


def test_an_encrypted_archive(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x.shp", b"x")
    data = bytearray(buffer.getvalue())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    (tmp_path / "x.zip").write_bytes(bytes(data))
    with pytest.raises(Invalid, match="encrypted"):
        read(tmp_path / "x.zip")


def test_no_geopackage(tmp_path: Path) -> None:
    for data in (b"<OGRVRTDataSource/>", b"SQLite format 3\0", b"SQLite format 3\0" + b"\0" * 5000):
        path = tmp_path / "x.gpkg"
        path.write_bytes(data)
        with pytest.raises(Invalid):
            read(path)


def test_the_layer_of_a_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    wkb = np.array([shapely.to_wkb(Point(1, 2))], dtype=object)
    for name in ("roads", "cameras"):
        values = [np.array([name], dtype=object)]
        pyogrio.raw.write(
            path, wkb, values, ["name"], layer=name, driver="GPKG", geometry_type="Point", crs="EPSG:4326", append=path.exists()
        )
    assert read(path, layer="cameras").rows[0].properties == {"name": "cameras"}
    with pytest.raises(Invalid, match="roads, cameras"):
        read(path, layer="grids")


def test_heights_and_holes(tmp_path: Path) -> None:
    shell = [(0, 0, 1), (3, 0, 1), (3, 3, 1), (0, 3, 1), (0, 0, 1)]
    hole = [(1, 1, 1), (1, 2, 1), (2, 2, 1), (1, 1, 1)]
    wkb = np.array([shapely.to_wkb(Polygon(shell, [hole]))], dtype=object)
    path = tmp_path / "x.gpkg"
    pyogrio.raw.write(
        path, wkb, [np.array(["a"], dtype=object)], ["name"], driver="GPKG", geometry_type="Polygon Z", crs="EPSG:4326"
    )
    contents = read(path)
    assert contents.heights_dropped == 1
    shape = contents.rows[0].geometry
    assert shape is not None
    assert not shape.has_z
    assert shape.area == pytest.approx(8.5)


def test_what_a_shapefile_cannot_hold_is_refused_not_cut(tmp_path: Path) -> None:
    layer = Layer("x", [Field("text")], [({"text": "城" * 100}, Point(1, 2))], Place.POINT)
    with pytest.raises(Invalid, match="254 bytes"):
        write(tmp_path / "x.zip", layer)
    assert list(tmp_path.iterdir()) == []
