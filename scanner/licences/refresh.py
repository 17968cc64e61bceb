"""Rules and the data file of licence texts in, the file with their names and anchors out. For development only.

``python -m modelkin.licences.refresh rules`` is enough where nothing but names and anchors of the rules has changed; a
new licence, or another text, takes a whole `build`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ..rulebook import licence_rules
from .build import pack, write_data
from .recipe import read_recipe
from .table import ARRAYS, open_table, read_header
from .wording import rule_header


def refreshed(rules_folder: Path) -> bytes:
    """The data file in a folder of rules, as a build would write it of the same texts. Raises ModelkinError."""
    path = rules_folder / "licence_texts.safetensors"
    recipe, rules = read_recipe(rules_folder / "licence_texts.yaml"), licence_rules(rules_folder)
    table = open_table(path)
    header = {**read_header(path.read_bytes()), **rule_header(rules, recipe)}
    return pack({name: getattr(table, name) for name in ARRAYS}, header)


def main(arguments: list[str]) -> int:
    """Refresh the data file of the rules in the one folder named."""
    return write_data(Path(arguments[0]), refreshed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
