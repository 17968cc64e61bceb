"""Grades of attribution, and credits that are wrong, bare or absent."""

from __future__ import annotations

from msgspec.structs import replace

from modelkin.results import DefinitionMatch, Grade, Level, Verdict

from ..support.attributed import APACHE, BEACON, CODE, HEADLESS, LAMP, LAMP_HEADER, checked, copy_of, only, rules

LINK = "https://github.com/example/lamp/blob/v1.0/lamp/modeling_lamp.py"
ELSEWHERE = "# Adapted from https://github.com/ada/beacon/blob/main/beacon/model.py\n"


GRADES = [
    (LAMP_HEADER, Grade.FULL_NOTICE),
    (f"# Adapted from lamp: {LINK}\n", Grade.NAMED_WITH_LINK),
    ("# Adapted from Lamp\n", Grade.NAMED),
    (f"# Adapted from {LINK}\n", Grade.LINK_ONLY),
    (ELSEWHERE, Grade.NONE),
    ("# Copyright 2024 Harbour AI\n", Grade.NONE),
    ("", Grade.NONE),
]


def test_attribution_is_graded() -> None:
    results = {header: checked(copy_of(LAMP, text=header + CODE), LICENSE=APACHE) for header, _ in GRADES}
    grades = {header: result.attributions[0].grade for header, result in results.items()}
    assert grades == dict(GRADES)


def test_a_notice_file_that_names_the_project_counts() -> None:
    named = checked(copy_of(LAMP), LICENSE=APACHE, NOTICE="Includes code of lamp.\n").attributions[0]
    assert named.grade is Grade.NAMED
    linked = checked(copy_of(LAMP), LICENSE=APACHE, NOTICE="Includes https://github.com/example/lamp\n").attributions[0]
    assert linked.grade is Grade.NAMED_WITH_LINK


def test_a_headless_upstream_is_fully_noticed_by_line_and_name() -> None:
    headless = replace(HEADLESS, licence="MIT", licence_copyrights=("Copyright (c) 2021 Ada Beacon",))
    notices = f"lamp, {LINK}\nCopyright (c) 2021 Ada Beacon\n\nLicensed under the MIT License.\n"
    result = checked(copy_of(headless), LICENSE=APACHE, THIRD_PARTY_NOTICES=notices)
    assert result.attributions[0].grade is Grade.FULL_NOTICE
    assert rules(result) == set()


def test_a_credit_for_another_project_silences_nothing() -> None:
    without, credited = checked(copy_of(LAMP)), checked(copy_of(LAMP, text=ELSEWHERE + CODE))
    assert rules(without) - {"changes-not-stated"} < rules(credited)
    finding = only(credited, "credit-names-another")
    assert finding.level is Level.WARNING
    assert "lamp 1.0 lamp/modeling_lamp.py" in finding.message
    assert only(credited, "holder-removed").level is Level.ERROR


def test_what_is_not_much_alike_may_stand_on_what_it_credits() -> None:
    loose = replace(LAMP, verdict=Verdict.MODIFIED, share=0.6)
    found = checked(copy_of(loose, text=ELSEWHERE + CODE), LICENSE=APACHE)
    assert only(found, "holder-removed").level is Level.WARNING
    assert only(checked(copy_of(loose), LICENSE=APACHE), "holder-removed").level is Level.ERROR


def test_a_credit_for_a_holder_of_the_upstream_came_along_with_its_code() -> None:
    loose = replace(LAMP, verdict=Verdict.MODIFIED, share=0.6, copyrights=("Copyright 2022 Meridian and Lumen Labs",))
    theirs = f"# Adapted from https://huggingface.co/meridian/lantern-7b/blob/main/lantern.py\n{CODE}"
    result = checked(copy_of(loose, text=theirs), LICENSE=APACHE)
    assert only(result, "holder-removed").level is Level.ERROR
    assert "credit-names-another" not in rules(result)


def test_a_credit_inside_a_function_speaks_for_no_file() -> None:
    copy = copy_of(LAMP, text=f"{CODE}    # adapted from https://github.com/ada/beacon/blob/main/beacon/model.py\n")
    definition = DefinitionMatch("Harbour", 4, 6, Verdict.RENAMED, 1.0, 9, 3, 3)
    inside = replace(copy, verdict=replace(copy.verdict, definitions=(definition,)))
    assert "credit-names-another" not in rules(checked(inside, LICENSE=APACHE))


def test_a_credit_for_any_upstream_the_file_stands_on_is_right() -> None:
    further = replace(BEACON, share=0.3, verdict=Verdict.FRAGMENTS)
    assert "credit-names-another" not in rules(checked(copy_of(LAMP, further, text=ELSEWHERE + CODE), LICENSE=APACHE))


def test_a_credit_for_the_own_project_is_no_wrong_one() -> None:
    assert "credit-names-another" not in rules(checked(copy_of(LAMP, text=ELSEWHERE + CODE), own="beacon"))


def test_an_unnamed_source_is_a_note() -> None:
    assert only(checked(copy_of(HEADLESS), LICENSE=APACHE), "source-unnamed").level is Level.NOTE


def test_the_path_of_a_release_names_its_project() -> None:
    own = copy_of(HEADLESS, path="lamp/modeling_lamp.py", own_release="lamp 1.0")
    assert "source-unnamed" not in rules(checked(own, LICENSE=APACHE))


def test_a_readme_that_credits_another_is_no_answer() -> None:
    readme = "# Harbour\n\n## Credits\n\nThis project is based on [beacon](https://github.com/ada/beacon).\n"
    found = checked(copy_of(LAMP), README__md=readme)
    finding = only(found, "credit-names-another")
    assert finding.region.path == "README.md"
    assert "lamp" in finding.message
    assert {"holder-removed", "licence-text-missing"} <= rules(found)


def test_a_readme_is_not_doubted_where_headers_are_kept() -> None:
    readme = "# Harbour\n\n## Credits\n\nThis project is based on [beacon](https://github.com/ada/beacon).\n"
    kept = copy_of(LAMP, text=LAMP_HEADER + CODE)
    assert "credit-names-another" not in rules(checked(kept, LICENSE=APACHE, README__md=readme))
