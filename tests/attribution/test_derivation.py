"""Whose terms a copied file must meet."""

from __future__ import annotations

from msgspec.structs import replace

from modelkin.attribution.copies import Copy
from modelkin.attribution.derivation import derivation_of
from modelkin.attribution.engine import check_copies
from modelkin.attribution.model import Derivation
from modelkin.attribution.repository_view import RepositoryView
from modelkin.results import Level, UpstreamMatch, Verdict

from ..support.attributed import (
    APACHE,
    BEACON,
    CODE,
    HEADLESS,
    LAMP,
    LAMP_HEADER,
    checked,
    copy_of,
    declarations_of,
    rules,
)
from ..support.findings_by_file import files_with_errors

OWN_HEADER = "# Copyright 2024 Harbour AI\n"


def derivation(copy: Copy, own: str = "", **files: str) -> Derivation | None:
    return derivation_of(copy, RepositoryView(replace(declarations_of(files), vouched=own)))


def upstream_of(chosen: Derivation | None) -> UpstreamMatch:
    assert chosen
    return chosen.upstream


def sibling(**changes: object) -> UpstreamMatch:
    changes = {"path": "harbour/llama.py", "project": "harbour", "package": "harbour", **changes}
    return replace(LAMP, **changes)


def test_a_copy_owes_its_closest_upstream() -> None:
    closest = [replace(LAMP, verdict=verdict) for verdict in (Verdict.IDENTICAL, Verdict.RENAMED, Verdict.MODIFIED)]
    assert [upstream_of(derivation(copy_of(each))) for each in closest] == closest


def test_fragments_oblige_nobody() -> None:
    assert derivation(copy_of(replace(LAMP, verdict=Verdict.FRAGMENTS))) is None


def test_a_project_owes_itself_nothing() -> None:
    copy = copy_of(LAMP)
    assert derivation(copy, own="lamp") is None
    assert derivation(copy, own="Lamp") is None
    assert derivation(copy_of(replace(LAMP, project="example lamp")), own="lamp") is None, "by the name of its package"
    assert derivation(copy, own="lamplight") is not None


def test_after_the_own_upstream_the_foreign_one_counts() -> None:
    own = replace(LAMP, released="2023-01-01")
    assert upstream_of(derivation(copy_of(own, BEACON, origin=BEACON), own="lamp")) == BEACON


def test_what_others_have_from_the_project_it_does_not_owe_them() -> None:
    assert derivation(copy_of(LAMP, BEACON, origin=LAMP), own="lamp") is None


def test_a_release_under_its_own_path_owes_its_siblings_nothing() -> None:
    other = replace(LAMP, path="lamp/other.py", copyrights=("Copyright 2020 Somebody Else",))
    copy = copy_of(LAMP, other, own_release="lamp 1.0", text=LAMP_HEADER + CODE)
    assert rules(checked(copy, LICENSE=LAMP_HEADER)) <= {"changes-not-stated"}


def test_a_release_under_its_own_path_still_keeps_its_own_header() -> None:
    """Somebody may have put the project's folder into another repository, and cut the headers off."""
    assert "holder-removed" in rules(checked(copy_of(LAMP, own_release="lamp 1.0")))


def test_a_new_file_among_a_projects_released_ones_is_the_projects_own() -> None:
    names = [f"lamp/part{number}.py" for number in range(5)]
    same = replace(LAMP, verdict=Verdict.IDENTICAL)
    tree = [
        copy_of(replace(same, path=name), path=f"src/{name}", own_release="lamp 1.0", text=LAMP_HEADER + CODE)
        for name in names
    ]
    new = copy_of(LAMP, path="src/lamp/new.py")
    changed = copy_of(LAMP, path=f"src/{LAMP.path}")
    outside = copy_of(LAMP, path="src/harbour/new.py")
    assert not errors_of(*tree, new)
    assert not errors_of(*tree)
    assert errors_of(*tree, changed) == {changed.verdict.path}
    assert errors_of(*tree, outside) == {outside.verdict.path}
    assert errors_of(*tree[:4], new) == {new.verdict.path}


def errors_of(*copies: Copy) -> set[str]:
    found = checked(*copies, LICENSE=APACHE).findings
    return files_with_errors(found)


def test_of_nearly_equal_upstreams_the_one_whose_notice_is_kept_counts() -> None:
    near = replace(BEACON, share=0.8)
    kept = copy_of(LAMP, near, text=f"# {BEACON.copyrights[0]}\n{CODE}")
    assert upstream_of(derivation(kept)) == near
    assert upstream_of(derivation(copy_of(LAMP, near))) == LAMP


def test_an_upstream_that_explains_much_less_answers_for_nothing() -> None:
    far = replace(BEACON, share=0.4)
    kept = copy_of(LAMP, far, text=f"# {BEACON.copyrights[0]}\n{CODE}")
    assert upstream_of(derivation(kept)) == LAMP


def test_of_nearly_equal_upstreams_the_one_that_is_credited_counts() -> None:
    near = replace(BEACON, share=0.85, copyrights=())
    credited = f"# Adapted from https://github.com/ada/beacon/blob/main/beacon/model.py\n{CODE}"
    assert upstream_of(derivation(copy_of(LAMP, near, text=credited))) == near


def test_a_headless_rival_that_nothing_names_excuses_nobody() -> None:
    near = replace(HEADLESS, project="beacon", package="beacon", url=BEACON.url, path=BEACON.path)
    assert "holder-removed" in rules(checked(copy_of(LAMP, near)))


def test_the_kept_header_of_a_sibling_file_is_no_header_lost() -> None:
    line = "Copyright 2021 Meridian and Lumen Labs. All rights reserved."
    kept = f"# {line}\n# Licensed under the Apache License, Version 2.0\n{CODE}"
    assert "holder-removed" not in rules(checked(copy_of(LAMP, text=kept, known=(line,))))
    assert "holder-removed" in rules(checked(copy_of(LAMP, text=kept))), "no upstream file has that line"


def test_one_of_two_holders_dropped_is_no_sibling_header() -> None:
    line = "Copyright 2021 Lumen Labs."
    assert "holder-removed" in rules(checked(copy_of(LAMP, text=f"# {line}\n{CODE}", known=(line,))))


def test_a_file_of_the_project_that_says_nothing_drops_the_lines_its_sibling_keeps() -> None:
    inner = sibling(copyrights=("Copyright 2023 The Harbour team.", *LAMP.copyrights))
    far = replace(LAMP, share=0.2, verdict=Verdict.FRAGMENTS)
    chosen = derivation(copy_of(inner, origin=far), own="harbour")
    assert chosen
    assert chosen.sibling == inner
    assert chosen.upstream == far, "a project is not held against itself"
    assert chosen.lines == LAMP.copyrights, "its own line it owes nobody"
    assert derivation(copy_of(inner, origin=far, text=OWN_HEADER + CODE), own="harbour") is None
    assert derivation(copy_of(inner, origin=inner), own="harbour") is None


def test_what_came_by_a_file_of_the_project_names_the_others_file_and_the_way() -> None:
    inner = sibling(copyrights=("Copyright 2023 The Harbour team.", *LAMP.copyrights))
    far = replace(LAMP, share=0.2, verdict=Verdict.FRAGMENTS)
    repository = RepositoryView(replace(declarations_of({}), vouched="harbour"))
    (error,) = check_copies([copy_of(inner, origin=far)], repository).findings
    assert error.level is Level.ERROR
    assert f"by way of this project's own {inner.path}, of {far.project} " in error.message
    assert error.upstream.startswith(f"{far.project} ")


def test_a_line_that_the_sibling_has_in_another_form_is_a_warning() -> None:
    inner = sibling(copyrights=("Copyright (c) 2029 Lumen Labs.",))
    far = replace(LAMP, share=0.2, verdict=Verdict.FRAGMENTS, copyrights=("Copyright (c) 2020, Lumen Labs.",))
    repository = RepositoryView(replace(declarations_of({}), vouched="harbour"))
    (warning,) = check_copies([copy_of(inner, origin=far)], repository).findings
    assert warning.level is Level.WARNING
    assert "may have the code from elsewhere" in warning.reason


def test_an_earlier_release_of_the_same_file_is_no_sibling() -> None:
    inner = sibling(copyrights=LAMP.copyrights)
    far = replace(LAMP, share=0.2, verdict=Verdict.FRAGMENTS)
    assert derivation(copy_of(inner, origin=far, path="src/harbour/llama.py"), own="harbour") is None


def test_a_sidecar_speaks_for_its_file() -> None:
    beside = f"SPDX-FileCopyrightText: {LAMP.copyrights[0]}\nSPDX-License-Identifier: Apache-2.0\n"
    chosen = derivation(copy_of(LAMP), **{"modeling.py": CODE, "modeling.py.license": beside})
    assert chosen
    assert not chosen.missing
    assert chosen.licence == "Apache-2.0"
