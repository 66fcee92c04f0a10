"""A real mail server (aiosmtpd) in the test's own event loop, with the faults of real ones.

`async with MailHouse() as house`: what was accepted is in `house.mails`; `house.faults` are met one after the other,
each at its moment: an answer ("451 4.7.1 later"), CUT, or SILENCE.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import warnings
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any, Final, Literal, Self, cast

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

HOST: Final = "127.0.0.1"
USER, PASSWORD = "office@example.cn", "code-of-the-mailbox"
CUT: Final = "cut"
SILENCE: Final = "silence"
Moment = Literal["connect", "auth", "mail", "rcpt", "data", "end", "quit"]  # "end": after the last byte


@dataclass(frozen=True)
class Fault:
    """What the server does at a moment, once."""

    at: Moment
    answer: str


@dataclass
class Mail:
    """One message that was accepted, and how it came."""

    sender: str
    to: list[str]
    message: EmailMessage
    content: bytes  # as it came
    encrypted: bool
    user: str

    @property
    def files(self) -> dict[str, bytes]:
        return {part.get_filename() or "": part.get_content() for part in self.message.iter_attachments()}


@dataclass
class MailHouse:
    """One server. `tls`: from the first byte ("direct"), by STARTTLS, or none."""

    tls: Literal["direct", "starttls", "none"] = "none"
    host: str = HOST  # whom its certificate is for
    wants_login: bool = False
    mails: list[Mail] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    connections: int = 0
    port: int = 0  # 0: any that is free

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        direct = self._context if self.tls == "direct" else None
        self._server = await loop.create_server(self._protocol, HOST, self.port, ssl=direct)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for each in self._open:
            each.hang_up()
        await self._server.wait_closed()
        await asyncio.sleep(0)

    def __post_init__(self) -> None:
        self._authority = trustme.CA()
        self._open: list[_Conversation] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(self.host).configure_cert(self._context)

    def authority(self, folder: Path) -> Path:
        """Write down the authority its certificate is from; return the file."""
        path = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(path))
        return path

    @property
    def address(self) -> str:
        """Return it as DUBAN_SMTP has it."""
        scheme = {"direct": "smtps", "starttls": "smtp", "none": "smtp+plain"}[self.tls]
        user = f"{USER.replace('@', '%40')}@" if self.wants_login else ""
        return f"{scheme}://{user}{HOST}:{self.port}"

    def fault(self, at: Moment) -> str | None:
        """Return the answer of the next fault if this is its moment."""
        return self.faults.pop(0).answer if self.faults and self.faults[0].at == at else None

    def _protocol(self) -> _Conversation:
        self.connections += 1
        more: dict[str, Any] = {}
        if self.tls == "starttls":
            more |= {"tls_context": self._context, "require_starttls": True}
        if self.wants_login:
            more |= {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": self.tls != "none"}
        if self.tls == "direct":
            more["auth_require_tls"] = False  # it is encrypted already, which this one does not notice
        with warnings.catch_warnings(action="ignore"):  # of a password without encryption: this is a test
            conversation = _Conversation(self, _Handler(self), hostname="mail.test", enable_SMTPUTF8=False, **more)
        self._open.append(conversation)
        return conversation

    def _authenticate(
        self, _server: SMTP, _session: object, _envelope: object, _mechanism: str, data: object
    ) -> AuthResult:
        answer = self.fault("auth")
        if answer is not None:
            return AuthResult(success=False, handled=False, message=answer)
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False, auth_data=USER if right else None)


class _Conversation(SMTP):
    def __init__(self, house: MailHouse, *args: Any, **more: Any) -> None:  # noqa: ANN401 - as aiosmtpd's own
        super().__init__(*args, **more)
        self._house = house

    def hang_up(self) -> None:
        if self.transport is not None:
            cast("asyncio.WriteTransport", self.transport).abort()

    async def push(self, status: Any) -> None:  # noqa: ANN401
        with contextlib.suppress(ConnectionError):
            await super().push(status)

    async def _handle_client(self) -> None:
        if (answer := self._house.fault("connect")) is not None:
            await self.misbehave(answer)
            return
        await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        if (answer := self._house.fault("data")) is not None:
            await self.misbehave(answer)
            return
        await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        if (answer := self._house.fault("quit")) is not None:
            await self.misbehave(answer)
            return
        await super().smtp_QUIT(arg)

    async def misbehave(self, answer: str) -> None:
        """Answer, cut the connection, or say nothing any more."""
        if answer == CUT:
            self.hang_up()
        elif answer == SILENCE:
            await asyncio.sleep(60)
        else:
            await self.push(answer)


@dataclass
class _Handler:
    house: MailHouse

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self,
        server: _Conversation,
        _session: object,
        envelope: Any,  # noqa: ANN401 - aiosmtpd says no more
        address: str,
        options: list[str],
    ) -> str:
        if (answer := self.house.fault("mail")) is not None:
            return await _turned_down(server, answer)
        envelope.mail_from, envelope.mail_options = address, options
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self,
        server: _Conversation,
        _session: object,
        envelope: Any,  # noqa: ANN401
        address: str,
        _options: list[str],
    ) -> str:
        if (answer := self.house.fault("rcpt")) is not None:
            return await _turned_down(server, answer)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: _Conversation, session: Any, envelope: Any) -> str:  # noqa: ANN401, N802
        answer = self.house.fault("end")
        if answer is not None and answer not in {CUT, SILENCE}:
            return answer
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.house.mails.append(
            Mail(
                envelope.mail_from,
                list(envelope.rcpt_tos),
                message,
                envelope.content,
                encrypted=self.house.tls == "direct" or session.ssl is not None,
                user=session.auth_data or "",
            )
        )
        return await _turned_down(server, answer) if answer is not None else "250 OK"


async def _turned_down(server: _Conversation, answer: str) -> str:
    if answer in {CUT, SILENCE}:
        await server.misbehave(answer)
    return answer if answer not in {CUT, SILENCE} else "421 closing"
