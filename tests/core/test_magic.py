"""What a file is by its bytes, whatever it is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import magic
from bot.core.magic import fits, kind_of, suits, type_of

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
PNG = b"\x89PNG\r\n\x1a\n"
ZIP = b"PK\x03\x04\x14\x00"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF = b"%PDF-1.4"
HEIC = b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic"
HTML = b"<!doctype html><script>alert(1)</script>"
EXE = b"MZ\x90\x00\x03\x00\x00\x00"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NOBODY_KNOWS = "application/octet-stream"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (JPEG, "image/jpeg"),
        (PNG, "image/png"),
        (b"GIF89a\x01\x00", "image/gif"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", ""),
        (b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36", "image/bmp"),
        (b"BMW,\xe5\xae\x9d\xe9\xa9\xac", ""),
        (b"II*\x00\x08", "image/tiff"),
        (b"MM\x00*\x00", "image/tiff"),
        (HEIC, "image/heic"),
        (b"\x00\x00\x00\x1cftypmif1", "image/heif"),
        (b"\x00\x00\x00\x1cftypavif", "image/avif"),
        (b"\x00\x00\x00\x18ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", "video/quicktime"),
        (PDF, "application/pdf"),
        (b"\xef\xbb\xbf\r\n%PDF-1.7", "application/pdf"),
        (b"see %PDF-1.7", ""),
        (OLE, "application/x-ole-storage"),
        (ZIP, "application/zip"),
        (b"PK\x05\x06" + bytes(18), "application/zip"),
        (b"Rar!\x1a\x07\x01\x00", "application/vnd.rar"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"{\\rtf1\\ansi", "application/rtf"),
        (HTML, ""),
        (EXE, ""),
        ("编号,单位".encode(), ""),
        (b"", ""),
    ],
)
def test_bytes_tell_what_they_are(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind


@pytest.mark.parametrize(
    ("head", "name", "mime", "true"),
    [
        (JPEG, "照片.jpg", "image/jpeg", "image/jpeg"),
        (b"\xff\xd8", "照片.jpg", "image/jpeg", "image/jpeg"),
        (b"\x89PNG", "截图.png", "image/png", "image/png"),
        (HEIC, "IMG_0001.JPG", "image/jpeg", "image/heic"),
        (PNG, "照片", "image/jpeg", "image/png"),
        (PDF, "通知.PDF", "", "application/pdf"),
        (PDF, "通知.pdf.", "", "application/pdf"),
        (ZIP, "总结.docx", NOBODY_KNOWS, DOCX),
        (ZIP, "总结", DOCX, DOCX),
        (ZIP, "公文.ofd", "", "application/ofd"),
        (ZIP, "台账.ods", "", "application/vnd.oasis.opendocument.spreadsheet"),
        (OLE, "台账.xls", "", "application/vnd.ms-excel"),
        (ZIP, "台账.xls", "", "application/vnd.ms-excel"),
        (OLE, "请示.wps", "", "application/wps-office.wps"),
        (b"{\\rtf1", "请示.doc", "", "application/msword"),
        ("编号,单位".encode(), "台账.csv", "application/vnd.ms-excel", "text/csv"),
        (b"abc", "名单.txt", "text/plain", "text/plain"),
        (b"abc", "名单", "text/plain", "text/plain"),
        (b"abc", "名单", NOBODY_KNOWS, NOBODY_KNOWS),
        (EXE, "setup.exe", "application/x-msdownload", NOBODY_KNOWS),
        (b"\x00\x00\x00\x18ftypisom", "录像.MOV", "video/quicktime", "video/mp4"),
    ],
)
def test_an_honest_file_keeps_its_type(head: bytes, name: str, mime: str, true: str) -> None:
    assert suits(head, name, mime)
    assert type_of(head, name, mime) == true
    assert fits(name, true)


@pytest.mark.parametrize(
    ("head", "name", "mime", "true"),
    [
        (HTML, "照片.jpg", "image/jpeg", NOBODY_KNOWS),
        (EXE, "通知.pdf", "application/pdf", NOBODY_KNOWS),
        (EXE, "通知.exe.pdf", "", NOBODY_KNOWS),
        (b"docx?", "总结.docx", DOCX, NOBODY_KNOWS),
        (OLE, "总结.docx", DOCX, "application/x-ole-storage"),
        (ZIP, "照片.jpg", "image/jpeg", "application/zip"),
        (JPEG, "通知.pdf", "application/pdf", "image/jpeg"),
        (PDF, "照片.jpg", "image/jpeg", "application/pdf"),
        (JPEG, "打开看.html", "text/html", "image/jpeg"),
        (JPEG, "setup.exe", "image/jpeg", "image/jpeg"),
        (ZIP, "名单.txt", "text/plain", "application/zip"),
        (b"", "照片.jpg", "image/jpeg", NOBODY_KNOWS),
    ],
)
def test_a_disguised_file_is_found_out(head: bytes, name: str, mime: str, true: str) -> None:
    assert not suits(head, name, mime)
    assert type_of(head, name, mime) == true
    assert not fits(name, true)


@pytest.mark.parametrize(("head", "mime"), [(HTML, "image/jpeg"), (EXE, "application/pdf"), (HTML, DOCX)])
def test_without_an_ending_the_senders_word_is_held_against_the_bytes(head: bytes, mime: str) -> None:
    assert not suits(head, "文件", mime)
    assert type_of(head, "文件", mime) == NOBODY_KNOWS


def test_a_name_is_not_judged_by_a_type_nobody_has_looked_at() -> None:
    assert fits("照片.jpg", "")


NAMES = st.builds(str.__add__, st.text(max_size=5), st.sampled_from(["", *(f".{each}" for each in magic._ENDINGS)]))
TYPES = st.sampled_from(["", NOBODY_KNOWS, *magic._BY_TYPE, *sorted(magic.PICTURES), "text/html"])
HEADS = st.sampled_from([JPEG, PNG, ZIP, OLE, PDF, HEIC, HTML, b""]) | st.binary(max_size=20)


@given(HEADS, NAMES, TYPES)
def test_what_suits_fits_by_its_true_type_and_nothing_else_does(head: bytes, name: str, mime: str) -> None:
    true = type_of(head, name, mime)
    assert true
    if magic._ending(name) in magic._ENDINGS:
        assert suits(head, name, mime) == fits(name, true)
    else:
        assert fits(name, true)
