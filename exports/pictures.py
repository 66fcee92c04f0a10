"""Photos as they go on paper: upright, small, without what a phone notes in them. The only place that knows Pillow."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageOps

if TYPE_CHECKING:
    from pathlib import Path

#: Pixels of the longer side, and JPEG's quality: sharp on half an A4 page, about 150 KB.
SIDE: Final = 1000
QUALITY: Final = 80
#: A picture is unpacked into memory whole: one of more pixels is not drawn. Phones take up to 50 million.
MOST_PIXELS: Final = 64_000_000
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG, and its size in pixels."""

    content: bytes
    width: int
    height: int


def scaled(file: Path) -> Picture | None:
    """Return the picture in this file, its longer side `SIDE` pixels at most; None for one that cannot be drawn."""
    try:
        with Image.open(file, formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("RGB", (SIDE, SIDE))  # a large JPEG is unpacked small
            return _jpeg(_flat(image))
    except Exception:  # noqa: BLE001 - a broken picture makes its decoder raise anything, a bomb an error of Pillow's
        return None


def _flat(image: Image.Image) -> Image.Image:
    """Return it without colour tables, and on white where it is transparent."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    ground = Image.new("RGBA", layer.size, "white")
    ground.alpha_composite(layer)
    ground.info = image.info
    return ground.convert("RGB")


def _jpeg(flat: Image.Image) -> Picture:
    flat.thumbnail((SIDE, SIDE))
    upright = ImageOps.exif_transpose(flat)
    target = BytesIO()
    # As it stands in memory: what the camera noted of place and owner is left out.
    upright.save(target, "JPEG", quality=QUALITY, exif=b"")
    return Picture(target.getvalue(), upright.width, upright.height)
