"""`python -m bench [names]`: the named measurements, or all of them, one after the other."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import Final

#: Each is a module of its own and runs in a process of its own.
BENCHES: Final = {
    "steps": "one interactive step of the bot, beside a bare echo bot",
    "store": "durable steps of the storage, beside bare sqlite3",
    "ledger": "lists, searches and counts of a ledger of 100,000 entries, beside bare sqlite3",
    "summary": "the leaders' page with its picture, from the tap on, beside an echo bot and typst alone",
    "workbook": "a large table as a workbook, beside bare openpyxl",
    "export": "the whole ledger as a workbook, and the chat meanwhile",
}


def main(names: list[str]) -> int:
    """Run them; return 0 when all of them came to their end."""
    here = {name: what for name, what in BENCHES.items() if importlib.util.find_spec(f"bench.{name}")}
    if unknown := [name for name in names if name not in here]:
        print(f"no such measurement: {', '.join(unknown)}; there are: {', '.join(here)}")
        return 2
    failed = 0
    for name in names or here:
        print(f"== {name}: {here[name]}", flush=True)
        failed += subprocess.call([sys.executable, "-m", f"bench.{name}"]) != 0  # noqa: S603 - our own modules
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
