"""销号申请单: one entry of the ledger on a sheet to be signed by hand: the facts, before and after, the opinions.

Read in a transaction (`load`), drawn outside it (`write`): pictures take their time. What the chat has already of the
two opinions stands in their boxes, with room left for the handwritten ones. Leaves out layout (`exports.paper`) and
scaling pictures (`exports.pictures`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from bot.core import issues, magic
from bot.texts import dialog as words
from exports.entries import Line, Scene
from exports.paper import Half, Paper
from exports.pictures import Picture, scaled
from storage import issues as stored

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from storage.files import FileStore
    from storage.issues import Entry
    from storage.work import Work

TITLE: Final = "问题整改销号申请单"
BEFORE, AFTER = "整改前", "整改后"
NOTHING: Final = "（无）"
DEAD: Final = "（无法显示）"
APART: Final = "另附："
HEAD, HEAD_LINE = "整改单位\n意　　见", "负责人（签字）：　　　　　　　　（盖章）　　　　　　年　　月　　日"
BRIGADE, BRIGADE_LINE = "主管部门\n核查意见", "核查人（签字）：　　　　　　　　（盖章）　　　　　　年　　月　　日"
APPLIES, AGREES = "同意申请销号。", "同意销号。"
#: What Pillow draws of what magic knows: the rest goes along on paper of its own.
DRAWN: Final = magic.DRAWN | {magic.BMP, magic.TIFF}
_DIGITS: Final = 19  # ids have fewer

Fact = tuple[str, str]
#: As `FileRef.to_json` gives them.
Files = tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ClosingSheet:
    """What stands on the sheet. `rows` are texts, or two short facts each; an opinion is "" while the chat has none."""

    title: str
    unit: str
    number: str
    rows: tuple[tuple[Fact, ...], ...]
    before: Files
    after: Files
    head: str = ""
    brigade: str = ""


def load(work: Work, ref: str) -> ClosingSheet:
    """Return the sheet of the entry `ref` (its id); KeyError when there is none."""
    entry = stored.get(work, int(ref)) if ref.isascii() and ref.isdigit() and len(ref) < _DIGITS else None
    if entry is None:
        raise KeyError(ref)
    line = Line(1, entry, Scene.of(work))
    after = _files(entry, (("ask_closing", "after"), ("progress", "after")))
    known = {file["sha256"] for file in after}
    before = _files(entry, (("ask_closing", "before"), ("progress", "before"), ("", "evidence")))
    return ClosingSheet(
        title=work.campaign.bureau + TITLE,
        unit=line.unit,
        number=entry.number,
        rows=_rows(line),
        before=tuple(file for file in before if file["sha256"] not in known),
        after=after,
        head=_opinion(line, "sign", APPLIES, "负责人{by}于{on}线上签批") if entry.state in issues.MENDED else "",
        brigade=_opinion(line, "close", AGREES, "核查人{by}于{on}线上核查") if entry.state == "closed" else "",
    )


def _rows(line: Line) -> tuple[tuple[Fact, ...], ...]:
    entry, closing = line.entry, line.entry.latest.get("ask_closing", {})
    return (
        (("问题类别", line.area), ("具体项目", entry.item)),
        (("问题情形", entry.kind), ("问题来源", entry.source)),
        (("发现时间", _day(entry.found_on)), ("严重程度", entry.severity)),
        (("具体问题", line.answer("description")),),
        (("整改措施", line.answer("measures")),),
        (("责任人", line.answer("responsible")), ("整改时限", _due(line))),
        (("整改结果", str(closing.get("result") or "")),),
        (("整改类型", line.handling), ("完成时间", _iso(closing.get("mended_on") or line.answer("mended_on")))),
    )


def _due(line: Line) -> str:
    """Return the deadline, and the first one beside it if it was moved; what was mended at once has none."""
    if line.due is None:
        return line.handling
    return _day(line.due) + (f"\n（原定{_day(line.first_due)}）" if line.first_due else "")


def _opinion(line: Line, move: str, usual: str, signed: str) -> str:
    """Return what was said in the chat, and by whom and when; "" when nobody has."""
    said: Mapping[str, Any] = line.entry.latest.get(move, {})
    if not (said.get("by") and said.get("at")):
        return ""
    on = datetime.fromisoformat(said["at"]).astimezone(line.scene.zone).date()
    return f"{said.get('opinion') or usual}\n（{signed.format(by=said['by'], on=_day(on))}）"


def _files(entry: Entry, places: tuple[tuple[str, str], ...]) -> Files:
    """Return the files of the first of these (move, answer) that has any; move "" is the entry itself."""
    for move, key in places:
        answers = entry.latest.get(move, {}) if move else entry.answers
        if found := answers.get(key):
            return tuple(found)
    return ()


def _day(day: date) -> str:
    return words.day(day.year, day.month, day.day)


def _iso(text: str) -> str:
    return _day(date.fromisoformat(text)) if text else ""


def write(sheet: ClosingSheet, files: FileStore, target: Path | BinaryIO) -> None:
    """Draw the sheet as an .xlsx workbook, with the pictures out of `files`; a picture that is broken is only named."""
    paper = Paper(sheet.title)
    paper.heading(sheet.title, f"整改单位：{sheet.unit}", f"编号：{sheet.number}")
    for row in sheet.rows:
        if len(row) == 1:
            paper.prose(*row[0])
        else:
            paper.pair(*row)
    paper.halves(_half(BEFORE, sheet.before, files), _half(AFTER, sheet.after, files))
    paper.opinion(HEAD, sheet.head, HEAD_LINE)
    paper.opinion(BRIGADE, sheet.brigade, BRIGADE_LINE)
    paper.save(target)


def sheet_bytes(sheet: ClosingSheet, files: FileStore) -> bytes:
    """Return the sheet as the bytes of an .xlsx workbook."""
    target = BytesIO()
    write(sheet, files, target)
    return target.getvalue()


def _half(name: str, listed: Files, files: FileStore) -> Half:
    pictures, notes = [], []
    for file in listed:
        drawn = _draw(file, files)
        if isinstance(drawn, Picture):
            pictures.append(drawn)
        else:
            notes.append(drawn)
    return Half(name, pictures, notes or ([] if pictures else [NOTHING]))


def _draw(file: Mapping[str, Any], files: FileStore) -> Picture | str:
    """Return the picture, or the line that names what cannot be drawn."""
    try:
        known = magic.kind_of(files.head(file["sha256"])) in DRAWN
    except (OSError, ValueError):
        return f"{file['name']}{DEAD}"
    if not known:
        return f"{APART}{file['name']}"
    return scaled(files.path(file["sha256"])) or f"{file['name']}{DEAD}"
