"""Settings: whoever sets up the product reads of every one, and of nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.config import CURES, Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / ".env.example"
#: What may be written there without being wrong: any folder.
UNCHECKED = {"templates", "smtp_password"}


def variables(names: Iterable[str]) -> set[str]:
    return {f"DUBAN_{name.upper()}" for name in names}


@pytest.mark.parametrize("path", [".env.example", "docs/operations.md"])
def test_every_setting_is_explained(path: str) -> None:
    told = set(re.findall(r"DUBAN_[A-Z_]+", (ROOT / path).read_text(encoding="utf-8")))
    assert told == variables(Settings.model_fields)


def test_every_setting_that_can_be_wrong_has_its_cure() -> None:
    assert set(CURES) | UNCHECKED == set(Settings.model_fields)
    assert all(words.startswith(f"DUBAN_{name.upper()} ") for name, words in CURES.items())


def test_the_example_is_good_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in variables(Settings.model_fields):
        monkeypatch.delenv(name, raising=False)
    settings = read_settings()
    assert settings.campaign is not None
    assert (ROOT / settings.campaign).is_file()
    assert settings.web_address == ("127.0.0.1", 8080)
    assert settings.mail_server is None
    assert not settings.secrets
