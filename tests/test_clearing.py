"""No folder clears itself of its findings, by no trick and in no place; what cannot be read is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support.clearing import PLACES, outcomes
from .support.clearing_tricks import HEAVY, HIDDEN_IN_GIT, TRICKS
from .support.small_corpora import ATTENTION, Upstream, corpus_of

pytestmark = pytest.mark.unmeasured

# What Python runs is not only named as skipped: the copy in it is found.
UNHINDERED = {
    *("nothing", "exclude", "an environment", "an ignore file", "a folder node_modules", "a broken waiver"),
    *("CR line ends", "CR after a comment", "mixed line ends", "coding: raw_unicode_escape", "coding: utf-7"),
    *("6 MB of comments before", "a trap of backslashes", "a trap of backslashes before"),
}


def test_no_folder_clears_itself(tmp_path: Path) -> None:
    corpus_of(Upstream(files={"lantern/attention.py": ATTENTION}, licence="Apache-2.0")).save(
        tmp_path / "c.safetensors"
    )
    copy = ATTENTION[ATTENTION.index('"""') :].replace("Attention", "Focus")
    found = list(outcomes(copy, tmp_path, tmp_path / "c.safetensors", everywhere=False))
    assert len(found) == (len(TRICKS) + len(HIDDEN_IN_GIT)) * len(PLACES) - len(HIDDEN_IN_GIT) - 3 * len(HEAVY)
    assert all(outcome.found for name, _, outcome in found if name in UNHINDERED)
    assert [(name, place, outcome) for name, place, outcome in found if outcome.is_silent] == []
