"""Who had a file first, of two git folders, and which version of another's file a copy equals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelkin.evidence.file_ages import appearances, version_equal_to, who_was_first
from modelkin.models.file_identities import blob_id
from modelkin.results import EvidenceKind, Observation, Relation, Strength
from modelkin.sources import open_source

from ..support.git_histories import committed, git, needs_git_and_shell

pytestmark = needs_git_and_shell

DAY = 86_400
MAY_19, MAY_28, JUNE_6 = 1_716_076_800, 1_716_076_800 + 9 * DAY, 1_716_076_800 + 18 * DAY
TOKENS = [json.dumps({"tokens": [f"<lamp{number}>", "<wick>"] * 20, "left": number}, indent=1) for number in range(3)]
BLOB = blob_id(TOKENS[1].encode())


def upstream(root: Path) -> Path:
    """A tokenizer of three versions, the second in force from the 19th of May to the 6th of June."""
    committed(root, {"tokenizer_config.json": TOKENS[0]}, MAY_19 - 40 * DAY)
    committed(root, {"tokenizer_config.json": TOKENS[1]}, MAY_19)
    committed(root, {"README.md": "lamps\n"}, MAY_19 + DAY)
    committed(root, {"tokenizer_config.json": TOKENS[2]}, JUNE_6)
    return root


def copy(root: Path, text: str = TOKENS[1]) -> Path:
    committed(root, {"README.md": "mine\n"}, MAY_28 - DAY)
    committed(root, {"tok/tokenizer_config.json": text}, MAY_28)
    return root


def first(ours: Path, theirs: Path) -> Observation:
    (found,) = compared([BLOB], ours, theirs)
    return found


def compared(blobs: list[str], ours: object, theirs: object) -> tuple[Observation, ...]:
    with open_source(str(ours)) as copied, open_source(str(theirs)) as original:
        return who_was_first(blobs, copied, original, "lanterns")


def test_of_two_folders_with_one_content_it_is_said_which_had_it_first(tmp_path: Path) -> None:
    original, ours = upstream(tmp_path / "original"), copy(tmp_path / "copy")
    found = first(ours, original)
    assert (found.kind, found.relation, found.strength) == (EvidenceKind.DATES, Relation.EARLIER, Strength.SUPPORTING)
    assert found.figures == {"days_apart": 9}
    assert "first committed 2024-05-19 in lanterns, 2024-05-28 in the copy: lanterns had it first" in found.says
    assert found.explained_by[0] == "the dates of commits are what those who made them say"
    other = first(original, ours)
    assert (other.relation, other.strength) == (Relation.LATER, Strength.COUNTER)
    assert other.figures == {"days_apart": -9}
    assert "the copy had it first" in other.says


def test_the_content_is_found_under_any_path_and_though_it_is_gone(tmp_path: Path) -> None:
    with open_source(str(upstream(tmp_path / "r"))) as checkout:
        found = appearances(checkout)
    assert {found[blob_id(text.encode())].day for text in TOKENS} == {"2024-04-09", "2024-05-19", "2024-06-06"}
    assert found[BLOB].path == "tokenizer_config.json"


def test_a_part_of_a_checkout_and_a_commit_from_a_server_have_their_histories(tmp_path: Path) -> None:
    original, ours = upstream(tmp_path / "original"), copy(tmp_path / "copy")
    git(original, "config", "uploadpack.allowFilter", "true")
    (found,) = compared([BLOB], ours / "tok", f"git+file://{original}")
    assert (found.relation, found.figures) == (Relation.EARLIER, {"days_apart": 9})
    # Without contents, the same bytes are told by their id, and JSON in another layout is not.
    version = window(TOKENS[1], f"git+file://{original}")
    assert version is not None
    assert "byte by byte, in force 2024-05-19 to 2024-06-06" in version.says
    assert window(json.dumps(json.loads(TOKENS[1])), f"git+file://{original}") is None


def test_on_one_day_or_with_dates_that_cannot_be_it_is_open(tmp_path: Path) -> None:
    one, other = copy(tmp_path / "one"), copy(tmp_path / "other")
    assert (first(one, other).strength, "is open" in first(one, other).says) == (Strength.NONE, True)
    committed(tmp_path / "early", {"a.json": TOKENS[1]}, 100_000_000)  # of 1973
    undated = first(one, tmp_path / "early")
    assert (undated.strength, undated.figures) == (Strength.NONE, {})
    assert "first committed at no date in lanterns" in undated.says


def test_where_the_later_history_is_cut_off_it_says_nothing(tmp_path: Path) -> None:
    original, ours = upstream(tmp_path / "original"), copy(tmp_path / "copy")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{ours}", "shallow")
    found = first(tmp_path / "shallow", original)
    assert (found.relation, found.strength) == (Relation.EARLIER, Strength.NONE)
    assert found.says.endswith("the history of the later one is cut off")


def test_contents_of_one_side_alone_are_not_dated(tmp_path: Path) -> None:
    original, ours = upstream(tmp_path / "original"), copy(tmp_path / "copy")
    assert compared([blob_id(TOKENS[0].encode()), "0" * 40], ours, original) == ()


def test_a_folder_without_git_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    found = first(tmp_path / "plain", upstream(tmp_path / "original"))
    assert (found.relation, found.strength) == (Relation.NOT_COMPARED, Strength.NONE)
    assert found.says.startswith("git cannot say when it was committed: ")
    assert "\n" not in found.says


def window(stored: str, original: object, path: str = "tokenizer_config.json") -> Observation | None:
    with open_source(str(original)) as checkout:
        return version_equal_to(stored.encode(), path, blob_id(stored.encode()), checkout, path, "lanterns")


def test_a_copy_is_dated_to_the_window_of_the_version_that_it_equals(tmp_path: Path) -> None:
    found = window(TOKENS[1], upstream(tmp_path / "r"))
    assert found is not None
    assert found.says == (
        "tokenizer_config.json equals one version only of the 3 of tokenizer_config.json in lanterns, byte by byte, "
        "in force 2024-05-19 to 2024-06-06"
    )
    assert (found.relation, found.strength) == (Relation.IDENTICAL, Strength.SUPPORTING)
    assert found.figures == {"versions": 3, "equal": 1}


def test_json_in_another_layout_equals_the_same_version(tmp_path: Path) -> None:
    found = window(json.dumps(json.loads(TOKENS[1]), sort_keys=True), upstream(tmp_path / "r"))
    assert found is not None
    assert "as JSON, in force 2024-05-19 to 2024-06-06" in found.says
    assert window(json.dumps({"tokens": 1}), tmp_path / "r") is None


def test_a_version_that_a_merge_brings_counts_once(tmp_path: Path) -> None:
    root = tmp_path / "r"
    committed(root, {"tokenizer_config.json": TOKENS[0]}, MAY_19)
    git(root, "checkout", "-q", "-b", "side")
    committed(root, {"tokenizer_config.json": TOKENS[1]}, MAY_28)
    git(root, "checkout", "-q", "main")
    committed(root, {"README.md": "lamps\n"}, MAY_28 + DAY)
    git(root, "merge", "-q", "-m", "x", "side", at=JUNE_6)
    found = window(TOKENS[1], root)
    assert found is not None
    assert "one version only of the 2 of tokenizer_config.json" in found.says
    assert found.says.endswith("in force 2024-05-28 to now")


def test_a_version_that_came_back_has_two_windows(tmp_path: Path) -> None:
    root = upstream(tmp_path / "r")
    committed(root, {"tokenizer_config.json": TOKENS[1]}, JUNE_6 + DAY)
    found = window(TOKENS[1], root)
    assert found is not None
    assert "2 versions of the 4" in found.says
    assert "in force 2024-05-19 to 2024-06-06 and 2024-06-07 to now" in found.says


def test_a_file_that_never_changed_dates_nothing(tmp_path: Path) -> None:
    committed(tmp_path / "r", {"tokenizer_config.json": TOKENS[1]}, MAY_19)
    found = window(TOKENS[1], tmp_path / "r")
    assert found is not None
    assert (found.strength, found.explained_by[-1]) == (Strength.NONE, "the file never changed there")


@pytest.mark.parametrize("broken", ["{", "[1]", '{"a": 1, "a": 2}'])
def test_a_broken_version_equals_none(broken: str, tmp_path: Path) -> None:
    root = upstream(tmp_path / "r")
    committed(root, {"tokenizer_config.json": broken}, JUNE_6 + DAY)
    found = window(json.dumps(json.loads(TOKENS[2])), root)
    assert found is not None
    assert "in force 2024-06-06 to 2024-06-07" in found.says
    assert window('{"other": 1}', root) is None
