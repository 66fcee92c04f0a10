"""The picture of a link: a PNG, sharp enough to be scanned off a screen, different for each link."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from bot.core import magic
from bot.core.messages import Attachment
from exports import qr
from exports.files import Maker
from storage.files import FileStore

if TYPE_CHECKING:
    from pathlib import Path

    from storage.work import Store

LINK = "https://t.me/duban_bot?start=" + "a" * 32


async def test_the_link_is_drawn_when_it_is_sent(store: Store, tmp_path: Path) -> None:
    made = await Maker(store, FileStore(tmp_path / "files")).make(
        Attachment("table", f"invitation-qr/{LINK}", "码.png")
    )
    assert (made.name, made.mime) == ("码.png", "image/png")
    assert made.mime in magic.DRAWN
    with Image.open(BytesIO(made.content)) as drawn:
        assert min(drawn.size) >= 300
        assert drawn.convert("L").getextrema() == (0, 255)
    assert made.content == qr.png(LINK)
    assert made.content != qr.png(LINK + "b")
