"""An office's own workbook that a table is filled into, in place of the product's look.

It lies under `templates/`; its name, the table's key (`weekly.xlsx`) or what the table is called, says for which it is.
Its headings, or placeholders like {{单位}}, say where things go. Owns finding it, and that a template never keeps a
table from being made: without one that fits, `exports.workbook` writes it.
"""

from __future__ import annotations

import logging
import warnings
from contextlib import closing, suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook

from exports import workbook
from exports.office_template.apart import fill_apart
from exports.office_template.grid import exact, loose
from exports.office_template.places import UnfitError, find
from exports.office_template.records import Records

if TYPE_CHECKING:
    from bot.core.tables import Table

# What openpyxl leaves out of a workbook when it reads one, `export check` says (`check`).
warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")

log = logging.getLogger(__name__)

#: Tables of ours only: no office has a form for what is wrong with a file somebody sent.
OURS: Final = frozenset({"import-faults", "roster-faults", "roster-links"})
#: Bytes of a template, unpacked: a form of a few rows has a hundredth of it.
LARGEST: Final = 50 * 1024 * 1024
#: Records a template takes: all are held at once (docs/performance.md).
MOST: Final = 30_000


class Templates:
    """The templates of a folder, each read anew when it is used."""

    def __init__(self, folder: Path | None) -> None:
        """Look for them there; nowhere without a folder, or while it does not exist."""
        self._folder = folder
        self._told: set[tuple[str, int, str]] = set()

    def write(self, name: str, table: Table, target: Path | BinaryIO) -> None:
        """Write the table `name` of `exports.EXPORTS` into its template, or as our own workbook."""
        path = self.find(name, table)
        content = self._filled(path, table) if path is not None else None
        if content is None:
            workbook.write(table, target)
        elif isinstance(target, Path):
            target.write_bytes(content)
        else:
            target.write(content)

    def find(self, name: str, table: Table) -> Path | None:
        """Return the template of a table: the one with its key, or else the one with its Chinese name."""
        if self._folder is None or name in OURS:
            return None
        with suppress(OSError):
            files = {stem(path): path for path in self._folder.iterdir() if is_workbook(path)}
            return next((files[called] for called in (exact(name), *names(table)) if called in files), None)
        return None

    def _filled(self, path: Path, table: Table) -> bytes | None:
        try:
            return fill(path, table)
        except Exception as error:  # noqa: BLE001 - an office's file may be wrong in any way there is
            self._warn(path, error)
            return None

    def _warn(self, path: Path, error: Exception) -> None:
        """Log it, once for each state of the file."""
        reason = error.key if isinstance(error, UnfitError) else repr(error)
        changed = path.stat().st_mtime_ns if path.exists() else 0
        if (told := (path.name, changed, reason)) not in self._told:
            self._told.add(told)
            log.warning("template %s is not used (%s): bot.py export check %s", path.name, reason, path)


def is_workbook(path: Path) -> bool:
    """Tell whether it may be a template; Excel keeps a file beside one that is open."""
    return path.suffix.casefold() == ".xlsx" and not path.name.startswith(("~$", "."))


def stem(path: Path) -> str:
    """Return a file's name for comparing."""
    return exact(path.stem)


def names(table: Table) -> tuple[str, ...]:
    """Return what a table is called, for comparing, without its period: 情况统计表（附件2）, and 情况统计表."""
    name = table.name.partition("_")[0]
    return exact(name), loose(name)


def load(path: Path) -> Any:  # noqa: ANN401 - openpyxl's published types lack much
    """Return a template as a workbook; UnfitError for what is none."""
    try:
        with ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (BadZipFile, OSError) as error:
        raise UnfitError("unreadable") from error
    if size > LARGEST:
        raise UnfitError("large")
    try:
        return load_workbook(path, rich_text=True)
    except Exception as error:  # a parser of somebody's XML fails in any way there is
        raise UnfitError("unreadable") from error


def fill(path: Path, table: Table) -> bytes:
    """Return the table in this template; UnfitError where it does not fit."""
    if len(table.rows) > MOST:
        raise UnfitError("long", most=MOST)
    with closing(load(path)) as book:
        places = find(book, table.columns)
        fill_apart(book, places, table)
        Records(book, places, table).write()
        book.calculation.fullCalcOnLoad = True
        book.save(target := BytesIO())
        return target.getvalue()
