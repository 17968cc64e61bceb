"""Plain code without its names and strings is evidence of nothing; with them, and beside other code, it is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from itertools import cycle, islice

import pytest

from modelkin.fingerprints.statement_cache import StatementCache
from modelkin.matching.distinctive import STORED_NAME, Telling, telling
from modelkin.matching.ranking import VerdictOptions
from modelkin.pipeline import Examiner
from modelkin.results import Verdict
from modelkin.sources.files import SourceFile

from ..support.sequences import normalised
from ..support.small_corpora import ATTENTION, Upstream, corpus_of

FIRST = "amber birch cedar delta ember fjord grove haven inlet jetty knoll larch maple north otter pearl".split()
SECOND = "anvil bolt clamp drill edge file gauge hinge iron jack key lathe mallet nail oil plane".split()


def verdict(text: str, upstream: str) -> Verdict:
    """What ``text`` is to the only upstream there is."""
    corpus = corpus_of(Upstream(files={"lantern/known.py": upstream}))
    file = SourceFile("file.py", text.encode(), hashlib.sha256(text.encode()).hexdigest())
    return Examiner([corpus], VerdictOptions()).examine(file).verdict.verdict


def told(text: str) -> Telling:
    """What tells the statements of ``text`` apart."""
    cache = StatementCache()
    return telling(normalised(text, cache), cache.names.hashes)


def words(of: list[str], count: int) -> list[str]:
    """So many names of these."""
    return [f"{word}_{number}" if number >= len(of) else word for number, word in enumerate(islice(cycle(of), count))]


def table(of: list[str]) -> str:
    pairs = "".join(f'    "{word}": "The {word} of the house",\n' for word in words(of, 99))
    return f"{of[0].upper()} = {{\n{pairs}}}\n"


def numbered(of: list[str]) -> str:
    pairs = "".join(f'    "{word}": {number},\n' for number, word in enumerate(words(of, 90)))
    return f"{of[0].upper()} = {{\n{pairs}}}\n"


def options(of: list[str]) -> str:
    forms = (
        "type=int, default=3",
        "type=str, default=None",
        'action="store_true"',
        "type=float, default=0.1",
        "nargs=2",
        "type=int, required=True",
        'choices=["one", "two"]',
        "type=str, default=None, required=False",
    )
    lines = "".join(
        f'    parser.add_argument("--{word}", {form}, help="The {word}.")\n'
        for word, form in zip(words(of, 16), cycle(forms), strict=False)
    )
    return f"import argparse\n\n\ndef {of[0]}():\n    parser = argparse.ArgumentParser()\n{lines}    return parser\n"


def click_options(of: list[str]) -> str:
    forms = ("type=int, default=3", "is_flag=True", "required=True", "multiple=True", "type=str, show_default=True")
    lines = "".join(
        f'@click.option("--{word}", {form}, help="The {word}.")\n'
        for word, form in zip(words(of, 15), cycle(forms), strict=False)
    )
    return f"import click\n\n\n@click.command()\n{lines}def {of[0]}(**given):\n    run(given)\n"


def fields(of: list[str]) -> str:
    forms = (
        "int = 1",
        "str = ''",
        "list = field(default_factory=list)",
        "float = 0.5",
        "bool = False",
        "object = None",
    )
    lines = "".join(f"    {word}: {form}\n" for word, form in zip(words(of, 24), cycle(forms), strict=False))
    return f"@dataclass\nclass {of[0].title()}:\n{lines}"


def members(of: list[str]) -> str:
    lines = "".join(f"    {word.upper()} = {number}\n" for number, word in enumerate(words(of, 40)))
    return f"class {of[0].title()}(Enum):\n{lines}"


def exports(of: list[str]) -> str:
    imports = "".join(f"from .{word} import {word.title()}\n" for word in words(of, 40))
    names = "".join(f'    "{word.title()}",\n' for word in words(of, 40))
    return f"{imports}\n__all__ = [\n{names}]\n"


def dispatch(of: list[str]) -> str:
    pairs = "".join(f'    "{word}": {word}_handler,\n' for word in words(of, 60))
    return f"{of[0].upper()} = {{\n{pairs}}}\n"


def logs(of: list[str]) -> str:
    lines = "".join(f'    logger.info("{word} is %s and %s", {word}, state.{word})\n' for word in words(of, 30))
    return f"def {of[0]}(logger, state):\n{lines}"


def model_fields(of: list[str]) -> str:
    forms = ("CharField(max_length=100)", "IntegerField(default=0)", "DateField(null=True, blank=True)", "TextField()",
             'CharField(max_length=20, choices=KINDS, default="a")', "BooleanField(default=False)")  # fmt: skip
    lines = "".join(f"    {word} = models.{form}\n" for word, form in zip(words(of, 24), cycle(forms), strict=False))
    return f"class {of[0].title()}(models.Model):\n{lines}"


def stubs(of: list[str]) -> str:
    shapes = ("self, {0}", "self", "self, {0}, {1}=None", "self, *{0}s, **{1}s", "self, {0}, {1}=True")
    lines = "".join(
        f"    @abstractmethod\n    def {word}({shape.format(of[1], of[2])}):\n        raise NotImplementedError\n\n"
        for word, shape in zip(words(of, 25), cycle(shapes), strict=False)
    )
    return f"class {of[0].title()}(ABC):\n{lines}"


def attributes(of: list[str]) -> str:
    names = words(of, 30)
    lines = "".join(f"        self.{word} = {word}\n" for word in names)
    head = f"    def __init__(self, {', '.join(names)}):\n        super().__init__()\n"
    return f"class {of[0].title()}(Base):\n{head}{lines}"


def properties(of: list[str]) -> str:
    lines = "".join(
        f"    @property\n    def {word}(self):\n        return self._{word}\n\n"
        f"    @{word}.setter\n    def {word}(self, value):\n        self._{word} = value\n\n"
        for word in words(of, 15)
    )
    shown = ", ".join(f"{word}={{self.{word}!r}}" for word in words(of, 15))
    return f'class {of[0].title()}:\n{lines}    def __repr__(self):\n        return f"{of[0]}({shown})"\n'


def setup(of: list[str]) -> str:
    return f"""\
from setuptools import find_packages, setup

setup(
    name="{of[0]}",
    version="{len(of[1])}.2",
    description="{of[2]} {of[3]}",
    author="{of[4]}",
    url="https://example.org/{of[5]}",
    packages=find_packages(exclude=["{of[6]}"]),
    install_requires={words(of, 12)},
    extras_require={{"{of[7]}": {words(of, 5)}, "{of[8]}": {words(of, 3)}}},
    entry_points={{"console_scripts": ["{of[9]} = {of[0]}.cli:main"]}},
    classifiers={words(of, 9)},
    python_requires=">=3.8",
    include_package_data=True,
    zip_safe=False,
)
"""


def checks(of: list[str]) -> str:
    lines = "".join(
        f'def test_{word}():\n    assert {of[0]}("{word}") == "{word}s"\n    assert len({of[1]}(0)) == {number}\n\n\n'
        for number, word in enumerate(words(of, 20))
    )
    return f"from {of[2]} import {of[0]}, {of[1]}\n\n\n{lines}"


def patterns(of: list[str]) -> str:
    rows = "".join(f'    (re.compile(r"{word}+"), "{word}", {word.upper()}),\n' for word in words(of, 40))
    return f'{of[0].upper()} = [\n{rows}]\n{of[1].upper()} = """SELECT {of[2]} FROM {of[3]}"""\n'


PLAIN = (
    table,
    numbered,
    options,
    click_options,
    fields,
    members,
    exports,
    dispatch,
    logs,
    model_fields,
    stubs,
    attributes,
    properties,
    setup,
    checks,
    patterns,
)


@pytest.mark.parametrize("kind", PLAIN)
def test_plain_code_with_other_names_and_strings_is_independent(kind: Callable[[list[str]], str]) -> None:
    assert verdict(kind(SECOND), kind(FIRST)) is Verdict.INDEPENDENT


@pytest.mark.parametrize("kind", [fields, model_fields, attributes])
def test_plain_code_with_its_names_is_the_upstreams(kind: Callable[[list[str]], str]) -> None:
    assert verdict(kind(FIRST), kind(FIRST)) is Verdict.IDENTICAL


def test_a_table_beside_copied_code_changes_nothing() -> None:
    copy = ATTENTION.replace("Attention", "Focus")
    alone, beside = (verdict(text, ATTENTION + table(FIRST)) for text in (copy, copy + table(SECOND)))
    assert (alone, beside) == (Verdict.RENAMED, Verdict.RENAMED)


def test_numbers_that_are_not_usual_tell_a_table() -> None:
    rows = [f"({number * 0.37 + 0.013:.3f}, {number * 1.91 + 0.007:.3f})" for number in range(30)]
    text = "KERNEL = [\n    " + ",\n    ".join(rows) + ",\n]\n"
    assert told(text).bare[0] > 50
    assert told(numbered(FIRST)).bare[0] < 2


def test_what_repeats_in_a_statement_counts_once() -> None:
    short, long = (told(f"rows = [call(a[0]), {', '.join(['call(b[1])'] * count)}]").bare[0] for count in (2, 40))
    assert short == long


def test_what_stands_in_a_file_twice_counts_once() -> None:
    line = "        total[key] = weight * value[index] + offset\n"
    function = "def fold(total, key, weight, value, index, offset):\n    for key in total:\n{}    return total\n"
    assert (
        verdict(function.format(line * 40), function.format(line * 40).replace("fold", "bend")) is Verdict.INDEPENDENT
    )


def test_single_statements_here_and_there_are_no_fragment() -> None:
    lines = [line for line in ATTENTION.splitlines() if line.startswith("        ") and "=" in line]
    own = "".join(
        f"def {word}(self, width, heads, hidden, mask, scores, weights, dropout):\n{line}\n"
        + "".join(f"        {word}.{other}({number}, {word}[{number}:])\n" for number, other in enumerate(FIRST))
        for word, line in zip(SECOND, lines, strict=False)
    )
    assert verdict(own, ATTENTION) is Verdict.INDEPENDENT


def test_a_name_that_a_statement_gives_is_what_it_is_about() -> None:
    given = told('width: int = field(default=12, metadata={"help": "How wide."})')
    called = told('parser.add_argument("--width", type=int, default=12, help="How wide.")')
    assert given.named[0] >= STORED_NAME or given.named[-1] >= STORED_NAME
    assert max(called.named) < STORED_NAME


def test_a_list_does_not_become_structure_by_a_sum_in_it() -> None:
    names = ", ".join(f"{name}=value" for name in words(FIRST, 30))
    assert max(told(f"call({names}, scale=value + 1)").bare) < 12


WORDED = """\
def _tide_offsets(levels):
    return sorted(levels)


def settle(levels, depth):
    offsets = _tide_offsets(levels[depth:])
    return [offset / depth for offset in offsets if offset > depth]
"""
# Code of one's own before it.
OWN = "\n\n".join(
    f"def step_{n}(a, b):\n    if a > {n}:\n        return b - a * {n}\n    return [a] * {n + 3}\n"
    for n in range(300, 318)
)


@pytest.mark.parametrize(("word", "parts"), [("_tide_offsets", ("lower",)), ("_sea_marks", ())])
def test_a_small_definition_is_a_part_where_it_calls_what_the_upstream_alone_defines(
    word: str, parts: tuple[str, ...]
) -> None:
    copied = WORDED[WORDED.index("def settle") :].replace("_tide_offsets", word)
    for name, new in {"settle": "lower", "offsets": "found", "levels": "rows", "depth": "start"}.items():
        copied = copied.replace(name, new) if name != "offsets" else re.sub(r"\boffsets\b", new, copied)
    corpus = corpus_of(Upstream("harbour", files={"tides.py": ATTENTION + WORDED}), Upstream("lantern"))
    seen = Examiner([corpus], VerdictOptions()).examine(SourceFile("own.py", f"{OWN}\n\n{copied}".encode(), ""))
    assert [each.parts for each in seen.verdict.upstreams] == ([parts] if parts else [])
