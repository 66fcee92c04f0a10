"""How fast messages may go out: what a channel allows over all addresses, and to one of them."""

from __future__ import annotations

import time
from typing import Final

#: Bot API: about one message a second in one chat.
PER_ADDRESS: Final = 1.0
BURST: Final = 5
#: Addresses whose last turn is remembered; past that, those long past are forgotten.
REMEMBERED: Final = 10_000


class Pace:
    """A token bucket for one channel, and the moments before which it or one address must keep still (monotonic)."""

    def __init__(self, rate: float) -> None:
        """Allow `rate` messages a second with a burst of `BURST`; 0 for no limit."""
        self._rate = rate
        self._tokens = float(BURST)
        self._filled = time.monotonic()
        self._addresses: dict[str, float] = {}
        self.not_before = 0.0

    def wait(self, address: str) -> float:
        """Take a turn for `address`; return how many seconds to wait before using it."""
        now = time.monotonic()
        start = max(now, self.not_before)
        if self._rate:
            self._tokens = min(float(BURST), self._tokens + (now - self._filled) * self._rate)
            self._filled = now
            self._tokens -= 1
            start = max(start, now - self._tokens / self._rate if self._tokens < 0 else now)
            start = max(start, self._addresses.get(address, 0.0))
            self._addresses[address] = start + PER_ADDRESS
            if len(self._addresses) > REMEMBERED:
                self._addresses = {key: at for key, at in self._addresses.items() if at > now}
        return start - now

    def hold(self, seconds: float) -> None:
        """Keep still for so long: the channel said so."""
        self.not_before = max(self.not_before, time.monotonic() + seconds)
