from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.messages import FileRef
from storage import files, people
from storage.files import FileStore

if TYPE_CHECKING:
    from pathlib import Path

    from storage.work import Store


def test_the_same_bytes_lie_there_once_under_any_name(tmp_path: Path) -> None:
    shelf = FileStore(tmp_path / "files")
    one = shelf.put(b"scan", "盖章件.pdf", "application/pdf")
    two = shelf.put(b"scan", "../../etc/passwd")
    assert (one.sha256, one.size, one.name, one.mime) == (two.sha256, 4, "盖章件.pdf", "application/pdf")
    assert shelf.path(one.sha256).read_bytes() == b"scan"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [shelf.path(one.sha256)]


@pytest.mark.parametrize("name", ["", "../../../etc/passwd", "ab" * 31, "AB" * 32, "ab" * 32 + "\n"])
def test_only_a_sha256_names_a_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        FileStore(tmp_path).path(name)


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
