"""E-mail as a way of reaching recipients of the campaign file: a `Parcel` becomes one message with attachments.

Owns what a message looks like and where the point of no return lies: once the last byte has left, only the server's
answer says whether it arrived. What a failure means:

- no connection, no TLS, a 4xx answer (greylisting), a lost connection or silence before that point: `Unsent`.
- a lost connection or silence after it: `Unsure`.
- a 5xx answer, a wrong password, a server that cannot encrypt: `Refused`; somebody has to do something about it.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final

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
#: Seven bits, as any server takes it. Lines hold a whole header: what reads mail in offices trips over a name that is
#: spread over several, and Python's own folding breaks the type before it.
_POLICY: Final = SMTP.clone(cte_type="7bit", max_line_length=_UNFOLDED)
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
        if to is None or not to.address:
            raise Refused(texts.NO_RECIPIENT)
        mail = self._compose(parcel, to)
        async with self._connected() as client:
            await self._hand_in(client, to.address, mail)
            with contextlib.suppress(SMTPException, OSError):  # it is there by now, whatever becomes of the goodbye
                await client.quit(timeout=_GOODBYE)
        return str(mail["Message-ID"])

    def _compose(self, parcel: Parcel, to: Recipient) -> EmailMessage:
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = Address(self._title, addr_spec=self._server.sender)
        mail["To"] = Address(to.name, addr_spec=to.address)
        mail["Subject"] = parcel.message.title or parcel.message.text.partition("\n")[0]
        mail["Date"] = datetime.now(UTC)
        mail["Message-ID"] = self._id(parcel)
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice answers it
        mail.set_content(f"{parcel.message.text}\n")
        for file in parcel.files:
            _attach(mail, file)
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
                await client.login(server.user, server.password)
        except SMTPAuthenticationError as failure:
            raise _answered(failure, texts.NO_LOGIN) from failure
        except SMTPResponseException as failure:
            raise _answered(failure, texts.MAIL_REFUSED) from failure
        except (SMTPException, OSError) as failure:
            reason = texts.BAD_CERTIFICATE if _is_of_tls(failure) else texts.NO_SERVER
            raise Unsent(reason) from failure

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


def _attach(mail: EmailMessage, file: Upload) -> None:
    """Attach a file under its Chinese name: as RFC 2231 says, and as older clients read it (RFC 2047, in the type)."""
    kind, _, subtype = file.mime.partition("/")
    mail.add_attachment(
        file.content,
        maintype=kind,
        subtype=subtype,
        filename=file.name,
        params={"name": Header(file.name, "utf-8", maxlinelen=_UNFOLDED).encode()},
    )


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
    if answer.code < _FIRST_PERMANENT:
        return Unsent(texts.MAIL_LATER.format(code=answer.code))
    return Refused(refused.format(code=answer.code))


def _is_of_tls(failure: BaseException | None) -> bool:
    while failure is not None and not isinstance(failure, ssl.SSLError):
        failure = failure.__cause__ or failure.__context__
    return failure is not None


@cache
def _trust(ca: Path | None) -> ssl.SSLContext:
    """Return what certificates are held against: the machine's authorities, the bundled ones, and the house's own."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if ca is not None:
        context.load_verify_locations(ca)
    return context
