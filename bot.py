"""Duban (督办): `python bot.py run`, `demo`, `campaign check FILE`, `invite`, `people`, `migrate`."""

from bot.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
