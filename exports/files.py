"""An attachment as bytes: a stored file as it is, a table or a document made at this moment."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Final

from bot.core import magic
from bot.core.tables import Table
from exports import DOCUMENTS
from exports.channels.base import Upload
from exports.office_template import Templates
from exports.process import Press, gather
from exports.workbook import MIME
from storage import files as stored

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.messages import Attachment
    from exports.process import Told
    from storage.files import FileStore
    from storage.work import Store

#: What is made as a picture is looked at where it arrives; what people have sent stays as they sent it.
SHOWN: Final = frozenset({magic.PNG, magic.JPEG})
#: Tables made beforehand that are kept: an older one is made anew when somebody still wants it.
KEPT: Final = 50


class Maker:
    """Makes the files that go with messages. Reads in a transaction, writes the workbook off the event loop."""

    def __init__(self, store: Store, files: FileStore, templates: Path | None = None) -> None:
        """Read tables from `store`, stored files from `files`; tables go into the office's `templates`."""
        self._store = store
        self._files = files
        self._made = files.beside("made")
        self._templates = Templates(templates)
        self._press = Press(store.url, templates=templates)

    async def make(self, attachment: Attachment, told: Told | None = None) -> Upload:
        """Return the file; KeyError or OSError when there is no such table or file, ExportError when it failed.

        `told` hears how far it is, when it takes a while.
        """
        if attachment.kind == "file":
            content = await asyncio.to_thread(self._files.path(attachment.ref).read_bytes)
            found = await self._store.read(stored.find, attachment.ref)
            return Upload(attachment.name, found[0].mime if found else "application/octet-stream", content)
        content = await self._laid_by(attachment.made) or await self._print(attachment.ref, told)
        mime = magic.type_of(content[: magic.HEAD], attachment.name, MIME)
        return Upload(attachment.name, mime, content, shown=mime in SHOWN)

    async def lay_by(self, attachment: Attachment, told: Told | None = None) -> Attachment:
        """Make a table for whoever fetches it later: return the attachment that gives them just this one."""
        made = await self.make(attachment, told)
        return replace(attachment, made=await asyncio.to_thread(self._keep, made))

    def _keep(self, made: Upload) -> str:
        file = self._made.put(made.content, made.name, made.mime)
        self._made.path(file.sha256).touch()
        self._made.keep_newest(KEPT)
        return file.sha256

    async def _laid_by(self, sha256: str) -> bytes:
        if sha256:
            with suppress(OSError, ValueError):
                return await asyncio.to_thread(self._made.path(sha256).read_bytes)
        return b""

    async def _print(self, ref: str, told: Told | None) -> bytes:
        name, _, rest = ref.partition("/")
        if name in DOCUMENTS:
            make = await self._store.read(DOCUMENTS[name], rest)
            return await asyncio.to_thread(make, self._files)
        found = await self._store.read(gather, name, rest)
        if isinstance(found, Table):
            return await asyncio.to_thread(self._workbook, name, found)
        return await self._press.print(found, told)

    def _workbook(self, name: str, table: Table) -> bytes:
        target = BytesIO()
        self._templates.write(name, table, target)
        return target.getvalue()
