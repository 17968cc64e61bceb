"""The time is the system's, or the one that SOURCE_DATE_EPOCH says."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from modelkin.support.clock import days_since, now


def test_source_date_epoch_is_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert now() == datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)
    assert [days_since(day) for day in ("2023-11-14", "2023-11-13", "2022-11-14", "2030-01-01")] == [0, 1, 365, None]


@pytest.mark.parametrize("epoch", ["", "yesterday", "-1", "9" * 40, "\u0663"])
def test_what_is_no_time_is_passed_over(epoch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert abs(now() - datetime.now(timezone.utc)) < timedelta(minutes=1)


def test_what_is_no_day_has_no_age() -> None:
    assert [days_since(day) for day in ("", "x", "2023-13-01")] == [None] * 3
