"""A progress bar for people who watch and wait."""

from __future__ import annotations

import sys
from io import StringIO

import pytest

from modelkin.cli.progress import progress_bar


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_drawn_on_a_terminal_and_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr("modelkin.cli.progress._PATIENCE_SECONDS", 0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress_bar(wanted=True) as step:
        assert step is not None
        step(0, 0, "looking")
        step(1, 2, "[red]a\x1b[5m.py")
    drawn = screen.getvalue()
    assert "1/2" in drawn
    assert "[red]a\\x1b[5m.py" in drawn
    assert drawn.endswith("\x1b[2K")


def test_short_work_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with progress_bar(wanted=True) as step:
        assert step is not None
        step(1, 2, "a.py")
    assert screen.getvalue() == ""


@pytest.mark.parametrize("wanted", [True, False])
def test_nobody_watching_means_no_bar(wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Screen() if not wanted else StringIO())
    with progress_bar(wanted) as step:
        assert step is None
