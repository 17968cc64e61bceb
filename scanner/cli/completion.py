"""``modelkin completion`` prints the script that completes commands in a shell. Edit this for one more shell."""

from __future__ import annotations

import click

from . import start_no_shell
from .output import write_standard_output

_SHELLS = ("bash", "zsh", "fish")
_EPILOG = """\b
Examples:
  modelkin completion bash > ~/.local/share/bash-completion/completions/modelkin
  modelkin completion zsh > "${fpath[1]}/_modelkin"
  modelkin completion fish > ~/.config/fish/completions/modelkin.fish
"""


@click.command(name="completion", epilog=_EPILOG)
@click.argument("shell", type=click.Choice(_SHELLS))
def command(shell: str) -> int:
    """Print the script that completes modelkin's commands in SHELL."""
    from click.shell_completion import get_completion_class

    start_no_shell()
    kind = get_completion_class(shell)
    assert kind is not None, f"click completes in {shell}"
    root = click.get_current_context().find_root().command
    write_standard_output(kind(root, {}, "modelkin", "_MODELKIN_COMPLETE").source() + "\n")
    return 0
