"""An office for tests of tables that are made of what people have filed in the chat."""

from __future__ import annotations

from tests.services.conftest import office

__all__ = ["office"]
