"""What a file is by its first bytes, and whether that suits what its name and sender say it is.

Owns the signatures, and which of them may stand under which ending. Leaves out reading files (`storage.files`) and
which kinds a question takes (`bot.core.attachments`). Only beginnings are looked at: a picture cut off in the middle
is still one, and whoever draws it has to be ready for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How many of a file's first bytes are wanted.
HEAD: Final = 256
#: RFC 2046: of a type nobody can tell.
UNKNOWN: Final = "application/octet-stream"

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
GIF: Final = "image/gif"
WEBP: Final = "image/webp"
BMP: Final = "image/bmp"
TIFF: Final = "image/tiff"
HEIC: Final = "image/heic"
HEIF: Final = "image/heif"
AVIF: Final = "image/avif"
PDF: Final = "application/pdf"
RTF: Final = "application/rtf"
#: The two packages that documents come in; what is in them, only the ending says.
OLE: Final = "application/x-ole-storage"
ZIP: Final = "application/zip"
RAR: Final = "application/vnd.rar"
SEVEN: Final = "application/x-7z-compressed"
MP4: Final = "video/mp4"
QUICKTIME: Final = "video/quicktime"

PICTURES: Final = frozenset({JPEG, PNG, GIF, WEBP, BMP, TIFF, HEIC, HEIF, AVIF})
#: The pictures every browser draws.
DRAWN: Final = frozenset({JPEG, PNG, GIF, WEBP})

_BEGINNINGS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xff\xd8", JPEG),
    (b"\x89PNG", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"{\\rtf", RTF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),  # one with nothing in it
    (b"PK\x07\x08", ZIP),
    (b"Rar!\x1a\x07", RAR),
    (b"7z\xbc\xaf\x27\x1c", SEVEN),
)
#: ISO/IEC 14496-12: what the box "ftyp" says the file is for; any other brand is a film.
_BRANDS: Final[Mapping[bytes, str]] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"), HEIC),
    **dict.fromkeys((b"mif1", b"msf1"), HEIF),
    **dict.fromkeys((b"avif", b"avis"), AVIF),
    b"qt  ": QUICKTIME,
}


class _Claim(NamedTuple):
    """What an ending says: the type, "" where the bytes know it better, and what such a file may begin with."""

    type: str
    made_of: frozenset[str]


def _claim(type_: str, *made_of: str) -> _Claim:
    return _Claim(type_, frozenset(made_of))


_OOXML: Final = "application/vnd.openxmlformats-officedocument."
_ODF: Final = "application/vnd.oasis.opendocument."
# Cameras, WeChat and browsers name pictures as they like: any picture may stand under a picture's ending.
_PICTURE: Final = _Claim("", PICTURES)
# What has no signature must not have one: a picture called .html would be opened as a page.
_PLAIN: Final = _claim(UNKNOWN, "")

_ENDINGS: Final[Mapping[str, _Claim]] = {
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "bmp"), _PICTURE),
    **dict.fromkeys(("tif", "tiff", "heic", "heif", "avif"), _PICTURE),
    "pdf": _claim(PDF, PDF),
    "ofd": _claim("application/ofd", ZIP),
    "docx": _claim(f"{_OOXML}wordprocessingml.document", ZIP),
    "xlsx": _claim(f"{_OOXML}spreadsheetml.sheet", ZIP),
    "pptx": _claim(f"{_OOXML}presentationml.presentation", ZIP),
    "odt": _claim(f"{_ODF}text", ZIP),
    "ods": _claim(f"{_ODF}spreadsheet", ZIP),
    "odp": _claim(f"{_ODF}presentation", ZIP),
    # Office programs look inside: under the old endings they open the new packages and RTF as well.
    "doc": _claim("application/msword", OLE, ZIP, RTF),
    "wps": _claim("application/wps-office.wps", OLE, ZIP, RTF),
    "xls": _claim("application/vnd.ms-excel", OLE, ZIP),
    "et": _claim("application/wps-office.et", OLE, ZIP),
    "ppt": _claim("application/vnd.ms-powerpoint", OLE, ZIP),
    "dps": _claim("application/wps-office.dps", OLE, ZIP),
    "rtf": _claim(RTF, RTF),
    "zip": _claim(ZIP, ZIP),
    "rar": _claim(RAR, RAR),
    "7z": _claim(SEVEN, SEVEN),
    **dict.fromkeys(("mp4", "m4v", "mov", "3gp"), _claim("", MP4, QUICKTIME)),
    "txt": _claim("text/plain", ""),
    "csv": _claim("text/csv", ""),
    **dict.fromkeys(("html", "htm", "svg", "xml", "js", "vbs", "bat", "cmd", "ps1", "exe", "com", "scr"), _PLAIN),
}
_BY_TYPE: Final[Mapping[str, _Claim]] = {
    claim.type: claim for claim in _ENDINGS.values() if claim.type not in {"", UNKNOWN}
}
#: The ending a name gets that has none: without it, an office's computer would not know how to open the file.
_OWN_ENDINGS: Final[Mapping[str, str]] = {
    JPEG: ".jpg",
    PNG: ".png",
    GIF: ".gif",
    WEBP: ".webp",
    BMP: ".bmp",
    TIFF: ".tif",
    HEIC: ".heic",
    HEIF: ".heif",
    AVIF: ".avif",
    PDF: ".pdf",
}


def kind_of(head: bytes) -> str:
    """Return the MIME type of a file by its first bytes; "" when they tell nothing, as in a text."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[:2] == b"BM" and head[6:10] == bytes(4):  # two letters alone might begin any text
        return BMP
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], MP4)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-"):
        return PDF
    return ""


def suits(head: bytes, name: str, mime: str) -> bool:
    """Tell whether the bytes are what the name says; `mime`, the sender's word, counts where the ending says nothing.

    Browsers take the type from the ending, and not always well: a .csv is "application/vnd.ms-excel" on Windows.
    """
    claim = _claimed(name, mime)
    return claim is None or kind_of(head) in claim.made_of


def type_of(head: bytes, name: str, mime: str) -> str:
    """Return a file's true type: what the bytes are, or for a package or a text what it says it is if that suits.

    "application/octet-stream" for bytes that nobody knows, and for those that pretend to be what they are not.
    """
    found, claim = kind_of(head), _claimed(name, mime)
    if claim is not None and claim.type and found in claim.made_of:
        return claim.type
    if found:
        return found
    return mime if claim is None and mime.startswith("text/") else UNKNOWN


def fits(name: str, true: str) -> bool:
    """Tell whether a file whose true type is known (`type_of`; "" when nobody looked) is what its name says."""
    claim = _ENDINGS.get(_ending(name))
    return not true or claim is None or true == claim.type or true in claim.made_of


def ending_for(true: str) -> str:
    """Return the ending (".jpg") for pictures and PDF, "" for what might be many things."""
    return _OWN_ENDINGS.get(true, "")


def _claimed(name: str, mime: str) -> _Claim | None:
    claim = _ENDINGS.get(_ending(name))
    if claim is None and mime.startswith("image/"):
        return _PICTURE
    return claim or _BY_TYPE.get(mime)


def _ending(name: str) -> str:
    return name.lower().rstrip(". ").rpartition(".")[2] if "." in name else ""
