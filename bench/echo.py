"""The floor: a bare python-telegram-bot echo bot, which stores nothing. `python -m bench.echo URL TOKEN [AT_ONCE]`."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from telegram.ext import Application, ContextTypes, MessageHandler, filters

if TYPE_CHECKING:
    from telegram import Update

#: More than a few at once make it slower; see docs/performance.md.
AT_ONCE = 8


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Say what was said."""
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


def main(url: str, token: str, at_once: int = AT_ONCE) -> None:
    """Echo until told to stop."""
    logging.basicConfig(level=logging.WARNING)
    builder = Application.builder().token(token).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    application = builder.concurrent_updates(at_once).connection_pool_size(at_once).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling(allowed_updates=["message"])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
