"""CSV, TSV and Excel: encodings, separators, column names, cells that bite."""

import gc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from gridmap.errors import Invalid
from gridmap.geo.datum import Datum
from gridmap.geo.files import delimited
from gridmap.geo.files.contents import Contents, Counted, Field, Layer, Place
from gridmap.geo.files.reading import read
from gridmap.geo.files.writing import write

HEADER = "编号,名称,经度,纬度"
LINES = f"{HEADER}\n1,城桥镇,121.4,31.6\n2,庙镇,121.35,31.65\n"


def reading(tmp_path: Path, data: bytes | str, name: str = "file.csv") -> Contents:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read(path)


def wkts(contents: Contents) -> list[str | None]:
    return [None if row.geometry is None else row.geometry.wkt for row in contents.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    contents = reading(tmp_path, LINES.encode(encoding))
    assert contents.counted is Counted.LINE
    assert [row.number for row in contents.rows] == [2, 3]
    assert contents.rows[0].properties == {"编号": "1", "名称": "城桥镇"}
    assert wkts(contents) == ["POINT (121.4 31.6)", "POINT (121.35 31.65)"]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_separators(tmp_path: Path, separator: str, ending: str) -> None:
    text = LINES.replace(",", separator).replace("\n", ending)
    assert wkts(reading(tmp_path, text, "file.txt")) == ["POINT (121.4 31.6)", "POINT (121.35 31.65)"]


def test_excels_own_separator_line(tmp_path: Path) -> None:
    contents = reading(tmp_path, "sep=;\nid;lon;lat\na,b;1;2\n")
    assert contents.rows[0].number == 3
    assert contents.rows[0].properties == {"id": "a,b"}


@pytest.mark.parametrize(
    "names", [("lon", "lat"), ("LNG", "Lat"), ("longitude", "latitude"), ("x", "y"), ("经度", "纬度"), ("东经", "北纬")]
)
def test_names_of_the_place(tmp_path: Path, names: tuple[str, str]) -> None:
    assert wkts(reading(tmp_path, f"{names[0]},{names[1]}\n121.4,31.6\n")) == ["POINT (121.4 31.6)"]


def test_quoted_lines_keep_the_count(tmp_path: Path) -> None:
    contents = reading(tmp_path, 'id,text,lon,lat\n1,"two\nlines",1,2\n\n2,x,oops,4\n')
    assert [row.number for row in contents.rows] == [2, 5]
    assert contents.rows[0].properties["text"] == "two\nlines"
    assert "'oops'" in str(contents.rows[1].faults[0])


def test_well_known_text(tmp_path: Path) -> None:
    contents = reading(
        tmp_path,
        'id,wkt\n1,"POLYGON ((1 1, 2 1, 2 2, 1 1))"\n2,POINT Z (1 2 3)\n3,POLYGON ((1 1\n4,POINT EMPTY\n5,POINT (nan 1)\n',
    )
    assert wkts(contents)[:2] == ["POLYGON ((1 1, 2 1, 2 2, 1 1))", "POINT (1 2)"]
    assert contents.heights_dropped == 1
    assert [bool(row.faults) for row in contents.rows] == [False, False, True, True, True]


@pytest.mark.parametrize("place", ["nan,1", "inf,1", "1e999,1", "121°24′,31°36′", "121.4,", ",31.6"])
def test_places_that_are_none(tmp_path: Path, place: str) -> None:
    (row,) = reading(tmp_path, f"id,lon,lat\n1,{place}\n").rows
    assert row.geometry is None
    assert len(row.faults) == 1


def test_a_line_without_a_place_has_none(tmp_path: Path) -> None:
    (row,) = reading(tmp_path, "id,lon,lat\n1,,\n").rows
    assert row.geometry is None
    assert row.faults == ()


def test_the_column_datum(tmp_path: Path) -> None:
    assert reading(tmp_path, "lon,lat,坐标系\n1,2,GCJ-02\n3,4,GCJ-02\n").datum is Datum.GCJ02
    with pytest.raises(Invalid, match="does not say the same"):
        reading(tmp_path, "lon,lat,datum\n1,2,gcj02\n3,4,wgs84\n")
    with pytest.raises(Invalid, match="unknown datum"):
        reading(tmp_path, "lon,lat,datum\n1,2,mars\n")


def test_rows_of_the_wrong_length_are_faults(tmp_path: Path) -> None:
    long, short = reading(tmp_path, "id,lon,lat\n1,2,3,4\n5,6\n").rows
    assert "more cells" in str(long.faults[0])
    assert "fewer cells" in str(short.faults[0])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n ",
        b"\x00\x01\x02",
        b"a,b\n\x00,1\n",
        b"a,b\n\xff\xff\xff,1\n",
        b'a,b\n"never closed,1\n',
        b"lon,lat,lon\n1,2,3\n",
        "lon,lat,经度\n1,2,3\n".encode(),
    ],
)
def test_no_table_at_all(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Invalid):
        reading(tmp_path, data)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'=1+1", "''-x", "=cmd|' /C calc'!A0"])
def test_formulas_are_made_harmless_and_come_back(cell: str) -> None:
    harmless = delimited.neutral(cell)
    assert harmless.startswith("'")
    assert delimited.restored(harmless) == cell


@given(st.text())
def test_every_text_comes_back(cell: str) -> None:
    harmless = delimited.neutral(cell)
    assert not harmless.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert delimited.restored(harmless) == cell


def workbook(tmp_path: Path, rows: list[list[Any]]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    path = tmp_path / "file.xlsx"
    book.save(path)
    return path


def test_excel(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, [["编号", "名称", "经度", "纬度"], ["001", "城桥镇", 121.4, 31.6], [], [310151101203001, None, "121.5", "31.7"]]
    )
    contents = read(path)
    assert contents.counted is Counted.ROW
    assert [row.number for row in contents.rows] == [2, 4]
    assert contents.rows[0].properties == {"编号": "001", "名称": "城桥镇"}
    assert contents.rows[1].properties["编号"] == 310151101203001
    assert wkts(contents) == ["POINT (121.4 31.6)", "POINT (121.5 31.7)"]


def test_formulas_in_excel_are_not_run(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["id", "lon", "lat"], ['=HYPERLINK("http://example.invalid")', "=1+120", 31.6]])
    (row,) = read(path).rows
    assert row.properties["id"] is None
    assert row.geometry is None
    assert row.faults


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_what_excel_cannot_hold_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    rows: list[tuple[dict[str, Any], None]] = [({"id": "1", "text": "fine"}, None), ({"id": "2", "text": "a bell\x07"}, None)]
    path = tmp_path / "file.xlsx"
    with pytest.raises(Invalid, match="Row 3, text"):
        write(path, Layer("cases", [Field("id"), Field("text")], rows, Place.NONE))
    gc.collect()  # A workbook thrown away half-written would complain now.
    assert not path.exists()


def test_no_workbook_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(Invalid, match=r"not an Excel workbook.*save an old \.xls"):
        read(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(Invalid):
        read(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types")
    with pytest.raises(Invalid):
        read(path)


def test_other_suffixes_are_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"\.xls'"):
        reading(tmp_path, b"x", "file.xls")
