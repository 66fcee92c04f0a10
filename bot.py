"""Duban (督办) on the command line: `python bot.py --help` names the commands."""

from bot.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
