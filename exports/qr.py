"""A link as a picture to be scanned. The ref of such an attachment is the link itself: `invitation-qr/https://...`."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Final

import segno

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.files import FileStore
    from storage.work import Work

#: Pixels a module: some 330 in all, sharp enough to be scanned off another screen.
_SCALE: Final = 8


def load(work: Work, link: str) -> Callable[[FileStore], bytes]:  # noqa: ARG001 - as every document
    """Return what draws the link."""
    return partial(png, link)


def png(link: str, files: FileStore | None = None) -> bytes:  # noqa: ARG001 - as every document
    """Return a PNG of the link's QR code."""
    target = BytesIO()
    segno.make(link, error="m", micro=False).save(target, kind="png", scale=_SCALE, border=4)
    return target.getvalue()
