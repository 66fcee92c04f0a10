"""What Excel and WPS hold against a workbook that LibreOffice opens without a word (ECMA-376, and Excel's own limits).

They do not refuse it: they say that it is damaged, offer to repair it, and leave something out. `faults` finds what
they would stumble over in the parts this product writes; it is no schema.
"""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO
from itertools import pairwise
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from openpyxl.utils import range_boundaries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from xml.etree.ElementTree import Element

_AXIS: Final = (
    "axId scaling delete axPos majorGridlines minorGridlines title numFmt majorTickMark minorTickMark tickLblPos spPr"
    " txPr crossAx crosses crossesAt"
)
#: The elements whose children have an order, and that order.
_ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(children.split())
    for name, children in {
        "workbook": "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups"
        " externalReferences definedNames calcPr oleSize customWorkbookViews pivotCaches extLst",
        "worksheet": "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection"
        " protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr"
        " conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks"
        " colBreaks customProperties cellWatches ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF picture"
        " oleObjects controls webPublishItems tableParts extLst",
        "styleSheet": "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst",
        "twoCellAnchor": "from to sp grpSp graphicFrame cxnSp pic clientData",
        "oneCellAnchor": "from ext sp grpSp graphicFrame cxnSp pic clientData",
        "from": "col colOff row rowOff",
        "to": "col colOff row rowOff",
        "graphicFrame": "nvGraphicFramePr xfrm graphic",
        "chartSpace": "date1904 lang roundedCorners AlternateContent style clrMapOvr pivotSource protection chart spPr"
        " txPr externalData printSettings userShapes extLst",
        "chart": "title autoTitleDeleted pivotFmts view3D floor sideWall backWall plotArea legend plotVisOnly"
        " dispBlanksAs extLst",
        "title": "tx layout overlay spPr txPr extLst",
        "plotArea": "layout barChart lineChart pieChart catAx valAx dateAx dTable spPr extLst",
        "barChart": "barDir grouping varyColors ser dLbls gapWidth overlap serLines axId extLst",
        "ser": "idx order tx spPr invertIfNegative pictureOptions dPt dLbls trendline errBars cat val shape extLst",
        "dLbls": "dLbl delete numFmt spPr txPr dLblPos showLegendKey showVal showCatName showSerName showPercent"
        " showBubbleSize separator showLeaderLines leaderLines extLst",
        "catAx": f"{_AXIS} auto lblAlgn lblOffset tickLblSkip tickMarkSkip noMultiLvlLbl extLst",
        "valAx": f"{_AXIS} crossBetween majorUnit minorUnit dispUnits extLst",
        "scaling": "logBase orientation max min extLst",
        "legend": "legendPos legendEntry layout overlay spPr txPr extLst",
        "strRef": "f strCache extLst",
        "numRef": "f numCache extLst",
        "strCache": "ptCount pt extLst",
        "numCache": "formatCode ptCount pt extLst",
        "txPr": "bodyPr lstStyle p",
        "rich": "bodyPr lstStyle p",
        "p": "pPr r br fld endParaRPr",
        "rPr": "ln noFill solidFill latin ea cs sym hlinkClick extLst",
        "defRPr": "ln noFill solidFill latin ea cs sym hlinkClick extLst",
        "spPr": "xfrm custGeom prstGeom noFill solidFill gradFill pattFill ln effectLst extLst",
    }.items()
}
_TYPES: Final = frozenset({"n", "s", "b", "e", "str", "inlineStr", "d"})
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_x00[01][0-9A-Fa-f]_")
_RELATED: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
CELL, SHEET_NAME, TALLEST, WIDEST, FOOTER, ROWS, COLUMNS = 32_767, 31, 409.5, 255, 255, 1_048_576, 16_384


def faults(content: bytes) -> list[str]:
    """Return what is wrong with a workbook, each in a few words; nothing when it is sound."""
    with ZipFile(BytesIO(content)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
        found = [f"{name} is there twice" for name, often in Counter(archive.namelist()).items() if often > 1]
    trees = {name: ET.fromstring(part) for name, part in parts.items() if name.endswith((".xml", ".rels"))}  # noqa: S314 - our own
    found += _package(trees, parts.keys())
    for name, tree in trees.items():
        found += [f"{name}: {each}" for each in _in_order(tree)]
    looks = trees["xl/styles.xml"]
    found += [f"styles: {each}" for each in _styles(looks)]
    found += [f"workbook: {each}" for each in _workbook(trees["xl/workbook.xml"])]
    strings = _texts(trees["xl/sharedStrings.xml"]) if "xl/sharedStrings.xml" in trees else []
    number = len(_child(looks, "cellXfs"))
    for name, tree in trees.items():
        if name.startswith("xl/worksheets/sheet"):
            found += [f"{name}: {each}" for each in _sheet(tree, number, strings)]
        if name.startswith("xl/drawings/drawing"):
            found += [f"{name}: {each}" for each in _drawing(tree)]
        if name.startswith("xl/charts/chart"):
            found += [f"{name}: {each}" for each in _chart(tree)]
    return found


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(element: Element, *names: str) -> Iterator[Element]:
    return (each for each in element.iter() if _local(each) in names)


def _child(element: Element, name: str) -> Element:
    return next((each for each in element if _local(each) == name), ET.Element(name))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


# ── The package ──────────────────────────────────────────────────────────


def _package(trees: Mapping[str, Element], parts: Iterable[str]) -> Iterator[str]:
    """Yield parts that are not declared, and relations that lead nowhere or are not there."""
    declared = {each.get("PartName"): each for each in trees["[Content_Types].xml"]}
    usual = {each.get("Extension") for each in trees["[Content_Types].xml"]}
    known = set(parts)
    for name in known - {"[Content_Types].xml"}:
        if f"/{name}" not in declared and name.rpartition(".")[2] not in usual:
            yield f"{name} has no type"
    for named in declared:
        if named and named[1:] not in known:
            yield f"{named} has a type and is not there"
    for name, tree in trees.items():
        folder, _, file = name.rpartition("/")
        relations = trees.get(f"{folder}/_rels/{file}.rels", ET.Element("none"))
        ids = {each.get("Id"): each for each in relations}
        if len(ids) != len(relations):
            yield f"{name}: two relations of one name"
        for each in relations:
            target = str(each.get("Target"))
            path = target[1:] if target.startswith("/") else normpath(join(dirname(name), target))
            if each.get("TargetMode") != "External" and path not in known:
                yield f"{name}: {target} is not there"
        yield from (f"{name}: no relation {at}" for each in tree.iter() if (at := each.get(_RELATED)) and at not in ids)


def _in_order(tree: Element) -> Iterator[str]:
    """Yield elements whose children are not where they belong."""
    for element in tree.iter():
        order = _ORDER.get(_local(element))
        if order is None or (_local(element) == "title" and "chart" not in element.tag):  # the document's
            continue
        names = [_local(each) for each in element]
        if strange := [name for name in names if name not in order]:
            yield f"{strange[0]} in {_local(element)}"
        elif any(order.index(one) > order.index(other) for one, other in pairwise(names)):
            yield f"{names} in {_local(element)}"


# ── The workbook ─────────────────────────────────────────────────────────


def _workbook(tree: Element) -> Iterator[str]:
    names = [str(sheet.get("name")) for sheet in _child(tree, "sheets")]
    for name in names:
        if not 0 < _units(name) <= SHEET_NAME or re.search(r"[\\/*?:\[\]\x00-\x1f]|^'|'$", name):
            yield f"a sheet called {name!r}"
    if len({name.casefold() for name in names}) != len(names):
        yield f"sheets of one name: {names}"
    scopes = [(each.get("name"), each.get("localSheetId")) for each in _child(tree, "definedNames")]
    if len(set(scopes)) != len(scopes):
        yield f"names that are there twice: {scopes}"
    for each in _child(tree, "definedNames"):
        if each.get("name") in {"_xlnm.Print_Area", "_xlnm.Print_Titles"}:
            for area in re.split(r",(?=')", each.text or ""):
                sheet, _, cells = area.rpartition("!")
                if sheet.strip("'").replace("''", "'") not in names or not re.fullmatch(
                    r"\$[A-Z]+\$\d+:\$[A-Z]+\$\d+|\$\d+:\$\d+(,.*)?|\$[A-Z]+:\$[A-Z]+", cells
                ):
                    yield f"{each.get('name')} is {each.text}"


def _styles(tree: Element) -> Iterator[str]:
    numbers = {}
    for each in tree:
        if (said := each.get("count")) is not None and int(said) != len(each):
            yield f"{_local(each)}: {len(each)}, not {said}"
        numbers[_local(each)] = len(each)
    formats = {each.get("numFmtId") for each in _child(tree, "numFmts")}
    for xf in (*_child(tree, "cellXfs"), *_child(tree, "cellStyleXfs")):
        for attribute, of in (
            ("fontId", "fonts"),
            ("fillId", "fills"),
            ("borderId", "borders"),
            ("xfId", "cellStyleXfs"),
        ):
            if int(xf.get(attribute, "0")) >= numbers.get(of, 0):
                yield f"{attribute} {xf.get(attribute)} of {numbers.get(of)}"
        if int(xf.get("numFmtId", "0")) >= 164 and xf.get("numFmtId") not in formats:
            yield f"no number format {xf.get('numFmtId')}"


def _texts(tree: Element) -> list[str]:
    return ["".join(text.text or "" for text in _all(item, "t")) for item in tree]


# ── A sheet ──────────────────────────────────────────────────────────────


def _sheet(tree: Element, looks: int, strings: list[str]) -> Iterator[str]:
    yield from _columns(_child(tree, "cols"))
    last = 0
    for row in _child(tree, "sheetData"):
        number = int(row.get("r", last + 1))
        if not last < number <= ROWS:
            yield f"row {number} after {last}"
        last = number
        if not 0 <= float(row.get("ht", 1)) <= TALLEST:
            yield f"row {number} is {row.get('ht')} high"
        yield from _cells(row, number, looks, strings)
    yield from _merged(_child(tree, "mergeCells"))
    for counted in _all(tree, "mergeCells", "dataValidations", "tableParts", "rowBreaks"):
        if (said := counted.get("count")) is not None and int(said) != len(counted):
            yield f"{_local(counted)}: {len(counted)}, not {said}"
    for text in _child(tree, "headerFooter"):
        if _units(text.text or "") > FOOTER:
            yield f"{_local(text)} is too long"


def _columns(columns: Element) -> Iterator[str]:
    last = 0
    for each in columns:
        first, end, width = int(each.get("min", 0)), int(each.get("max", 0)), float(each.get("width", 1))
        if not last < first <= end <= COLUMNS or not 0 <= width <= WIDEST:
            yield f"columns {first} to {end} after {last}, {width} wide"
        last = end


def _cells(row: Element, number: int, looks: int, strings: list[str]) -> Iterator[str]:
    last = 0
    for cell in row:
        at = str(cell.get("r"))
        column, line, *_ = range_boundaries(at)
        assert column is not None
        if line != number or column <= last:
            yield f"{at} in row {number} after column {last}"
        last = column
        kind, value = cell.get("t", "n"), _child(cell, "v").text
        if kind not in _TYPES or int(cell.get("s", 0)) >= looks:
            yield f"{at}: type {kind}, style {cell.get('s')} of {looks}"
        text = "".join(each.text or "" for each in _all(cell, "t"))
        if kind == "s":
            text = strings[int(value or 0)]
        if _units(text) > CELL or _UNFIT.search(text):
            yield f"{at}: {_units(text)} signs, {text[:20]!r}"
        if kind == "n" and value is not None and not re.fullmatch(r"-?\d+(\.\d+)?(E[+-]?\d+)?", value):
            yield f"{at}: {value!r} is no number"


def _merged(areas: Element) -> Iterator[str]:
    taken: set[tuple[int, int]] = set()
    for area in areas:
        left, top, right, bottom = (at or 0 for at in range_boundaries(str(area.get("ref"))))
        cells = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
        if len(cells) < 2 or cells & taken:
            yield f"{area.get('ref')} is one cell, or overlaps another"
        taken |= cells


# ── Drawings ─────────────────────────────────────────────────────────────


def _drawing(tree: Element) -> Iterator[str]:
    ids = [each.get("id") for each in _all(tree, "cNvPr")]
    if len(set(ids)) != len(ids):
        yield f"drawn twice under one number: {ids}"
    for anchor in _all(tree, "twoCellAnchor"):
        begin, end = (_corner(_child(anchor, name)) for name in ("from", "to"))
        if not (0, 0) <= begin < end or begin[1] > end[1]:
            yield f"drawn from {begin} to {end}"


def _corner(marker: Element) -> tuple[int, int]:
    return int(_child(marker, "row").text or -1), int(_child(marker, "col").text or -1)


def _chart(tree: Element) -> Iterator[str]:
    if any(each.get("sourceLinked") is None for each in _all(tree, "numFmt")):
        yield "a number format that does not say whether it is the cells'"
    axes = {_child(axis, "axId").get("val") for axis in _all(tree, "catAx", "valAx")}
    for bars in _all(tree, "barChart"):
        if {each.get("val") for each in bars if _local(each) == "axId"} != axes:
            yield f"axes that are not {axes}"
    places = [(_child(each, "idx").get("val"), _child(each, "order").get("val")) for each in _all(tree, "ser")]
    if len(set(places)) != len(places):
        yield f"series twice in one place: {places}"
    for cache in _all(tree, "strCache", "numCache"):
        points = [int(each.get("idx", -1)) for each in _all(cache, "pt")]
        if points != sorted(set(points)) or any(at >= int(_child(cache, "ptCount").get("val", 0)) for at in points):
            yield f"{_local(cache)}: {points}"
