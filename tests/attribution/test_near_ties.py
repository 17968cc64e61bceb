"""Of upstreams that explain nearly the same, which is the source; and what a source dropped on the way."""

from __future__ import annotations

from msgspec.structs import replace

from modelkin.attribution.copies import Copy
from modelkin.attribution.derivation import derivations_of
from modelkin.attribution.repository_view import RepositoryView
from modelkin.repository.model import Declarations
from modelkin.results import Confidence, Direction, Level, LicenceForm, UpstreamMatch, Verdict

from ..support.attributed import APACHE, BEACON, CODE, HEADLESS, LAMP, checked, copy_of, only, rules

MODIFIED = Verdict.MODIFIED
OLD = replace(BEACON, verdict=MODIFIED, share=0.737, appeared_on="2023-04-05", licence="Apache-2.0")
PORT = replace(LAMP, verdict=MODIFIED, share=0.761, appeared_on="2023-06-01", licence="AGPL-3.0-only", copyrights=())


def source(copy: Copy) -> UpstreamMatch:
    return derivations_of(copy, RepositoryView(Declarations()))[0].upstream


def alike(closest: UpstreamMatch, *others: UpstreamMatch, text: str = CODE) -> Copy:
    """A file of that text that is closest to one upstream and nearly as close to others."""
    copy = copy_of(closest, origin=closest, text=text)
    return replace(copy, verdict=replace(copy.verdict, alike=others))


def test_a_few_statements_by_chance_make_no_port_the_source() -> None:
    assert source(alike(PORT, OLD)) == OLD
    assert source(alike(PORT, replace(OLD, appeared_on="2023-07-01"))) == PORT, "the closest is the older one"
    assert source(alike(PORT, replace(OLD, share=0.6))) == PORT, "too far"


def test_what_the_port_added_is_owed_to_it() -> None:
    assert source(alike(replace(PORT, share=0.85), OLD)) != OLD
    assert source(alike(replace(PORT, verdict=Verdict.RENAMED), OLD)) == replace(PORT, verdict=Verdict.RENAMED)


def test_what_the_file_itself_names_comes_before_age() -> None:
    near = replace(PORT, copyrights=("Copyright 2023 Port Inc.",))
    credited = f"# Adapted from {LAMP.url}\n{CODE}"
    assert source(alike(near, OLD, text=credited)) == near
    assert source(alike(OLD, replace(near, share=0.737), text=credited)) == replace(near, share=0.737)
    assert source(alike(near, OLD, text=f"# Copyright 2023 Port Inc.\n{CODE}")) == near
    two = replace(near, copyrights=("Copyright 2023 Port Inc.", "Copyright 2022 Harbour AI"))
    assert source(alike(two, OLD, text=f"# Copyright 2023 Port Inc.\n{CODE}")) == two, "a line that the others lack"


def test_who_names_all_holders_of_another_and_more_is_no_source_of_it() -> None:
    more = replace(PORT, copyrights=(*OLD.copyrights, "Copyright 2023 Port Inc."), appeared_on="2020-01-01")
    assert source(alike(more, OLD)) == OLD
    assert source(alike(replace(OLD, share=0.761), replace(more, share=0.75))).project == OLD.project
    assert source(alike(replace(more, share=0.9), OLD)).project == more.project, "it explains more"


def test_siblings_of_one_project_are_told_apart_by_closeness_alone() -> None:
    assert source(alike(PORT, replace(OLD, project=PORT.project))) == PORT


def test_what_is_younger_than_the_file_is_never_the_source() -> None:
    later = replace(OLD, direction=Direction.LATER)
    assert source(alike(PORT, later)) == PORT
    assert not derivations_of(copy_of(later), RepositoryView(Declarations()))


NANO = replace(HEADLESS, project="nano", package="", path="nano/a.py", url="", licence="MIT", appeared_on="2024-01-01")
TIDE = replace(LAMP, appeared_on="2021-01-01", verdict=MODIFIED, share=0.9)


def test_what_the_source_dropped_is_owed_all_the_same() -> None:
    copy = copy_of(replace(NANO, share=1.0), origin=TIDE)
    found = checked(copy)
    assert only(found, "holder-removed").upstream.startswith("lamp")
    assert only(found, "holder-removed").level is Level.ERROR
    assert {each.upstream.project for each in found.attributions} == {"nano", "lamp"}
    asked = {each.asks for each in found.attributions[1].duties}
    assert len(asked) < len({each.asks for each in checked(copy_of(TIDE)).attributions[0].duties})
    header = f"# {TIDE.copyrights[0]}\n# Licensed under the Apache License, Version 2.0\n"
    kept = copy_of(replace(NANO, share=1.0), origin=TIDE, text=header + CODE)
    assert "holder-removed" not in rules(checked(kept, LICENSE=APACHE))


def test_what_the_source_kept_is_owed_once() -> None:
    keeping = replace(NANO, copyrights=TIDE.copyrights, licence_form=TIDE.licence_form, licence=TIDE.licence)
    assert len(checked(copy_of(keeping, origin=TIDE)).attributions) == 1


def test_only_what_is_surely_the_source_of_the_source_is_owed() -> None:
    doubtful = [
        replace(TIDE, direction=Direction.UNKNOWN),
        replace(TIDE, direction=Direction.OPEN),
        replace(TIDE, verdict=Verdict.FRAGMENTS, share=0.3),
        replace(TIDE, appeared_on="2025-01-01"),
        replace(TIDE, project="nano"),
    ]
    assert not [each for each in doubtful if len(checked(copy_of(NANO, origin=each)).attributions) != 1]
    naming = replace(NANO, copyrights=("Copyright 2024 Nano",), sources=("https://github.com/example/lamp",))
    silent = replace(naming, sources=())
    assert len(checked(alike(naming, TIDE)).attributions) == 2
    assert len(checked(alike(silent, TIDE)).attributions) == 1


def test_what_an_upstream_without_a_date_dropped_of_an_older_one_is_a_warning() -> None:
    """No corpus relates what the user names for one run: the years of their lines tell which is the older."""
    silent = replace(NANO, copyrights=("Copyright 2024 Nano",), released="", appeared_on="")
    given = replace(TIDE, released="", appeared_on="", copyrights=("Copyright 2021 The Tide Authors",))
    found = checked(alike(silent, given))
    assert {each.upstream.project for each in found.attributions} == {"nano", "lamp"}
    (lost,) = (each for each in found.findings if each.rule == "holder-removed" and each.upstream.startswith("lamp"))
    assert (lost.level, lost.confidence) == (Level.WARNING, Confidence.MEDIUM)
    assert lost.reason == "It is older than nano, which is closer to this file and does not name it."
    younger = replace(given, copyrights=("Copyright 2025 The Tide Authors",))
    assert len(checked(alike(silent, younger)).attributions) == 1


def test_all_that_an_upstream_dropped_on_its_way_is_owed_each_line_once() -> None:
    first = replace(TIDE, project="tide", package="tide", appeared_on="2020-01-01")
    second = replace(TIDE, copyrights=(*first.copyrights, "Copyright 2022 Later Labs"), appeared_on="2022-01-01")
    bare = replace(NANO, copyrights=(), licence_form=LicenceForm.NONE)
    found = checked(alike(bare, first, second), LICENSE=APACHE)
    lost = {each.upstream.split()[0]: each.message for each in found.findings if each.rule == "holder-removed"}
    assert set(lost) == {"tide", "lamp"}
    assert "Later Labs" in lost["lamp"]
    assert "Later Labs" not in lost["tide"]
    assert first.copyrights[0] not in lost["lamp"]


def test_under_the_header_of_an_older_project_a_copyleft_port_is_no_source() -> None:
    """A port that names only the older one's holders passed the file on: what it asks for is not owed for a little."""
    port = replace(PORT, share=0.85, copyrights=OLD.copyrights)
    kept = f"# {OLD.copyrights[0]}\n{CODE}"
    assert source(alike(port, OLD, text=kept)) == OLD
    assert source(alike(replace(port, licence="MIT"), OLD, text=kept)).project == port.project
    own = replace(port, copyrights=(*OLD.copyrights, "Copyright 2023 Port Inc."))
    assert source(alike(own, OLD, text=f"{kept}# Copyright 2023 Port Inc.\n")).project == port.project


def test_a_file_in_the_place_of_one_of_equals_is_that_ones() -> None:
    moved = replace(OLD, path="old/nn/layers/model.py", share=0.761, copyrights=())
    kept = replace(PORT, path="port/nn/layers/model.py")
    copy = alike(kept, moved)
    there = replace(copy, verdict=replace(copy.verdict, path="vendored/port/nn/layers/model.py"))
    assert (source(copy), source(there)) == (moved, kept)
    short = replace(kept, path="util/misc.py")
    generic = alike(short, moved)
    assert source(replace(generic, verdict=replace(generic.verdict, path="util/misc.py"))) == moved


def test_an_origin_that_is_far_less_alike_is_a_warning_at_most() -> None:
    older = replace(OLD, path="old/a.py", share=0.4)
    for share, named, level in ((0.4, (), Level.WARNING), (0.7, (), Level.ERROR), (0.4, ("beacon",), Level.ERROR)):
        closest = replace(PORT, licence="MIT", sources=named, licence_form=LicenceForm.NAMED)
        far = replace(older, share=share)
        copy = copy_of(closest, origin=far)
        assert only(checked(copy, LICENSE=APACHE), "holder-removed").level is level


def test_a_credit_of_a_holders_repository_chooses_the_upstream_by_that_holder() -> None:
    theirs = replace(OLD, copyrights=("Copyright (c) Beacon Works",), share=0.63)
    both = replace(PORT, copyrights=("Copyright 2023 Port Inc. and Beacon Works",), licence="MIT")
    for header in (
        "# Modified from https://github.com/beaconworks/far/blob/main/nn/model.py\n",
        "# Reference: https://github.com/beaconworks/far/blob/main/nn/modeling.py\n",
    ):
        assert source(alike(both, theirs, text=header + CODE)) == theirs
    other = "# Reference: https://github.com/beaconworks/far/blob/main/nn/other.py\n"
    assert source(alike(both, theirs, text=other + CODE)) == both, "an idea"


def test_who_kept_all_of_its_source_owes_a_far_older_one_nothing() -> None:
    closest = replace(PORT, licence="MIT", copyrights=("Copyright 2023 Port Inc.",))
    far = replace(OLD, share=0.4)
    kept = f"# {closest.copyrights[0]}\n# Licensed under the MIT License.\n{CODE}"
    headless = replace(closest, copyrights=(), licence_copyrights=closest.copyrights, licence_form=LicenceForm.NONE)
    assert "holder-replaced" not in rules(checked(copy_of(headless, origin=far, text=kept), LICENSE=APACHE))
    assert "holder-removed" in rules(checked(copy_of(headless, origin=far), LICENSE=APACHE))
