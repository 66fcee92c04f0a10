"""Places where a test lets the process die as if by kill -9: `DUBAN_FAILPOINT=name`, or `name:3` for the third time.

Besides the named ones below, every use case has `<its function's name>-before-commit` and `-after-commit`.
Nothing is compared, and nothing slowed, while the variable is unset.
"""

from __future__ import annotations

import os
import threading

FAILPOINTS = (
    "commit-before",
    "commit-after",
    "reply-before-send",
    "send-before",
    "send-after",
)
BEFORE_COMMIT = "-before-commit"
AFTER_COMMIT = "-after-commit"
#: What the shell reports of a process ended by SIGKILL.
KILLED = 137


def _read(setting: str) -> tuple[str, int]:
    """Return the name and which time counts; ValueError for a name nothing reaches, so that no test passes idly."""
    name, _, times = setting.partition(":")
    if name and name not in FAILPOINTS and not name.endswith((BEFORE_COMMIT, AFTER_COMMIT)):
        raise ValueError(f"DUBAN_FAILPOINT: nothing reaches {name!r}")
    return name, int(times or 1)


_name, _left = _read(os.environ.get("DUBAN_FAILPOINT", ""))
_counting = threading.Lock()


def armed() -> bool:
    """Tell whether any failpoint is set: callers skip naming their points otherwise."""
    return _name != ""


def reach(name: str) -> None:
    """End the process here, at once and without any clean-up, when this point was asked for."""
    global _left  # noqa: PLW0603 - counts down over the process's life
    if name != _name:
        return
    with _counting:
        _left -= 1
        if _left == 0:
            os._exit(KILLED)
