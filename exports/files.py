"""An attachment as bytes: a stored file as it is, a table or a document made at this moment."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING

from bot.core import magic
from bot.core.tables import Table
from exports import DOCUMENTS
from exports.channels.base import Upload
from exports.process import Press, gather
from exports.workbook import MIME, write
from storage import files as stored

if TYPE_CHECKING:
    from bot.core.messages import Attachment
    from storage.files import FileStore
    from storage.work import Store


class Maker:
    """Makes the files that go with messages. Reads in a transaction, writes the workbook off the event loop."""

    def __init__(self, store: Store, files: FileStore) -> None:
        """Read tables from `store` and stored files from `files`."""
        self._store = store
        self._files = files
        self._press = Press(store.url)

    async def make(self, attachment: Attachment) -> Upload:
        """Return the file; KeyError or OSError when there is no such table or file, ExportError when it failed."""
        if attachment.kind == "file":
            content = await asyncio.to_thread(self._files.path(attachment.ref).read_bytes)
            found = await self._store.read(stored.find, attachment.ref)
            return Upload(attachment.name, found[0].mime if found else "application/octet-stream", content)
        content = await self._made(*attachment.ref.partition("/")[::2])
        return Upload(attachment.name, magic.type_of(content[: magic.HEAD], attachment.name, MIME), content)

    async def _made(self, name: str, rest: str) -> bytes:
        if name in DOCUMENTS:
            make = await self._store.read(DOCUMENTS[name], rest)
            return await asyncio.to_thread(make, self._files)
        found = await self._store.read(gather, name, rest)
        return await (asyncio.to_thread(_workbook, found) if isinstance(found, Table) else self._press.print(found))


def _workbook(table: Table) -> bytes:
    target = BytesIO()
    write(table, target)
    return target.getvalue()
