"""Files that others wrote and that came along: under a notice or in a tree of theirs, or by the holder of LICENSE."""

from __future__ import annotations

from msgspec.structs import replace

from modelkin.attribution.copies import CheckResult, Copy
from modelkin.results import Level, LicenceForm, UpstreamMatch, Verdict

from ..support.attributed import APACHE, CODE, HEADLESS, LAMP, MIT, checked, copy_of, only, rules

OLD_LINE = "# Copyright (c) 2021 Quay Works\n"
GPL = "# Released under the GNU General Public License v3.0\n"
BARE = replace(HEADLESS, appeared_on="2022-03-01")


def worst(found: CheckResult) -> Level:
    return max((each.level for each in found.findings), key=(Level.NOTE, Level.WARNING, Level.ERROR).index)


def test_under_the_older_line_of_another_who_was_first_is_open() -> None:
    cases = {
        OLD_LINE: Level.WARNING,
        OLD_LINE.replace("2021 ", ""): Level.WARNING,
        OLD_LINE.replace("2021", "2023"): Level.ERROR,
        OLD_LINE.replace("Quay Works", "Harbour AI"): Level.ERROR,
        "": Level.ERROR,
    }
    for header, level in cases.items():
        assert worst(checked(copy_of(BARE, text=header + CODE), LICENSE=MIT)) is level, header


def test_a_file_that_names_the_upstream_as_its_source_has_it_from_there() -> None:
    upstream = replace(LAMP, appeared_on="2022-03-01")
    said = f"{OLD_LINE}# Modified from {LAMP.url}\n{CODE}"
    assert worst(checked(copy_of(upstream, text=said), LICENSE=MIT)) is Level.ERROR


def test_an_upstream_with_a_header_is_answered_by_an_earlier_year_alone() -> None:
    upstream = replace(LAMP, appeared_on="2022-03-01")
    for header, level in ((OLD_LINE, Level.WARNING), (OLD_LINE.replace("2021", "2022"), Level.ERROR)):
        assert worst(checked(copy_of(upstream, text=header + CODE), LICENSE=MIT)) is level


def test_where_nobody_is_named_in_license_other_terms_tell_whose_a_header_is() -> None:
    for header, level in ((OLD_LINE + GPL, Level.WARNING), (OLD_LINE, Level.ERROR)):
        found = checked(
            copy_of(replace(BARE, licence="MIT", licence_copyrights=LAMP.copyrights), text=header + CODE),
            LICENSE=APACHE,
        )
        assert only(found, "licence-text-missing").level is level


def test_an_upstream_that_names_a_source_may_have_it_from_a_younger_line() -> None:
    younger = OLD_LINE.replace("2021", "2023") + CODE
    told = replace(BARE, sources=("https://github.com/ada/beacon",))
    assert worst(checked(copy_of(told, text=younger), LICENSE=MIT)) is Level.WARNING


def test_a_folder_under_the_license_of_another_was_brought_along() -> None:
    copy = copy_of(BARE, path="vendored/model.py")
    theirs = {"LICENSE": MIT, "vendored/LICENSE": MIT.replace("Harbour AI", "Quay Works")}
    assert worst(checked(copy, files=theirs)) is Level.WARNING
    own = {"LICENSE": MIT, "vendored/LICENSE": MIT}
    assert worst(checked(copy, files=own)) is Level.ERROR


def test_several_licences_called_after_parts_are_of_no_folder() -> None:
    text = MIT.replace("Harbour AI", "Quay Works")
    files = {"LICENSE": MIT, "vendored/LICENSE_quay": text, "vendored/LICENSE_lamp": APACHE}
    assert worst(checked(copy_of(BARE, path="vendored/model.py"), files=files)) is Level.NOTE, "the text is there"
    del files["vendored/LICENSE_lamp"]
    assert worst(checked(copy_of(BARE, path="vendored/model.py"), files=files)) is Level.ERROR


def test_a_holder_may_put_his_own_work_under_other_terms() -> None:
    upstream = replace(LAMP, copyrights=("Copyright 2022 Harbour AI and Quay Works",))
    kept = f"# {upstream.copyrights[0]}\n{CODE}"
    assert only(checked(copy_of(upstream, text=kept), LICENSE=MIT), "relicensed").level is Level.NOTE
    other = MIT.replace("Harbour AI", "Harbour AI and Ada Beacon")
    assert only(checked(copy_of(upstream, text=kept), LICENSE=other), "relicensed").level is Level.ERROR
    strict = replace(upstream, licence="AGPL-3.0-only")
    found = checked(copy_of(strict, text=kept), LICENSE=MIT)
    assert only(found, "combination-not-allowed").level is Level.WARNING


QUAY = replace(LAMP, project="quay", package="quay", verdict=Verdict.MODIFIED, homepage="https://github.com/quay/quay")
QUAY_HEADER = f"# {LAMP.copyrights[0]}\n# Licensed under the Apache License, Version 2.0\n"


def tree() -> list[Copy]:
    """Files of a project called quay in their places, with its notices."""
    places = [f"quay/part{number}.py" for number in range(5)]
    return [copy_of(replace(QUAY, path=place), path=place, text=QUAY_HEADER + CODE) for place in places]


def among(upstream: UpstreamMatch, text: str = GPL + CODE, names: tuple[str, ...] = ()) -> Level:
    held = copy_of(upstream, path="quay/models/other.py", text=text)
    found = checked(*tree(), held, names=names, LICENSE=APACHE)
    return max(
        (each.level for each in found.findings if each.region.path == held.verdict.path),
        key=(Level.NOTE, Level.WARNING, Level.ERROR).index,
    )


def test_a_file_of_another_projects_tree_may_have_its_code_from_a_third() -> None:
    beacon = replace(LAMP, project="beacon", package="beacon", copyrights=("Copyright 2022 Ada Beacon",), url="")
    assert among(beacon) is Level.WARNING
    assert among(beacon, CODE) is Level.ERROR, "a file that says nothing need not be of the tree"
    assert among(beacon, names=("quay",)) is Level.ERROR, "the source says that it is that project"


def test_a_tree_by_the_publisher_of_the_upstream_is_a_note() -> None:
    older = replace(
        LAMP, project="lamps", homepage="https://github.com/Quay/lamps", url="https://pypi.org/project/x/1/"
    )
    assert among(older, names=("quay",)) is Level.NOTE
    assert among(replace(older, homepage=""), names=("quay",)) is Level.ERROR, "a registry publishes nothing"


def test_what_a_source_has_from_the_same_publisher_is_not_asked_for_again() -> None:
    newer = replace(LAMP, homepage="https://github.com/quay/lamp", appeared_on="2022-03-01", copyrights=())
    newer = replace(newer, licence_form=LicenceForm.NONE)
    older = replace(LAMP, project="lamps", path="lamps/a.py", appeared_on="2021-01-01", share=0.8)
    for homepage, asked in (("https://github.com/quay/lamps", False), ("https://github.com/ada/lamps", True)):
        copy = copy_of(newer, replace(older, homepage=homepage), origin=newer)
        assert ("holder-removed" in rules(checked(copy, LICENSE=APACHE))) is asked


def test_a_licence_of_the_folder_by_who_publishes_the_upstream_is_no_thirds() -> None:
    """An upload by others says of no file whose it is; the address of its project does."""
    for owner, level in (("quayworks", Level.ERROR), ("harbour", Level.WARNING)):
        upstream = replace(BARE, homepage=f"https://github.com/{owner}/lamp", licence_copyrights=())
        files = {"LICENSE": MIT, "lamp/LICENSE": MIT.replace("Harbour AI", "Quay Works")}
        found = checked(copy_of(upstream, path="lamp/nn.py"), files=files)
        assert only(found, "relicensed").level is level
