"""A report as a workbook for Excel. Slow to import: only who asks for one waits for openpyxl."""

import io
from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from gridmap.api.report_shapes import HEADINGS, Value, as_of, defused, rows
from gridmap.appraisal.measures import MEASURES, Measure
from gridmap.appraisal.ratios import RATIOS, Ratio
from gridmap.appraisal.report import Report
from gridmap.appraisal.words import called, title, word


def as_xlsx(report: Report, language: str) -> bytes:
    """The report as a workbook: the figures on one sheet, their definitions on the other."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(called("figures", language))
    sheet.freeze_panes = "A3"
    _widths(sheet, (14, 24, 24, 12, 12, 12, 12, 12, 12, 12))
    sheet.append(_cells(sheet, [title(report, language), *as_of(report)], bold=True))
    sheet.append(_cells(sheet, HEADINGS[language], bold=True))
    for row in rows(report, language):
        sheet.append(_cells(sheet, row))
    meant = book.create_sheet(called("definitions", language))
    _widths(meant, (24, 24, 24, 90))
    heads = [called(one, language) for one in ("indicator", "numerator", "denominator", "rule")]
    meant.append(_cells(meant, heads, bold=True))
    everything: list[Measure | Ratio] = [*MEASURES.values(), *RATIOS.values()]
    for one in everything:
        meant.append(_cells(meant, _definition(one, language)))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _definition(one: Measure | Ratio, language: str) -> list[Value]:
    if isinstance(one, Measure):
        return [word(one, language), "", "", one.rule_en if language == "en" else one.rule_zh]
    return [
        word(one, language),
        word(MEASURES[one.numerator], language),
        word(MEASURES[one.denominator], language),
        one.source,
    ]


def _widths(sheet: Any, widths: Iterable[float]) -> None:
    for column, width in zip("ABCDEFGHIJ", widths, strict=False):
        sheet.column_dimensions[column].width = width


def _cells(sheet: Any, values: Iterable[Any], *, bold: bool = False) -> list[Any]:
    """A row of cells: figures to the right, text never a formula."""
    cells = []
    for column, value in enumerate(values, 1):
        cell = WriteOnlyCell(sheet, defused(value))
        if isinstance(value, str):
            cell.data_type = "s"  # openpyxl would make a formula of what begins with "=".
        elif column > 3:
            cell.alignment = Alignment(horizontal="right")
        if bold:
            cell.font = Font(bold=True)
        cells.append(cell)
    return cells
