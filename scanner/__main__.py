"""``python -m modelkin``: the same as the ``modelkin`` command."""

from .cli import run

if __name__ == "__main__":
    run()
