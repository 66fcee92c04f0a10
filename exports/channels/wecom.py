"""A WeCom (企业微信) group's robot as a way of reaching a group: files are handed in first, then shown in the group.

What a failure means (the robot's webhook is documented at developer.work.weixin.qq.com, 消息推送配置说明):

- while a file is handed in nobody sees anything: whatever fails then is `Unsent`, but for a final no.
- showing the first file (a picture as a picture) is the point of no return. No connection, errcode -1 and 45009 (too
  often), 429, and any 5xx but 504: `Unsent`; 504, silence or a lost connection: `Unsure`; any other errcode: `Refused`.
- the words follow the file, as a courtesy: that they did not come is no reason to show the file twice.
"""

from __future__ import annotations

import logging
from base64 import b64encode
from hashlib import md5
from typing import TYPE_CHECKING, Any, Final

import httpx

from bot.core.plain_text import clip
from bot.texts import channels as texts
from exports.channels.base import Refused, Unsent, Unsure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.campaign import Recipient
    from exports.channels.base import Parcel, Upload

log = logging.getLogger(__name__)

OFFICIAL: Final = "https://qyapi.weixin.qq.com"
#: What the webhook takes, in bytes.
LARGEST, LARGEST_PICTURE, LONGEST_TEXT = 20 * 1024 * 1024, 2 * 1024 * 1024, 2048
#: Seconds to wait after "too often": the limit is 20 messages a minute for each robot.
MINUTE: Final = 60.0
_OK, _BUSY, _TOO_OFTEN = 0, -1, 45009
#: The key is wrong or the robot was removed; it was stopped; it is not in the group.
_GONE: Final = frozenset({93000, 93004, 93008})
_TOO_MANY, _FAULTS, _GATEWAY_TIMEOUT = 429, 500, 504
_NOT_CONNECTED: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class WecomChannel:
    """Sends through the robots of several groups. An address is a recipient's key in the campaign file."""

    name = "wecom"
    carries_files = True
    rate = 10 / 60  # a parcel is two messages

    def __init__(
        self,
        keys: Mapping[str, str],
        recipient: Callable[[str], Recipient | None],
        api: str = OFFICIAL,
        *,
        patience: float = 20.0,
    ) -> None:
        """Take the robots' keys by recipient. They are secret: no log and no failure's reason holds one."""
        self._keys = keys
        self._recipient = recipient
        self._api = api
        self._patience = httpx.Timeout(patience, connect=10.0)

    async def deliver(self, parcel: Parcel) -> str:
        """Send; return "": the webhook gives its messages no names."""
        to = self._recipient(parcel.address)
        if to is None or to.channel != self.name:
            raise Refused(texts.NO_RECIPIENT)
        key = self._keys.get(parcel.address)
        if key is None:
            raise Refused(texts.NO_ROBOT)
        async with httpx.AsyncClient(base_url=f"{self._api}/cgi-bin/webhook/", timeout=self._patience) as client:
            robot = _Robot(client, key)
            shown = [await robot.prepared(file) for file in parcel.files]
            words = _words(parcel)
            await _show(robot, [*shown, words] if words else shown)
        return ""


async def _show(robot: _Robot, messages: list[dict[str, Any]]) -> None:
    """Show them, one after the other; once the first is there, a failure is no reason to begin anew."""
    await robot.send(messages[0])
    for message in messages[1:]:
        try:
            await robot.send(message)
        except (Unsent, Unsure, Refused) as failure:
            if message["msgtype"] != "text":
                raise Unsure(texts.WECOM_BROKEN) from failure
            log.warning("the words that belong to a file did not get to the group: %s", failure)


def _words(parcel: Parcel) -> dict[str, Any] | None:
    text = "\n".join(part for part in (parcel.message.title, parcel.message.text) if part)
    return {"msgtype": "text", "text": {"content": clip(text, LONGEST_TEXT // 3)}} if text else None


class _Robot:
    """One group's webhook."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self._client = client
        self._key = key

    async def prepared(self, file: Upload) -> dict[str, Any]:
        """Return the message that shows a file, which is handed in first if it is none of the small pictures."""
        if file.shown and len(file.content) <= LARGEST_PICTURE:
            digest = md5(file.content, usedforsecurity=False).hexdigest()
            return {"msgtype": "image", "image": {"base64": b64encode(file.content).decode(), "md5": digest}}
        if len(file.content) > LARGEST:
            raise Refused(texts.WECOM_LARGE)
        try:
            media = (file.name, file.content, file.mime)
            answer = await self._post("upload_media", {"type": "file"}, files={"media": media})
        except Unsure as failure:
            raise Unsent(texts.WECOM_BROKEN) from failure
        return {"msgtype": "file", "file": {"media_id": answer["media_id"]}}

    async def send(self, message: dict[str, Any]) -> None:
        """Show a message in the group."""
        await self._post("send", {}, json=message)

    async def _post(self, method: str, more: dict[str, str], **content: Any) -> dict[str, Any]:  # noqa: ANN401 - as httpx takes it
        try:
            answer = await self._client.post(method, params={"key": self._key, **more}, **content)
        except _NOT_CONNECTED as failure:
            raise Unsent(texts.NO_WECOM) from failure
        except httpx.HTTPError as failure:
            raise Unsure(texts.WECOM_UNSURE) from failure
        return _read(answer)


def _read(answer: httpx.Response) -> dict[str, Any]:
    """Return what was answered; raise what it means where it is not a yes."""
    if answer.status_code == _GATEWAY_TIMEOUT:
        raise Unsure(texts.WECOM_UNSURE)
    if answer.status_code == _TOO_MANY:
        raise Unsent(texts.WECOM_OFTEN, MINUTE)
    if answer.status_code >= _FAULTS:
        raise Unsent(texts.WECOM_BUSY)
    try:
        said = answer.json()
        code = int(said["errcode"])
    except (ValueError, KeyError, TypeError) as failure:
        raise Refused(texts.WECOM_REFUSED.format(code=answer.status_code)) from failure
    if code == _TOO_OFTEN:
        raise Unsent(texts.WECOM_OFTEN, MINUTE)
    if code == _BUSY:
        raise Unsent(texts.WECOM_BUSY)
    if code in _GONE:
        raise Refused(texts.BAD_ROBOT)
    if code != _OK:
        raise Refused(texts.WECOM_REFUSED.format(code=code))
    return dict(said)
