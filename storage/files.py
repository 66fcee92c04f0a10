"""Files people send: bytes on disk under their SHA-256, names and senders in the database.

Who may fetch a file is for the caller to say.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select
from sqlmodel import col

from bot.core import magic
from bot.core.messages import FileRef
from bot.core.plain_text import clean
from storage.tables import Stored

if TYPE_CHECKING:
    from datetime import datetime

    from storage.work import Work

_SHA256 = re.compile(r"[0-9a-f]{64}")


class FileStore:
    """A folder of files, each once, however often and under whatever name it is sent."""

    def __init__(self, root: Path) -> None:
        """Use the folder `root`; it is made with the first file."""
        self._root = root

    def put(self, content: bytes, name: str, mime: str = magic.UNKNOWN) -> FileRef:
        """Keep these bytes; on return they are durable. A crash before that leaves nothing under the name.

        `mime` is the sender's word; the answer says what the bytes are (`bot.core.magic.type_of`).
        """
        sha256 = hashlib.sha256(content).hexdigest()
        target = self.path(sha256)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, content)
        return FileRef(sha256, name, len(content), magic.type_of(content[: magic.HEAD], name, mime))

    def head(self, sha256: str) -> bytes:
        """Return a file's first bytes, as many as `bot.core.magic` wants. OSError without it, ValueError as `path`."""
        with self.path(sha256).open("rb") as file:
            return file.read(magic.HEAD)

    def beside(self, name: str) -> FileStore:
        """Return the store in the folder of that name next to this one."""
        return FileStore(self._root.with_name(name))

    def keep_newest(self, most: int) -> None:
        """Drop all but the newest `most` files: only for what can be made again.

        One that is being read (Windows), or that somebody else is dropping, is left.
        """
        found = []
        for path in self._root.glob("??/*"):
            if _SHA256.fullmatch(path.name):
                with suppress(OSError):
                    found.append((path.stat().st_mtime, path))
        for _, path in sorted(found, reverse=True)[most:]:
            with suppress(OSError):
                path.unlink()

    def path(self, sha256: str) -> Path:
        """Return where a file lies or would lie. ValueError when this is no SHA-256: it may come from outside."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a SHA-256: {sha256!r}")
        return self._root / sha256[:2] / sha256


def _write(target: Path, content: bytes) -> None:
    """Write beside the target, sync, rename: the name appears with all its bytes or not at all."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    if os.name == "posix":  # Windows cannot open a folder, and needs it less
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One sending of a file."""

    id: int
    sha256: str
    name: str
    size: int
    mime: str
    person_id: int | None
    created_at: datetime


_RECORD = insert(Stored).returning(col(Stored.id))
_FIND = (
    select(
        col(Stored.id),
        col(Stored.sha256),
        col(Stored.name),
        col(Stored.size),
        col(Stored.mime),
        col(Stored.person_id),
        col(Stored.created_at),
    )
    .where(col(Stored.sha256) == bindparam("content"))
    .order_by(col(Stored.id))
)


def record(work: Work, file: FileRef, person_id: int | None) -> int:
    """Remember that somebody sent this file; return the row's id."""
    row = {
        "sha256": file.sha256,
        "name": clean(file.name),
        "size": file.size,
        "mime": file.mime,
        "person_id": person_id,
        "created_at": work.now,
    }
    made: int = work.conn.execute(_RECORD, row).scalar_one()
    return made


def find(work: Work, sha256: str) -> list[StoredFile]:
    """Return every sending of these bytes, oldest first."""
    return [StoredFile(*row) for row in work.conn.execute(_FIND, {"content": sha256})]
