"""Campaign files: TOML in, a `Campaign` or every mistake with its line out.

Owns reading and finding the lines. Leaves out what a campaign is (`bot.core.campaign`), what contradicts what
(`bot.core.campaign_rules`) and all words (`bot.texts.campaign`, `campaign_meaning`).
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.core.campaign import (
    Area,
    Campaign,
    Duty,
    Heading,
    Ledger,
    LedgerStep,
    Lists,
    Push,
    Quiet,
    Recipient,
    Stage,
    Step,
    Unit,
    WeekSummary,
)
from bot.core.campaign_rules import Mistake, Outline, Path, contradictions
from bot.core.workdays import Workdays
from bot.forms import OF_DUTIES
from bot.texts import campaign as texts
from bot.texts import campaign_meaning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic_core import ErrorDetails

_P = TypeVar("_P", bound=BaseModel)

_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")

#: What a table of the file is made into, by its name.
_SECTIONS: dict[tuple[str, ...], type[BaseModel]] = {
    ("campaign",): Heading,
    ("stages",): Stage,
    ("units",): Unit,
    ("areas",): Area,
    ("lists",): Lists,
    ("ledger",): Ledger,
    ("ledger", "ladder"): LedgerStep,
    ("duties",): Duty,
    ("duties", "ladder"): Step,
    ("recipients",): Recipient,
    ("pushes",): Push,
    ("summary",): WeekSummary,
    ("quiet",): Quiet,
    ("workdays",): Workdays,
}


class CampaignMistakes(Exception):  # noqa: N818 - what a file's author is told, not a defect of ours
    """A campaign file that cannot be used; `mistakes` are sentences, in the order of the file's lines."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def load(path: FilePath | str) -> Campaign:
    """Read a campaign file; CampaignMistakes names everything that is wrong with it."""
    try:
        text = FilePath(path).read_bytes().decode("utf-8-sig")  # Windows' Notepad puts a mark in front
    except OSError as error:
        raise CampaignMistakes([texts.unreadable(str(path), missing=isinstance(error, FileNotFoundError))]) from error
    except UnicodeDecodeError as error:
        raise CampaignMistakes([texts.not_utf8(str(path))]) from error
    return read(text)


def read(text: str) -> Campaign:
    """Read the text of a campaign file; CampaignMistakes names everything that is wrong with it."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CampaignMistakes([_syntax(text, str(error))]) from error
    outline = _outline(raw)
    mistakes = list(_formless(outline))
    try:
        campaign = Campaign.model_validate(raw)
    except ValidationError as error:
        details = [each for each in error.errors(include_url=False) if each["type"] != "contradictions"]
        mistakes += _misshapen(details)
        mistakes += contradictions(outline)
    else:
        if not mistakes:
            return campaign
    lines = find_lines(text)
    placed = sorted(((_line(lines, each.path), each) for each in mistakes), key=lambda entry: entry[0] or 0)
    raise CampaignMistakes([texts.sentence(mistake, line) for line, mistake in placed])


def describe(campaign: Campaign, now: datetime) -> str:
    """Say in words what a campaign means, for whoever wrote the file."""
    return campaign_meaning.describe(campaign, now)


def find_lines(text: str) -> dict[Path, int]:
    """Return the line (from 1) of every table and key of a TOML text that parses."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    lines = iter(enumerate(text.splitlines(), start=1))
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if header := _HEADER.match(line):
            table = _table(header[2], counts, repeated=header[1] == "[[")
            found[table] = number
            continue
        statement = line
        while (values := _parsed(statement)) is None and (following := next(lines, None)):
            statement += "\n" + following[1]  # a value may go over several lines
        for path in _paths(values or {}):
            found[(*table, *path)] = number
    return found


def _table(name: str, counts: dict[Path, int], *, repeated: bool) -> Path:
    *parents, last = (part.strip().strip("\"'") for part in name.split("."))
    path: Path = ()
    for parent in parents:
        path = (*path, parent)
        if path in counts:
            path = (*path, counts[path] - 1)
    path = (*path, last)
    if repeated:
        counts[path] = counts.get(path, 0) + 1
        path = (*path, counts[path] - 1)
    return path


def _parsed(statement: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return None


def _paths(values: dict[str, Any]) -> Iterator[Path]:
    for key, value in values.items():
        yield (key,)
        if isinstance(value, dict):
            yield from ((key, *path) for path in _paths(value))


def _line(lines: dict[Path, int], path: Path) -> int | None:
    """The line of the path, or of the closest thing around it that has one."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _syntax(text: str, error: str) -> str:
    lines = text.splitlines()
    match = _AT_LINE.search(error)
    number = int(match[1]) if match else len(lines)
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    return texts.syntax(error, number, line, ended=match is None)


def _misshapen(errors: Sequence[ErrorDetails]) -> list[Mistake]:
    """Return the mistakes in the shape of single parts.

    A misspelt key is one, not a missing one as well; a list whose entries are wrong is not too short as well
    (pydantic counts the right ones).
    """
    meant: dict[Path, str] = {}
    for error in errors:
        if error["type"] == "extra_forbidden":
            path = error["loc"]
            near = get_close_matches(str(path[-1]), _known(path), n=1)
            meant[path] = near[0] if near else ""
    around = {error["loc"][:length] for error in errors for length in range(1, len(error["loc"]))}
    spelt = {(*path[:-1], name) for path, name in meant.items()}
    return [
        Mistake(
            error["type"],
            error["loc"],
            {"input": error["input"], **error.get("ctx", {}), **_cure(error, meant)},
        )
        for error in errors
        if not (error["type"] == "missing" and error["loc"] in spelt)
        and not (error["type"] == "too_short" and error["loc"] in around)
    ]


def _formless(outline: Outline) -> Iterator[Mistake]:
    """Yield the duties nobody could file: there is no form of that name."""
    for path, duty in outline.duties:
        if duty.form not in OF_DUTIES:
            yield Mistake("form_unknown", (*path, "form"), {"form": duty.form, "known": OF_DUTIES})


def _cure(error: ErrorDetails, meant: Mapping[Path, str]) -> dict[str, Any]:
    path = error["loc"]
    return {"meant": meant[path], "known": _known(path)} if path in meant else {}


def _known(path: Path) -> list[str]:
    """The keys that may stand where `path` ends."""
    names = tuple(part for part in path[:-1] if isinstance(part, str))
    model = _SECTIONS.get(names, Campaign)
    return [field.alias or name for name, field in model.model_fields.items()]


def _outline(raw: dict[str, Any]) -> Outline:
    """Return the well-shaped parts of the file: they are examined although others are misshapen."""
    heading = raw.get("campaign")
    duties, steps, unusable = _duties(raw)
    ledger, rungs = _ledger(raw)
    return Outline(
        start=_day(heading, "start"),
        end=_day(heading, "end"),
        quiet=_part(Quiet, raw.get("quiet")),
        workdays=_part(Workdays, raw.get("workdays")),
        stages=tuple(_parts(Stage, raw, ("stages",))),
        units=tuple(_parts(Unit, raw, ("units",))),
        areas=tuple(_parts(Area, raw, ("areas",))),
        duties=tuple(duties),
        recipients=tuple(_parts(Recipient, raw, ("recipients",))),
        pushes=tuple(_parts(Push, raw, ("pushes",))),
        own_lists=_part(Lists, raw.get("lists", {})),
        steps=steps,
        broken_duties=frozenset(unusable),
        broken_stages=_misshapen_keys(Stage, raw, "stages"),
        broken_recipients=_misshapen_keys(Recipient, raw, "recipients"),
        ledger=ledger,
        rungs=rungs,
        has_areas=bool(raw.get("areas")),
        has_ledger="ledger" in raw,
    )


def _misshapen_keys(model: type[BaseModel], raw: dict[str, Any], name: str) -> frozenset[str]:
    """Return the keys of the entries of a list that are there, but misshapen."""
    return frozenset(str(entry.get("key")) for _, entry in _entries(raw, (name,)) if _part(model, entry) is None)


def _duties(raw: dict[str, Any]) -> tuple[list[tuple[Path, Duty]], dict[Path, tuple[Path, ...]], list[str]]:
    """Return the usable duties, the places of their usable steps, and the keys of the unusable duties."""
    duties: list[tuple[Path, Duty]] = []
    steps: dict[Path, tuple[Path, ...]] = {}
    unusable: list[str] = []
    for path, values in _entries(raw, ("duties",)):
        usable = tuple(_parts(Step, values, (*path, "ladder")))
        rest = {name: value for name, value in values.items() if name != "ladder"}
        if duty := _part(Duty, rest):
            duties.append((path, duty.model_copy(update={"ladder": tuple(step for _, step in usable)})))
            steps[path] = tuple(place for place, _ in usable)
        else:
            unusable.append(str(values.get("key")))
    return duties, steps, unusable


def _ledger(raw: dict[str, Any]) -> tuple[Ledger | None, tuple[tuple[Path, LedgerStep], ...]]:
    """Return the ledger's section if it is usable, and its usable steps."""
    values = raw.get("ledger")
    if not isinstance(values, dict):
        return None, ()
    rest = {name: value for name, value in values.items() if name != "ladder"}
    return _part(Ledger, rest), tuple(_parts(LedgerStep, values, ("ledger", "ladder")))


def _parts(model: type[_P], values: dict[str, Any], path: Path) -> Iterator[tuple[Path, _P]]:
    for place, entry in _entries(values, path):
        if part := _part(model, entry):
            yield place, part


def _entries(values: dict[str, Any], path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the tables of the list that `path` ends in, each with its place."""
    rows = values.get(str(path[-1]))
    for number, entry in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(entry, dict):
            yield (*path, number), entry


def _part(model: type[_P], values: object) -> _P | None:
    """Return the part without the keys it does not know (a mistake of their own); None if misshapen."""
    if not isinstance(values, dict):
        return None
    known = {name for key, field in model.model_fields.items() for name in (key, field.alias)}
    try:
        return model.model_validate({name: value for name, value in values.items() if name in known})
    except ValidationError:
        return None


def _day(table: object, name: str) -> date | None:
    value = table.get(name) if isinstance(table, dict) else None
    return value if isinstance(value, date) and not isinstance(value, datetime) else None
