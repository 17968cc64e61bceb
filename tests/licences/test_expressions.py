"""SPDX licence expressions: what one names, what a copy answers for, and which licence of a whole covers another."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from modelkin.licences.expressions import (
    MOST_CHARACTERS,
    MOST_DEPTH,
    conjunction,
    ids_of_expression,
    is_covered,
    is_expression,
    licences_owed,
    licences_stated,
)
from modelkin.licences.licence_names import licence_ids
from modelkin.notices.notice import read_notice

from ..support.attributed import CODE, LAMP, LAMP_HEADER, checked, copy_of, only
from ..support.cases import failures
from ..support.processor_time import processor_seconds

BOTH = "(MIT OR Apache-2.0) AND GPL-3.0-only"

# An expression, the licences of the whole, and what a copy under the one in the other answers for.
OWED = [
    ("", "MIT", ""),
    ("MIT", "", "MIT"),
    ("MIT License", "ISC", "MIT License"),
    ("GPL-2.0-only OR MIT", "MIT", "MIT"),
    ("GPL-2.0-only OR MIT", "Apache-2.0", "GPL-2.0-only"),
    ("MIT AND Apache-2.0", "MIT", "MIT; Apache-2.0"),
    ("MIT AND MIT", "MIT", "MIT"),
    # AND binds before OR.
    ("MIT AND ISC OR Zlib", "Zlib", "Zlib"),
    ("MIT OR ISC AND Zlib", "ISC", "MIT"),
    ("MIT OR ISC AND Zlib", "ISC; Zlib", "ISC; Zlib"),
    # Parentheses.
    (BOTH, "MIT", "MIT; GPL-3.0-only"),
    (BOTH, "Apache-2.0", "Apache-2.0; GPL-3.0-only"),
    (BOTH, "GPL-3.0-or-later", "MIT; GPL-3.0-only"),
    ("GPL-3.0-only AND (MIT OR Apache-2.0)", "Apache-2.0", "GPL-3.0-only; Apache-2.0"),
    ("(MIT)", "", "MIT"),
    ("((MIT OR (ISC AND Zlib)) AND ((GPL-2.0-only)))", "ISC; Zlib", "ISC; Zlib; GPL-2.0-only"),
    ("(MIT OR ISC) AND (Zlib OR GPL-3.0-only)", "ISC; GPL-3.0-only", "ISC; GPL-3.0-only"),
    # A later version that the licence allows covers it.
    ("MIT OR GPL-2.0-or-later", "GPL-3.0-only", "GPL-2.0-or-later"),
    # Exceptions take duties away from their licence, never all of them.
    ("Apache-2.0 WITH LLVM-exception", "", "Apache-2.0"),
    ("(MIT OR GPL-2.0-only WITH Classpath-exception-2.0) AND ISC", "GPL-2.0-only", "GPL-2.0-only; ISC"),
    # Ids as they were, and a plus.
    ("MIT AND GPL-2.0+", "", "MIT; GPL-2.0-or-later"),
    ("MIT AND LGPL-2.1", "", "MIT; LGPL-2.1-only"),
    ("MIT OR GPL-2.0+", "GPL-3.0-only", "GPL-2.0-or-later"),
    ("(Apache-2.0+ WITH LLVM-exception) AND openrail++", "", "Apache-2.0; openrail++"),
    # Lower case, and any white space.
    ("mit or (apache-2.0 and  bsd-3-clause)", "", "mit"),
    ("mit or(apache-2.0)and gpl-3.0-only", "Apache-2.0; GPL-3.0-only", "apache-2.0; gpl-3.0-only"),
    ("MIT\tOR\nISC", "ISC", "ISC"),
    # Broken ones: nothing is lost, and where they offer nothing but choices they still do.
    ("(MIT", "", "MIT"),
    ("MIT)", "", "MIT"),
    ("(MIT OR ISC", "ISC", "ISC"),
    ("(MIT OR ISC AND GPL-3.0-only", "MIT", "MIT; ISC; GPL-3.0-only"),
    ("MIT OR OR ISC", "ISC", "ISC"),
    ("MIT AND", "", "MIT"),
    ("AND MIT", "", "MIT"),
    ("() AND MIT", "", "MIT"),
    ("(OR) AND GPL-3.0-only", "", "GPL-3.0-only"),
    ("MIT WITH (X) AND ISC", "", "MIT; ISC"),
    ("()", "", ""),
    ("OR", "", ""),
    ("(" * 60 + "MIT OR ISC" + ")" * 60 + " AND GPL-3.0-only", "MIT", "MIT; ISC; GPL-3.0-only"),
    ("(MIT OR ISC) AND GPL-3.0-only" + " AND Zlib" * 200, "MIT", "MIT; ISC; GPL-3.0-only; Zlib"),
]


def split(listed: str) -> tuple[str, ...]:
    return tuple(listed.split("; ")) if listed else ()


def test_a_copy_answers_for_one_of_each_choice_and_for_all_that_holds_beside_it() -> None:
    def owed(case: tuple[str, str]) -> str:
        return "; ".join(licences_owed(case[0], split(case[1])))

    assert not failures(owed, [((expression, whole), expected) for expression, whole, expected in OWED])


Nested = tuple[str, list["Nested"]] | str


def trees() -> st.SearchStrategy[Nested]:
    return st.recursive(
        st.sampled_from(["A", "B", "C", "D"]),
        lambda inner: st.tuples(st.sampled_from([" AND ", " OR "]), st.lists(inner, min_size=2, max_size=3)),
        max_leaves=7,
    )


def written(tree: Nested) -> str:
    return tree if isinstance(tree, str) else f"({tree[0].join(map(written, tree[1]))})"


def choices(tree: Nested) -> set[frozenset[str]]:
    """All ways to take it, by its definition."""
    if isinstance(tree, str):
        return {frozenset([tree])}
    parts = [choices(part) for part in tree[1]]
    if tree[0] == " OR ":
        return set().union(*parts)
    return {frozenset().union(*combined) for combined in product(*parts)}


@given(trees(), st.sets(st.sampled_from(["A", "B", "C", "D"])))
def test_what_is_owed_is_a_choice_and_one_that_the_whole_covers_where_there_is_one(
    tree: Nested, whole: set[str]
) -> None:
    possible, owed = choices(tree), frozenset(licences_owed(written(tree), whole))
    assert owed in possible
    assert owed <= whole or not any(choice <= whole for choice in possible)
    assert set(licences_stated(written(tree))) == frozenset().union(*possible)


def test_the_obligations_of_a_licence_outside_the_choice_are_kept() -> None:
    copy = copy_of(replace(LAMP, licence=BOTH), text=LAMP_HEADER + CODE)
    result = checked(copy, pyproject__toml='[project]\nname = "harbour"\nlicense = "MIT"\n')
    assert {each.licence for each in result.attributions[0].duties} == {"MIT", "GPL-3.0-only"}
    assert "GPL-3.0-only" in only(result, "combination-not-allowed").message


def test_all_ids_of_an_expression_are_named() -> None:
    assert licences_stated("MIT OR Apache-2.0 AND (ISC OR MIT)") == ("MIT", "Apache-2.0", "ISC")


JOINED: list[tuple[Iterable[str], str]] = [
    ([], ""),
    (["MIT"], "MIT"),
    (["MIT", "MIT"], "MIT"),
    (["MIT OR ISC"], "MIT OR ISC"),
    (["MIT", "ISC AND Zlib"], "MIT AND ISC AND Zlib"),
    (["MIT OR ISC", "Zlib"], "(MIT OR ISC) AND Zlib"),
    (["(MIT OR ISC)", "Zlib"], "(MIT OR ISC) AND Zlib"),
    (["(MIT) OR (ISC)", "Zlib"], "((MIT) OR (ISC)) AND Zlib"),
    (["MIT or ISC", "Zlib"], "(MIT or ISC) AND Zlib"),
    (["(MIT OR ISC) AND Zlib", "X11"], "(MIT OR ISC) AND Zlib AND X11"),
]


def test_several_that_all_hold_are_one_expression_that_says_so() -> None:
    assert not failures(conjunction, JOINED)


def test_what_a_tag_may_hold_is_ids_and_operators() -> None:
    taken = ["MIT", "GPL-2.0+", "LicenseRef-a_b", "DocumentRef-x:LicenseRef-y", BOTH, f"({BOTH}) or ISC", "(MIT"]
    taken += [" OR ".join(["MIT"] * 100)]
    refused = ["", "()", "MIT License", "MIT/ISC", "MIT, ISC", "MIT OR", "MIT (ISC)", "x" * (MOST_CHARACTERS + 1)]
    assert [text for text in taken if not is_expression(text)] == []
    assert [text for text in refused if is_expression(text)] == []


TAGS = {
    BOTH: BOTH,
    "((MIT OR Apache-2.0) AND GPL-3.0-only) OR ISC": "((MIT OR Apache-2.0) AND GPL-3.0-only) OR ISC",
    "MIT  OR\tISC": "MIT OR ISC",
    "MIT or GPL-3.0-only": "MIT or GPL-3.0-only",
    "mit and (isc or gpl-3.0-only)": "mit and (isc or gpl-3.0-only)",
    "GPL-2.0 or later": "GPL-2.0-or-later",
    "Apache-2.0 and others": "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception": "Apache-2.0 WITH LLVM-exception",
    " AND ".join(f"Licence-{n}" for n in range(40)): " AND ".join(f"Licence-{n}" for n in range(40)),
}


def test_a_tag_is_read_whole_and_words_that_are_none_by_the_licence_they_name() -> None:
    assert not failures(lambda tag: read_notice(f"# SPDX-License-Identifier: {tag}\n".encode()).licence, TAGS.items())


COVERED = [
    (("MIT", ["Apache-2.0", "MIT"]), True),
    (("mit", ["MIT"]), True),
    (("MIT", ["Apache-2.0"]), False),
    (("GPL-2.0-or-later", ["GPL-3.0-only"]), True),
    (("GPL-2.0-only", ["GPL-3.0-only"]), False),
    (("GPL-3.0-only", ["GPL-3.0-or-later"]), True),
    (("GPL-3.0-or-later", ["GPL-2.0-or-later"]), False),
    (("GPL-3.0-or-later", ["AGPL-3.0-or-later"]), False),
    (("LGPL-2.1-or-later", ["LGPL-3.0-only"]), True),
]


def test_a_later_version_covers_what_allows_it() -> None:
    assert not failures(lambda case: is_covered(*case), COVERED)


def test_licences_without_a_rule_are_not_judged() -> None:
    result = checked(copy_of(replace(LAMP, licence="MIT AND LicenseRef-Nobody"), text=LAMP_HEADER + CODE))
    assert {each.licence for each in result.attributions[0].duties} == {"MIT"}


HOSTILE = [
    " " * 500_000,
    "MIT OR " * 100_000,
    "(" * 500_000,
    "()" * 250_000,
    " WITH" * 100_000,
    "(" * MOST_CHARACTERS,
    "(A OR (B AND " * 80,
    "a or(" * 180 + "b" + ")" * 90,
    "a or(b and(" * (MOST_DEPTH // 2) + "c" + "))" * (MOST_DEPTH // 2),
    " AND ".join(["(A OR B)"] * 70),
    "and( or" * 140,
]


def test_a_hostile_expression_takes_no_time() -> None:
    for hostile in HOSTILE:
        with processor_seconds(at_most=1):
            licences_owed(hostile, ["MIT"])
            licences_stated(hostile)
            conjunction([hostile, "MIT"])
            is_expression(hostile)
            licence_ids(hostile)


@given(st.lists(st.sampled_from(["MIT", "(", ")", " ", "OR", "and", "With", "X Y", "/", "()", "&", "é", "\0"])))
def test_whatever_stands_where_an_expression_should_is_read(pieces: list[str]) -> None:
    text = " ".join(pieces)
    owed = licences_owed(text, ())
    assert set(owed) <= set(licences_stated(text))
    assert ids_of_expression(text, str) is not None
    conjunction([text, "MIT"])


def test_one_id_is_told_without_the_library() -> None:
    code = (
        "import sys\n"
        "from modelkin.licences.licence_names import licence_ids\n"
        "from modelkin.licences.expressions import conjunction, is_expression, licences_owed\n"
        "from modelkin.notices.notice import read_notice\n"
        "licence_ids('apache-2.0'), licences_owed('MIT', ['MIT']), conjunction(['MIT', 'ISC'])\n"
        "is_expression('A OR B')\n"
        "read_notice(b'# SPDX-License-Identifier: Apache-2.0\\n')\n"
        "sys.exit('license_expression' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
