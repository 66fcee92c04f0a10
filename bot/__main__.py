"""`python -m bot` is `python bot.py`."""

from bot.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
