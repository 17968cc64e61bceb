"""The licence that a README states where nothing else does."""

from __future__ import annotations

from modelkin.repository.model_card import read_card
from modelkin.repository.readme_licence import readme_licences

from ..support.cases import failures
from ..support.processor_time import processor_seconds


def stated(*texts: str) -> tuple[str, ...]:
    return readme_licences([read_card("README.md", text, "x")[0] for text in texts])


STATED = [
    ("# x\n\n## License: MIT\n", ("MIT",)),
    ("# x\n\n## License\n\nMIT\n", ("MIT",)),
    ("# x\n\n## Licence\nApache License, Version 2.0\n", ("Apache-2.0",)),
    ("# x\n\nThis project is licensed under the MIT License - see below.\n", ("MIT",)),
    ("# x\n\nThe code is released under the [Apache 2.0 license](LICENSE).\n", ("Apache-2.0",)),
    ("# x\n\nDistributed under the terms of the **MIT** licence.\n", ("MIT",)),
    ("[![x](https://img.shields.io/badge/license-MIT-blue.svg)](LICENSE)\n# x\n", ("MIT",)),
    ("[![x](https://img.shields.io/badge/License-Apache%202.0-blue.svg)]()\n", ("Apache-2.0",)),
    ("[![x](https://img.shields.io/badge/license-BSD--3--Clause-blue.svg)]()\n", ("BSD-3-Clause",)),
]
NOT_STATED = [
    "",
    "# x\n\n## License\n\nSee below.\n",
    "# x\n\nThe driver is licensed under the terms of its maker.\n",
    "# MIT\n\nA course of MIT.\n",
]


def test_a_readme_states_a_licence() -> None:
    assert not failures(stated, STATED)
    assert stated("# x\n", "# y\n\n## License: MIT\n") == ("MIT",)


def test_a_readme_that_states_none() -> None:
    assert not [text for text in NOT_STATED if stated(text)]


def test_a_hostile_readme_takes_bounded_time() -> None:
    with processor_seconds(at_most=5):
        for text in ("licensed under the " * 50_000, "# License\n" * 50_000, "#" * 500_000, "badge/license-" * 50_000):
            stated(text)
