"""People who answer a bot as soon as it has answered them: what each of them does next.

Owns a person's side of the chat: the card they see and the update their next move makes, in the Bot API's shape. Leaves
out when it is sent and what is measured (`bench.server`).
"""

from __future__ import annotations

import itertools
import json
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

DONE: Final = "召开自查整改部署会，检查农资门店12家，发放宣传资料300份，对3家台账不全的门店当场责令改正。"
REMARK: Final = "其中1件周五上午才查实，尚未录入台账。"
RESULTS: Final = "完善执法公示栏目2个，修订执法流程图1份。"
PROBLEMS: Final = "执法记录填写不规范2件，已当场补正；案卷归档不及时1件，正在整改。"
PLAN: Final = "开展案卷评查，整改剩余问题1件，组织执法人员培训。"
#: What a finished form is answered with: says that a report is in.
RECEIPT: Final = "提交成功"

Card = dict[str, Any]


class LostError(Exception):
    """The bot showed something that no report can be filed from: nothing was measured."""


class Person:
    """Somebody with one private chat. `since` is when their last input became available, 0 when it is answered."""

    def __init__(self, chat: int) -> None:
        self.chat = chat
        self.since = 0.0
        self.reports = 0
        self._who = {"id": chat, "is_bot": False, "first_name": f"联系人{chat}", "language_code": "zh-hans"}
        self._where = {"id": chat, "first_name": f"联系人{chat}", "type": "private"}
        self._card: Card = {}
        self._said = itertools.count(1)
        self._moves = self._live()

    def next(self) -> Card:
        """Return the next input as an update without its id."""
        return next(self._moves)

    def sees(self, card: Card) -> None:
        """Take what the bot has shown."""
        self._card = card
        self.reports += RECEIPT in card["text"]

    def _live(self) -> Iterator[Card]:
        raise NotImplementedError

    def _says(self, text: str) -> Card:
        message = {"message_id": 10**6 + next(self._said), "from": self._who, "chat": self._where}
        return {"message": {**message, "date": int(time.time()), "text": text}}

    def _taps(self, action: str) -> Card:
        for button in self._buttons():
            if button["callback_data"].endswith(action) or button["text"] == action:
                query = {"id": str(10**15 + self.chat * 10**6 + next(self._said)), "from": self._who}
                return {"callback_query": {**query, "message": self._card, "chat_instance": "1",
                                           "data": button["callback_data"]}}  # fmt: skip
        raise LostError(f"no button {action} under: {self._card.get('text')}")

    def _buttons(self) -> list[dict[str, str]]:
        rows: list[list[dict[str, str]]] = self._card.get("reply_markup", {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


class Talker(Person):
    """Says one thing after another, for a bot that repeats it."""

    def _live(self) -> Iterator[Card]:
        while True:
            yield self._says(DONE)


class Contact(Person):
    """Files one whole weekly report after another, from the oldest that is owed: nine texts, seven taps each."""

    def _live(self) -> Iterator[Card]:
        while True:
            yield self._says("填报本周信息")
            if owed := [b["callback_data"] for b in self._buttons() if b["callback_data"].startswith("m:file:")]:
                yield self._taps(owed[-1])
            for area in ("t:0:1", "t:2:1", "k"):
                yield self._taps(area)
            for answer in (DONE, RESULTS, "3", REMARK, "2", REMARK, PROBLEMS):
                yield self._says(answer)
            yield self._taps("跳过")
            yield self._says(PLAN)
            yield self._taps("跳过")
            yield self._taps("提交")


def encode(value: object) -> bytes:
    """Return JSON as a server sends it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
