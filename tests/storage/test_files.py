from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from bot.core import magic
from bot.core.messages import FileRef
from storage import files, people
from storage.files import FileStore

if TYPE_CHECKING:
    from pathlib import Path

    from storage.work import Store


def test_the_same_bytes_lie_there_once_under_any_name(tmp_path: Path) -> None:
    shelf = FileStore(tmp_path / "files")
    one = shelf.put(b"%PDF-1.7", "盖章件.pdf", "application/pdf")
    two = shelf.put(b"%PDF-1.7", "../../etc/passwd")
    assert (one.sha256, one.size, one.name, one.mime) == (two.sha256, 8, "盖章件.pdf", "application/pdf")
    assert shelf.path(one.sha256).read_bytes() == shelf.head(one.sha256) == b"%PDF-1.7"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [shelf.path(one.sha256)]


def test_a_file_is_kept_as_what_its_bytes_are(tmp_path: Path) -> None:
    shelf = FileStore(tmp_path / "files")
    assert shelf.put(b"<html>", "照片.jpg", "image/jpeg").mime == "application/octet-stream"
    assert shelf.put(b"\x89PNG\r\n\x1a\n", "照片.jpg", "image/jpeg").mime == "image/png"
    assert shelf.put("甲,乙".encode(), "表.csv", "application/vnd.ms-excel").mime == "text/csv"


def test_only_the_beginning_of_a_file_is_read_to_know_it(tmp_path: Path) -> None:
    shelf = FileStore(tmp_path / "files")
    film = shelf.put(b"\x00\x00\x00\x18ftypisom" + bytes(100_000), "录像.mp4")
    assert len(shelf.head(film.sha256)) == magic.HEAD
    with pytest.raises(FileNotFoundError):
        shelf.head("ab" * 32)


@pytest.mark.parametrize("name", ["", "../../../etc/passwd", "ab" * 31, "AB" * 32, "ab" * 32 + "\n"])
def test_only_a_sha256_names_a_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        FileStore(tmp_path).path(name)


def test_of_what_can_be_made_again_the_newest_are_kept(tmp_path: Path) -> None:
    shelf = FileStore(tmp_path / "files").beside("made")
    made = [shelf.put(f"第{number}份".encode(), "表.xlsx").sha256 for number in range(4)]
    for age, sha256 in enumerate(made):
        os.utime(shelf.path(sha256), (age, age))
    shelf.keep_newest(2)
    assert [shelf.path(sha256).exists() for sha256 in made] == [False, False, True, True]
    assert {path.name for path in tmp_path.iterdir()} == {"made"}


def test_what_cannot_be_dropped_now_keeps_nobody_from_their_file(tmp_path: Path) -> None:
    shelf = FileStore(tmp_path / "made")
    (one, two) = (shelf.put(content, "表.xlsx").sha256 for content in (b"1", b"2"))
    for age, sha256 in enumerate((one, two)):
        os.utime(shelf.path(sha256), (age, age))
    gone, held = shelf.path("ab" * 32), shelf.path("cd" * 32)
    gone.parent.mkdir()
    gone.symlink_to(tmp_path / "nowhere")  # as one that is dropped between being listed and looked at
    held.mkdir(parents=True)  # as one that the system does not let go
    os.utime(held, (0, 0))
    shelf.keep_newest(1)
    assert [shelf.path(sha256).exists() for sha256 in (one, two)] == [False, True]


def test_every_sending_is_remembered(store: Store) -> None:
    person = store.do(people.create_person, "张三")
    ref = FileRef("ab" * 32, "盖章件.pdf", 4, "application/pdf")
    store.do(files.record, ref, person)
    store.do(files.record, ref, None)
    found = store.do(files.find, ref.sha256)
    assert [(row.name, row.size, row.mime, row.person_id) for row in found] == [
        ("盖章件.pdf", 4, "application/pdf", person),
        ("盖章件.pdf", 4, "application/pdf", None),
    ]
    assert store.do(files.find, "cd" * 32) == []
