"""How to hand in mail, as the settings say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Self
from urllib.parse import unquote

if TYPE_CHECKING:
    from pathlib import Path

Tls = Literal["direct", "starttls", "none"]
_ADDRESS: Final = re.compile(
    r"(?P<scheme>smtps|smtp|smtp\+plain)://(?:(?P<user>[^@:/\s]+)@)?"
    r"(?P<host>[A-Za-z0-9_.\-]+|\[[0-9A-Fa-f:]+\]):(?P<port>\d{1,5})/?"
)
_TLS: Final[dict[str, Tls]] = {"smtps": "direct", "smtp": "starttls", "smtp+plain": "none"}
_HIGHEST_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server, and who hands in. `tls`: from the first byte, by STARTTLS, or none; `ca`: the house's own authority."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = ""
    sender: str = ""
    ca: Path | None = None

    @classmethod
    def parse(cls, address: str) -> Self:
        """Read smtps://user@host:465, smtp://user@host:587 or smtp+plain://host:25; ValueError for anything else.

        What stands in the user's name as %40 is an @.
        """
        match = _ADDRESS.fullmatch(address)
        if match is None or not 0 < int(match["port"]) <= _HIGHEST_PORT:
            raise ValueError("no mail server's address")
        user = unquote(match["user"] or "")
        return cls(match["host"].strip("[]"), int(match["port"]), _TLS[match["scheme"]], user, sender=user)

    def __repr__(self) -> str:
        """Name the server and nothing that is secret."""
        return f"MailServer({self.host}:{self.port})"
