"""Completion in shells: the script, and what it asks the command for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from modelkin.cli import main


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_asks_the_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert f"_MODELKIN_COMPLETE={shell}_complete" in capsys.readouterr().out


def test_another_shell_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "tcsh"]) == 2
    assert "'tcsh' is not one of" in capsys.readouterr().err


@pytest.mark.parametrize(("typed", "offered"), [("modelkin at", "attribute"), ("modelkin scan --fail", "--fail-on")])
def test_commands_and_options_are_completed(typed: str, offered: str) -> None:
    words = typed.split()
    environment = {
        **os.environ,
        "_MODELKIN_COMPLETE": "bash_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }
    command = [sys.executable, "-c", "from modelkin.cli import run; run()"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert offered in done.stdout
