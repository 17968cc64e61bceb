"""A README's credit for another project: held only against a file that it speaks of."""

from __future__ import annotations

from ..support.attributed import BEACON, CODE, LAMP, LAMP_HEADER, checked, copy_of, only, rules
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
