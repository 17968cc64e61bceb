"""Whether code stands in the upstream project itself: a registry's word, a claim, and many files in their places."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from modelkin.attribution.copies import Copy
from modelkin.attribution.home import LEAST_OF_A_TREE, stands_in_place
from modelkin.results import Level, UpstreamMatch, Verdict

from ..support.attributed import APACHE, BEACON, CODE, HEADLESS, LAMP, LAMP_HEADER, checked, copy_of
from ..support.findings_by_file import files_with_errors

CHANGED = replace(LAMP, verdict=Verdict.MODIFIED)
IN_PLACE = f"src/{LAMP.path}"


def errors(*copies: Copy, **around: Any) -> set[str]:
    """The paths of files with errors in a repository that carries no licence text."""
    found = checked(*copies, **around).findings
    return files_with_errors(found)


def test_the_registrys_word_is_enough() -> None:
    assert not errors(copy_of(LAMP), own="lamp")
    assert errors(copy_of(LAMP), own="lamplight")
    assert errors(copy_of(replace(LAMP, package="")), own="lamp"), "another project of that name"


def test_a_claimed_name_frees_a_file_in_its_place_with_its_notices() -> None:
    kept = copy_of(CHANGED, path=IN_PLACE, text=LAMP_HEADER + CODE)
    gpl = copy_of(replace(CHANGED, licence="GPL-3.0-only"), path=IN_PLACE, text=LAMP_HEADER + CODE)
    assert errors(gpl, names=("harbour",))
    for name in ("lamp", "Lamp", "example/lamp"):
        assert not checked(kept, names=(name,), LICENSE=APACHE).findings
        assert errors(gpl, names=(name,)), "the header states another licence than the upstream's"
    headless = copy_of(HEADLESS, path=IN_PLACE)
    assert not checked(headless, names=("lamp",)).findings


def test_a_claimed_name_frees_no_other_file_and_is_named() -> None:
    elsewhere = copy_of(LAMP, path="model.py", text=LAMP_HEADER + CODE)
    renamed = copy_of(LAMP, path="model.py")
    beheaded = copy_of(LAMP, path=IN_PLACE)
    cut = copy_of(LAMP, path=IN_PLACE, text=f"# {LAMP.copyrights[0]}\n{CODE}")
    for copy in (elsewhere, renamed, beheaded, cut):
        found = checked(copy, names=("lamp",)).findings
        assert found
        assert [each.level for each in found] == [each.level for each in checked(copy).findings]
        assert "The name lamp, which this source gives itself, is no proof" in found[0].reason
    assert errors(renamed, beheaded, names=("lamp",)) == {"model.py", IN_PLACE}


def tree(count: int, upstream: UpstreamMatch = CHANGED, header: str = LAMP_HEADER) -> list[Copy]:
    """Changed files of a project in their places."""
    places = [f"lamp/part{number}.py" for number in range(count)]
    return [copy_of(replace(upstream, path=place), path=f"src/{place}", text=header + CODE) for place in places]


def test_many_changed_files_in_their_places_are_the_project_or_all_of_it() -> None:
    many = tree(LEAST_OF_A_TREE)
    new = copy_of(CHANGED, path="src/lamp/new.py")
    assert not errors(*many, new)
    found = checked(*many, new)
    assert {finding.level for finding in found.findings} <= {Level.NOTE}
    assert not any(each.doubt for each in found.attributions), "that it is from there is sure"
    assert errors(*many[1:], new)
    assert errors(*tree(LEAST_OF_A_TREE, header=""), new), "without notices it is nobody's home"


def test_a_tree_excuses_neither_what_lost_its_notices_nor_what_stands_outside() -> None:
    many = tree(LEAST_OF_A_TREE)
    assert errors(*many, copy_of(CHANGED, path=IN_PLACE)) == {IN_PLACE}
    assert errors(*many, copy_of(CHANGED, path="src/harbour/new.py")) == {"src/harbour/new.py"}
    assert errors(*many, copy_of(BEACON, path="src/lamp/new.py")) == {"src/lamp/new.py"}
    replaced = copy_of(CHANGED, path="src/lamp/new.py", text=f"# Copyright 2024 Harbour AI\n{CODE}")
    assert errors(*many, replaced) == {"src/lamp/new.py"}
    sibling = replace(CHANGED, path="lamp/sibling.py")
    assert errors(*many, copy_of(CHANGED, sibling, origin=sibling, path=IN_PLACE)) == {IN_PLACE}


def test_a_tree_of_a_project_makes_nobody_its_publisher() -> None:
    lumen = replace(CHANGED, licence_copyrights=("Copyright 2020 Lumen Labs", *LAMP.copyrights))
    assert errors(*tree(LEAST_OF_A_TREE), copy_of(lumen, path=IN_PLACE), LICENSE=APACHE) == {IN_PLACE}


def unpacked(count: int, upstream: UpstreamMatch = CHANGED, header: str = LAMP_HEADER) -> list[Copy]:
    """Files of a project in the root of its repository, which an upload has in a package."""
    places = [f"part{number}.py" for number in range(count)]
    return [copy_of(replace(upstream, path=f"lamp/{each}"), path=each, text=header + CODE) for each in places]


def test_a_repository_without_a_package_is_the_project_that_an_upload_packed() -> None:
    many = unpacked(LEAST_OF_A_TREE)
    part = copy_of(replace(CHANGED, verdict=Verdict.FRAGMENTS, parts=("dim",), share=0.3), path="tools.py")
    assert not checked(*many, part, names=("lamp",)).findings
    assert checked(*many, names=("harbour",)).findings
    assert checked(*many[1:], names=("lamp",)).findings, "a few files may be copies"
    replaced = copy_of(CHANGED, path="part9.py", text=f"# Copyright 2024 Harbour AI\n{CODE}")
    assert errors(*many, replaced, names=("lamp",)) == {"part9.py"}


def test_a_project_names_its_own_holder_and_not_its_uploaders() -> None:
    lines = ("Copyright (c) 2023 The Uploader", "Copyright (c) 2022 Ada Lamp")
    many = unpacked(LEAST_OF_A_TREE, replace(HEADLESS, licence="MIT", licence_copyrights=lines), "")
    named = "MIT License\n\nCopyright (c) 2022 Ada Lamp\n"
    assert not checked(*many, names=("lamp",), LICENSE=named).findings
    replaced = checked(*many, names=("lamp",), LICENSE=named.replace("Ada Lamp", "Harbour AI")).findings
    assert {each.level for each in replaced if each.rule == "licence-text-missing"} == {Level.WARNING}
    assert errors(*many, LICENSE=named)


def test_a_project_owes_its_descendants_nothing() -> None:
    port = replace(BEACON, licence="AGPL-3.0-only", released="2024-01-01")
    older = replace(BEACON, released="2020-01-01")
    for own in ({"own": "lamp"}, {"names": ("lamp",)}):
        ours = copy_of(port, CHANGED, origin=CHANGED, path=IN_PLACE, text=LAMP_HEADER + CODE)
        assert not checked(ours, **own, LICENSE=APACHE).findings
        from_it = copy_of(older, CHANGED, origin=older, path=IN_PLACE, text=LAMP_HEADER + CODE)
        assert errors(from_it, **own)
    assert not errors(*tree(LEAST_OF_A_TREE), ours, LICENSE=APACHE)


def test_a_port_that_names_the_projects_holders_is_its_descendant_whatever_dates_say() -> None:
    port = replace(BEACON, copyrights=(*LAMP.copyrights, "Copyright 2023 The Beacon team."), appeared_on="2019-01-01")
    ours = copy_of(replace(LAMP, verdict=Verdict.IDENTICAL), port, origin=port, path=IN_PLACE, text=LAMP_HEADER + CODE)
    assert not checked(ours, own="lamp", LICENSE=APACHE).findings


def test_folders_around_a_package_are_no_part_of_its_place() -> None:
    places = [("src/lamp/a.py", "lamp/a.py"), ("lamp/a.py", "src/lamp/a.py"), ("x/lamp/a.py", "src/lamp/a.py")]
    assert all(stands_in_place(path, replace(LAMP, path=place)) for path, place in places)
    assert not stands_in_place("a.py", replace(LAMP, path="lamp/a.py"))
    assert not stands_in_place("blamp/a.py", replace(LAMP, path="lamp/a.py"))
