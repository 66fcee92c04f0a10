"""Locks between processes that use one SQLite file: an empty file beside it, held by the operating system.

Such a lock ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, BinaryIO, Self

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType


class FileLock:
    """An exclusive lock on a file. One `FileLock` is used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is made when the lock is first taken."""
        self._path = path
        self._file: BinaryIO | None = None

    def take(self, *, wait: bool = True) -> bool:
        """Take the lock; without `wait`, return False when another holds it."""
        if self._file is None:
            self._file = self._path.open("ab")
        if sys.platform == "win32":
            return self._take_on_windows(self._file, wait=wait)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Give the lock back; the file stays open for the next time."""
        if self._file is None:
            return
        if sys.platform == "win32":
            self._file.seek(0)
            msvcrt.locking(self._file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file, which gives the lock back as well."""
        if self._file is not None:
            self._file.close()
            self._file = None

    if sys.platform == "win32":

        @staticmethod
        def _take_on_windows(file: BinaryIO, *, wait: bool) -> bool:
            while True:
                try:
                    file.seek(0)
                    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                except OSError:
                    if not wait:
                        return False
                    time.sleep(0.01)
                else:
                    return True

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
