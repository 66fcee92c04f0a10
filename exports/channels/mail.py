"""E-mail as a way of reaching recipients of the campaign file: a `Parcel` becomes one message with attachments.

Owns what a message looks like and where the point of no return lies: once its text is on the way, only the server's
answer says whether it arrived. What a failure means:

- no connection, no TLS, a 4xx answer (greylisting), a lost connection or silence before that point: `Unsent`.
- a lost connection or silence after it: `Unsure`.
- a 5xx answer, a wrong password, a server that cannot encrypt or takes no login: `Refused`; somebody has to act.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
from datetime import UTC, datetime
from email.encoders import encode_base64
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.policy import SMTP
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import aiosmtplib
import certifi
from aiosmtplib.errors import SMTPAuthenticationError, SMTPException, SMTPResponseException

from bot.texts import channels as texts
from exports.channels.base import Refused, Unsent, Unsure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from aiosmtplib.protocol import SMTPProtocol
    from aiosmtplib.response import SMTPResponse

    from bot.core.campaign import Recipient
    from bot.core.mail_server import MailServer
    from exports.channels.base import Parcel, Upload

_READY, _DONE, _FIRST_PERMANENT = 354, 250, 500
_GOODBYE: Final = 5.0
_UNFOLDED: Final = 900
#: Seven bits, as any server takes it; an attachment's headers as they are written here (see `_attached`).
_POLICY: Final = SMTP.clone(cte_type="7bit", refold_source="none")
#: A host's name as EHLO takes it: a machine may be called something in Chinese.
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_NAMELESS: Final = "[127.0.0.1]"
_LINE_BEGINS_WITH_DOT: Final = re.compile(rb"(?m)^\.")


class MailChannel:
    """Sends through one server, one connection a message. An address is a recipient's key in the campaign file."""

    name = "mail"
    carries_files = True
    rate = 1.0

    def __init__(
        self,
        server: MailServer,
        recipient: Callable[[str], Recipient | None],
        *,
        title: str = "",
        patience: float = 30.0,
        upload: float = 180.0,
    ) -> None:
        """Look addresses up by `recipient`; `title` is the sender's name. `patience` and `upload` are in seconds."""
        self._server = server
        self._recipient = recipient
        self._title = title
        self._patience = patience
        self._upload = upload

    async def deliver(self, parcel: Parcel) -> str:
        """Send; return the message's id."""
        to = self._recipient(parcel.address)
        if to is None or to.channel != self.name:
            raise Refused(texts.NO_RECIPIENT)
        mail = self._compose(parcel, to)
        async with self._connected() as client:
            await self._hand_in(client, to.address, mail)
            # It is there by now, whatever becomes of the goodbye; whoever stops the product meanwhile has to know, too.
            with contextlib.suppress(SMTPException, OSError, asyncio.CancelledError):
                await client.quit(timeout=_GOODBYE)
        return str(mail["Message-ID"])

    def _compose(self, parcel: Parcel, to: Recipient) -> EmailMessage:
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = Address(_line(self._title), addr_spec=self._server.sender)
        mail["To"] = Address(_line(to.name), addr_spec=to.address)
        mail["Subject"] = _line(parcel.message.title or parcel.message.text.partition("\n")[0])
        mail["Date"] = datetime.now(UTC)
        mail["Message-ID"] = self._id(parcel)
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice answers it
        mail.set_content(f"{parcel.message.text}\n")
        if parcel.files:
            mail.make_mixed()
        for file in parcel.files:
            mail.attach(_attached(file))  # type: ignore[arg-type]  # its headers stay as they are
        return mail

    def _id(self, parcel: Parcel) -> str:
        """Name a message by what it is: where it is sent again after all, a mailbox can tell."""
        name = sha256(f"{parcel.key}@{parcel.address}".encode()).hexdigest()[:32]
        return f"<{name}@{self._server.sender.rpartition('@')[2]}>"

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=await asyncio.to_thread(_own_name),
            timeout=self._patience,
            use_tls=server.tls == "direct",
            start_tls=False,
            tls_context=_trust(server.ca),
        )
        try:
            await self._begin(client)
            yield client
        finally:
            client.close()

    async def _begin(self, client: aiosmtplib.SMTP) -> None:
        server = self._server
        try:
            await client.connect()
            if server.tls == "starttls":
                await client.ehlo()
                if not client.supports_extension("starttls"):
                    raise Refused(texts.NO_TLS)
                await client.starttls()
            if server.user:
                await client.ehlo()
                if not client.supported_auth_methods:
                    raise Refused(texts.NO_AUTH)
                await client.login(server.user, server.password)
        except SMTPAuthenticationError as failure:
            raise _answered(failure, texts.NO_LOGIN) from failure
        except SMTPResponseException as failure:
            raise _answered(failure, texts.MAIL_REFUSED) from failure
        except (SMTPException, OSError) as failure:
            raise Unsent(_reason(failure)) from failure

    async def _hand_in(self, client: aiosmtplib.SMTP, address: str, mail: EmailMessage) -> None:
        try:
            await _step(client.mail(self._server.sender), texts.SENDER_REFUSED)
            await _step(client.rcpt(address), texts.ADDRESS_REFUSED)
            ready = await client.execute_command(b"DATA")
        except (SMTPException, OSError) as failure:
            raise Unsent(texts.MAIL_BROKEN) from failure
        if ready.code != _READY:
            raise _answered(ready, texts.MAIL_REFUSED)
        assert client.protocol is not None  # noqa: S101 - it has just answered
        try:
            done = await asyncio.wait_for(_body(client.protocol, bytes(mail)), self._upload)
        except (SMTPException, OSError) as failure:
            raise Unsure(texts.MAIL_UNSURE) from failure
        if done.code != _DONE:
            raise _answered(done, texts.MAIL_REFUSED)


def _attached(file: Upload) -> MIMEBase:
    """Return a file under its Chinese name: as RFC 2231 says, and as older clients read it (RFC 2047, in the type).

    Each name stands on one line: what reads mail in offices trips over one that is spread over several. EmailMessage
    would write both in the first way, and spread them.
    """
    kind, _, subtype = file.mime.partition("/")
    name = Header(file.name, "utf-8", maxlinelen=_UNFOLDED).encode(maxlinelen=_UNFOLDED)
    part = MIMEBase(kind, subtype)
    part.replace_header("Content-Type", f'{file.mime};\r\n name="{name}"')
    part["Content-Disposition"] = f"attachment;\r\n filename*=utf-8''{quote(file.name, safe='')}"
    part.set_payload(file.content)
    encode_base64(part)
    return part


def _line(text: str) -> str:
    """Return it on one line: a header has no more."""
    return " ".join(text.split())


@cache
def _own_name() -> str:
    """Return what this machine is called. It may take a while."""
    name = socket.getfqdn()
    return name if _HOST.fullmatch(name) else _NAMELESS


async def _step(answering: Awaitable[SMTPResponse], refused: str) -> None:
    """Take one command's answer; `refused` says what a final no means."""
    try:
        await answering
    except SMTPResponseException as failure:
        raise _answered(failure, refused) from failure


async def _body(protocol: SMTPProtocol, content: bytes) -> SMTPResponse:
    """Send what stands between DATA and its final dot; return the answer."""
    protocol.write(_LINE_BEGINS_WITH_DOT.sub(b"..", content) + b".\r\n")
    return await protocol.read_response()


def _answered(answer: SMTPResponse | SMTPResponseException, refused: str) -> Unsent | Refused:
    """Return what an answer means that is not the one hoped for: 4xx later, 5xx never."""
    if answer.code < 0:  # aiosmtplib: it makes no sense
        return Unsent(texts.NO_SERVER)
    if answer.code < _FIRST_PERMANENT:
        return Unsent(texts.MAIL_LATER.format(code=answer.code))
    return Refused(refused.format(code=answer.code))


def _reason(failure: BaseException) -> str:
    """Say why there is no connection."""
    found: BaseException | None = failure
    while found is not None and not isinstance(found, ssl.SSLError):
        found = found.__cause__ or found.__context__
    if found is None:
        return texts.NO_SERVER
    return texts.BAD_CERTIFICATE if isinstance(found, ssl.SSLCertVerificationError) else texts.BAD_TLS


@cache
def _trust(ca: Path | None) -> ssl.SSLContext:
    """Return what certificates are held against: the machine's authorities, the bundled ones, and the house's own."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if ca is not None:
        context.load_verify_locations(ca)
    return context
