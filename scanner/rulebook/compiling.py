"""Writes ``rules/compiled.json``: ``python -m modelkin.rulebook.compiling``, after a change of a licence or a finding.

Edit this when more of the rules should be compiled. Each is checked as it is read; what is wrong is not written.
"""

from __future__ import annotations

import json
from pathlib import Path

from ..support.data_files import shipped_folder
from ..support.yaml import read_plain_yaml
from .compiled import KINDS, NAME, digest
from .loader import read_finding, read_licence


def compiled(folder: Path) -> str:
    """All rules in ``folder``, a line each. Raises RuleError."""
    lines = []
    for kind, read in zip(KINDS, (read_finding, read_licence), strict=True):
        for path in sorted((folder / kind).glob("*.yaml")):
            read(path)
            content = path.read_bytes()
            value = [digest(content), read_plain_yaml(content)]
            lines.append(f"{json.dumps(f'{kind}/{path.name}')}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    rules = shipped_folder("rules")
    (rules / NAME).write_text(compiled(rules), encoding="utf-8", newline="\n")
