"""The kind of answer that is files.

Owns which files are taken, and under what names they are kept. Their bytes are in the file store already. Its actions:
`k` is done, `u` begins again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar, Final

from bot.core import magic
from bot.core.kind import NOTHING, Facts, Kind, More, Value
from bot.core.messages import FileRef
from bot.core.plain_text import clean, clip, one_line
from bot.core.problems import Problem
from bot.texts import dialog as words

if TYPE_CHECKING:
    from datetime import datetime

    from bot.core.calendar_keyboard import Keys

#: What a file question may take: MIME types, beginnings of them, and endings for systems that send no
#: useful type.
PICTURES: Final = ("image/", ".jpg", ".jpeg", ".png", ".heic", ".webp", ".bmp", ".tif", ".tiff")
PDF: Final = ("application/pdf", ".pdf", ".ofd")
OFFICE: Final = (
    "application/msword",
    "application/vnd.ms-",
    "application/vnd.openxmlformats-officedocument.",
    "application/vnd.oasis.opendocument.",
    "application/wps-office",
    *(".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".wps", ".et", ".dps", ".odt", ".ods", ".rtf"),
)
#: What a whole paper is written in.
DOCUMENTS: Final = (
    *PDF,
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.",
    "application/vnd.oasis.opendocument.text",
    *(".doc", ".docx", ".wps", ".odt", ".rtf"),
)
_FILE_NAME: Final = 100


@dataclass(frozen=True)
class File(Kind):
    """Up to `most` files of at most `largest` bytes; `kinds` as in PICTURES, `named` says them in words.

    The value is a list of `FileRef.to_json()`. With `most` of 1 the file is the answer at once.
    """

    most: int = 9
    kinds: tuple[str, ...] = ()
    named: str = ""
    largest: int = 20 * 1024 * 1024

    expects: ClassVar = "file"
    resumes: ClassVar = True

    def said(self, text: str, now: datetime, facts: Facts) -> Value:  # noqa: ARG002
        """Say that a file is wanted."""
        raise Problem("file_expected")

    def sent(self, file: FileRef, held: Value) -> list[dict[str, Any]] | More:
        """Add a file; the same one sent again adds nothing."""
        name = _file_name(file.name, file.mime)
        self._check(file, name)
        new = FileRef(clean(file.sha256), name, file.size, clean(file.mime)).to_json()
        if self.most == 1:
            return [new]
        files = list(held or ())
        if any(old["sha256"] == new["sha256"] for old in files):
            return More(files)
        if len(files) >= self.most:
            raise Problem("file_many", most=self.most)
        return More([*files, new])

    def _check(self, file: FileRef, name: str) -> None:
        """Refuse what is of no kind wanted, too large, empty, or not what its name says."""
        wanted = file.mime.lower(), name.lower()
        if self.kinds and not any(
            wanted[1].endswith(kind) if kind.startswith(".") else wanted[0].startswith(kind) for kind in self.kinds
        ):
            raise Problem("file_kind", name=clip(name, 40), kinds=self.named)
        if file.size > self.largest:
            raise Problem("file_large", size=file.size, limit=self.largest)
        if file.size == 0:
            raise Problem("file_blank")
        if not magic.fits(name, file.mime):
            raise Problem("file_disguised", name=clip(name, 40))

    def tapped(self, move: str, arg: str, facts: Facts, held: Value) -> list[dict[str, Any]] | More:  # noqa: ARG002
        """Be done, or begin again."""
        if move == "k":
            if not held:
                raise Problem("file_none")
            return list(held)
        if move == "u":
            return More([])
        raise Problem("button_unknown")

    def valid(self, value: Value, facts: Facts = NOTHING) -> bool:  # noqa: ARG002
        """Tell whether it is a list of files."""
        return (
            isinstance(value, list)
            and 1 <= len(value) <= self.most
            and all(isinstance(file, dict) and {"sha256", "name", "size", "mime"} <= file.keys() for file in value)
        )

    def show(self, value: Value, facts: Facts = NOTHING) -> str:  # noqa: ARG002
        """Return how many, and their names."""
        return words.files([file["name"] for file in value])

    def keyboard(self, now: datetime, facts: Facts, held: Value) -> Keys:  # noqa: ARG002
        """Return what can be done once a file is there."""
        return (((words.DONE, "k"), (words.AGAIN, "u")),) if held else ()

    def hint(self, facts: Facts, held: Value) -> str:  # noqa: ARG002
        """List the files so far."""
        return words.files_so_far([file["name"] for file in held], self.most) if held else ""


def _file_name(name: str, mime: str) -> str:
    """Return a name without folders, of a sensible length, its ending kept, or one given to it."""
    path = PurePath(one_line(clean(name.replace("\\", "/").rpartition("/")[2]), 255) or words.FILE)
    stem = clip(path.stem, _FILE_NAME)
    return stem + (clip(path.suffix, 10) or magic.ending_for(mime))
