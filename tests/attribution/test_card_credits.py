"""A README's credit for another project: held only against a file that it speaks of."""

from __future__ import annotations

from ..support.attributed import APACHE, BEACON, CODE, HEADLESS, LAMP, LAMP_HEADER, checked, copy_of, only, rules
from ..support.cases import failures

URL = "https://github.com/quay/cove"
# The README, the path of the copy, and whether the README's credit could be for it.
READMES: list[tuple[tuple[str, str, str], bool]] = [
    (("README.md", f"This project is based on [cove]({URL}).", "modeling.py"), True),
    (("README.md", f"This project is based on [cove]({URL}).", "ours/nets/modeling.py"), True),
    (("README.md", f"Our code is heavily\nmodified from {URL} of 2021.", "modeling.py"), True),
    (("README.md", f"* `nets/modeling.py` is adapted from {URL}", "ours/nets/modeling.py"), True),
    (("README.md", f"The evaluation is adapted from {URL}.", "evaluation/modeling.py"), True),
    (("nets/README.md", f"This code is adapted from {URL}.", "nets/modeling.py"), True),
    (("README.md", f"This project is based on {URL} and {URL}2.", "modeling.py"), False),
    # Of another folder, of another part, of nothing.
    (("demo/README.md", f"This code is adapted from {URL}.", "ours/modeling.py"), False),
    (("README.md", f"* `nets/other.py` is adapted from {URL}", "ours/nets/modeling.py"), False),
    (("README.md", f"The evaluation is adapted from {URL}.", "ours/modeling.py"), False),
    (("README.md", f"The web demo is based on {URL}. This code is ours.", "ours/modeling.py"), False),
    (("README.md", f"## Acknowledgement\n\n* [cove]({URL})", "modeling.py"), False),
    (("README.md", f"## Thanks\n\nThanks to [cove]({URL}) for their great work.", "modeling.py"), False),
]


def test_a_readme_is_held_only_against_what_it_speaks_of() -> None:
    def is_reported(case: tuple[str, str, str]) -> bool:
        readme, text, path = case
        found = checked(copy_of(LAMP, path=path), files={readme: f"# Harbour\n\n{text}\n", "notes.txt": ""})
        return "credit-names-another" in rules(found)

    assert not failures(is_reported, READMES)


def test_a_credit_for_what_another_file_is_from_is_for_that_one() -> None:
    readme = f"# Harbour\n\nThis code is adapted from {BEACON.url.partition('/blob')[0]}.\n"
    alone = checked(copy_of(LAMP), README__md=readme)
    assert only(alone, "credit-names-another").region.first_line == 3
    other = copy_of(BEACON, path="other.py", text=f"# {BEACON.copyrights[0]}\n{CODE}")
    assert "credit-names-another" not in rules(checked(copy_of(LAMP), other, README__md=readme))


def test_of_files_whose_notices_are_kept_nothing_is_asked() -> None:
    readme = f"# Harbour\n\nThis project is based on [cove]({URL}).\n"
    assert "credit-names-another" not in rules(checked(copy_of(LAMP, text=LAMP_HEADER + CODE), README__md=readme))


def test_a_bare_link_of_a_readme_is_told_at_the_copy_and_not_at_the_readmes_line() -> None:
    readme = "# Harbour\n" + "\n" * 300 + "Built upon the code of https://github.com/example/lamp.\n"
    found = only(checked(copy_of(HEADLESS), LICENSE=APACHE, files={"README.md": readme}), "credit-link-only")
    assert (found.region.path, found.region.first_line) == ("modeling.py", 1)


def test_a_reference_to_the_very_file_names_the_source() -> None:
    """What else is referred to may be an idea alone."""
    link = "https://github.com/example/fork-of-lamp/blob/main/"
    told = {}
    for path in (LAMP.path, "lamp/other.py"):
        text = f'"""References: {link}{path}"""\n{CODE}'
        told[path] = {each.rule for each in checked(copy_of(HEADLESS, text=text), LICENSE=APACHE).findings}
    assert "credit-link-only" in told[LAMP.path]
    assert "source-unnamed" not in told[LAMP.path]
    assert "source-unnamed" in told["lamp/other.py"]
