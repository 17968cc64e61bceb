"""The command line: one module for each command, imported when it is asked for; `run` is the entry point.

Edit this when a command comes or goes, or when errors should end a run in another way.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from io import StringIO
from typing import Any, NoReturn

import click

from ..errors import ModelkinError
from ..support.announcements import listen
from ..support.collecting import MANY_OBJECTS
from ..support.escaping import escape
from .output import tolerate_every_character
from .signals import ended_by, heed_signals, leave, signals_are_done


class LazyGroup(click.Group):
    """A group of commands. ``modules`` maps the name of each to the module beside this one that defines ``command``."""

    def __init__(self, modules: Mapping[str, str], **settings: Any) -> None:
        super().__init__(**settings)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """In the order they were given: the order in which a newcomer needs them."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """The command of that name, or None."""
        if cmd_name not in self._modules:
            return None
        command: click.Command = import_module(f".{self._modules[cmd_name]}", __package__).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does; of a wrong name the nearest ones are told, and a source alone is to be scanned."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self._modules, 3, 0.6)
            meant = (
                f"Did you mean {' or '.join(near)}?" if near else f"To scan a source: {ctx.command_path} scan SOURCE"
            )
            raise click.UsageError(f"{error.message} {meant}", ctx) from None


NOTHING_SCANNED = 2
"""The exit code where no scan was done."""

_EPILOG = """\b
Examples:
  modelkin scan path/to/repository
  modelkin scan 'pypi:vllm==0.2.3' --include '**/models/*.py'
  modelkin compare yi.py llama.py
  modelkin attribute . --dry-run
  modelkin audit ~/.cache/huggingface/hub
  modelkin explain holder-removed

\b
Exit codes:
  0  nothing at or above --fail-on
  1  findings or verdicts at or above --fail-on; in agree, equal errors
  2  no scan was done
"""

_commands = LazyGroup(
    name="modelkin",
    modules={
        "scan": "scan",
        "attribute": "attribute",
        "compare": "compare",
        "agree": "agree",
        "baseline": "baseline",
        "audit": "audit",
        "report": "report",
        "serve": "serve",
        "corpus": "corpus",
        "rules": "rules",
        "explain": "explain",
        "config": "config",
        "cache": "cache",
        "completion": "completion",
    },
    help="Tell where the code of an AI-model repository came from, and whether the\nupstream's terms are met.",
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
click.version_option(package_name="modelkin", prog_name="modelkin", message="%(prog)s %(version)s")(_commands)


def run() -> NoReturn:
    """The console entry point: exits with the code that `main` returns."""
    gc.set_threshold(MANY_OBJECTS)
    heed_signals()
    try:
        code = main()
    except KeyboardInterrupt as error:  # while an error was told
        code = ended_by(error)
    signals_are_done()
    leave(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (default: the process's own) and return its exit code; errors become one line each."""
    tolerate_every_character()
    listen(_tell)
    if "_MODELKIN_COMPLETE" in os.environ:
        start_no_shell()
    try:
        return _commands.main(args=argv, prog_name="modelkin", standalone_mode=False) or 0
    except ModelkinError as error:
        click.echo(f"modelkin: error: {escape(str(error))}", err=True)
    except click.ClickException as error:
        _show(error)
    except OSError as error:  # click's own pages go to standard output unguarded
        with suppress(OSError):
            click.echo(f"modelkin: error: {escape(str(error))}", err=True)
        return ended_by(error, NOTHING_SCANNED)
    except click.Abort as error:
        with suppress(OSError):  # the terminal is gone
            click.echo("modelkin: interrupted", err=True)
        return ended_by(error)
    return NOTHING_SCANNED


def _tell(text: str, passing: bool) -> None:
    """On standard error; what is of interest for this moment only where somebody watches."""
    if not passing:
        click.echo(escape(f"modelkin: note: {text}"), err=True)
    elif sys.stderr is not None and sys.stderr.isatty():
        click.echo(escape(f"modelkin: {text}"), err=True)


def start_no_shell() -> None:
    """click starts the first ``bash`` of PATH, to warn of an old one, before it prints the script for it."""
    from click.shell_completion import BashComplete, ShellComplete, add_completion_class

    class Bash(BashComplete):
        def source(self) -> str:
            return ShellComplete.source(self)

    add_completion_class(Bash)


def _show(error: click.ClickException) -> None:
    """On standard error, escaped: a shell may have put a file's name where click expected something else."""
    shown = StringIO()
    error.show(shown)
    click.echo("".join(f"{escape(line)}\n" for line in shown.getvalue().splitlines()), nl=False, err=True)
