"""Where the demonstration's clock can be moved on to."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bot.campaigns import load
from bot.demo import jumps

SAMPLE = load(Path(__file__).parent.parent / "campaigns" / "sample-2020.toml")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SAMPLE.zone)


@pytest.mark.parametrize(
    ("since", "now", "labels"),
    [
        ("2020-07-09", "2020-07-09 09:00", ["到周四下午", "到周五08:30", "到周五11:00", "到8月20日09:00"]),
        ("2020-07-09", "2020-07-10 11:00", ["到周五中午", "到下周四下午", "到下周五08:30", "到8月20日09:00"]),
        ("2020-09-01", "2020-09-08 17:00", ["到周三08:30", "到周三下午", "到周四09:00", "到周四下午"]),
        ("2020-07-09", "2020-12-31 17:00", []),
    ],
)
def test_the_next_moments_and_the_next_of_a_dated_duty(since: str, now: str, labels: list[str]) -> None:
    ahead = jumps(SAMPLE, at(now), at(since))
    assert [label for label, _ in ahead] == labels
    moments = [moment for _, moment in ahead]
    assert moments == sorted(set(moments))
    assert all(moment > at(now) for moment in moments)
