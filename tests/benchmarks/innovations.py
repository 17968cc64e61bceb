"""Who was first, where nothing is dated: copies of what upstreams became, and originals beside their later ports."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from random import Random
from typing import NamedTuple

import click

from modelkin.results import Direction, FileVerdict, Innovations, UpstreamMatch

from .edits import edited_statements
from .identifiers import full_renaming, rename_text
from .ports import ORIGINALS, Original
from .releases import LEFT_OUT, python_files, release_root
from .scanning import scan_folder, scan_texts
from .tables import Cell, print_list, print_table

EDITED_SHARE = 0.2
# Fewer statements tell nothing, by the rule that is under test.
LEAST_HELD = 3
LEAST_LINES = 100


class Grown(NamedTuple):
    """A package whose paths changed from ``older``, which the corpus holds, to ``newer``."""

    package: str
    older: str
    newer: str
    paths: int
    """How many are drawn."""


GROWN = (
    Grown("transformers", "4.18.0", "4.41.0", 30),
    Grown("diffusers", "0.12.1", "0.32.2", 15),
    Grown("timm", "0.4.12", "1.0.9", 15),
)
CONFIGURATIONS = 12
_KINDS = re.compile(
    r"transformers/models/.*/(?:modeling|configuration|tokenization)_|diffusers/(?:models|schedulers)/|timm/models/"
)
HELD = ["gained 3 or more", "hold 3 or more", "right", "wrong", "not told", "hold fewer, told all the same"]


@click.command()
@click.option("--seed", default=1, show_default=True)
@click.option("--copies/--no-copies", default=True, help="Scan copies of what upstream paths became.")
@click.option("--ports/--no-ports", default=True, help="Scan originals, their own projects left out of the corpus.")
def main(seed: int, copies: bool, ports: bool) -> None:
    """Ask for the direction of files without a date; list each that is told wrong."""
    answers: list[Answer] = []
    if copies:
        found = [*_copies(seed)]
        print_table("Copies of later releases, undated: in order is right", ["set", "files", *HELD], _rows(found))
        answers += found
    if ports:
        found = [answer for original in ORIGINALS for answer in _ports(original)]
        print_table("Originals and their ports: in order is wrong", ["original", "pairs", *HELD], _rows(found))
        answers += found
    told = [each for each in answers if not each.configuration]
    print_table("All but configurations", ["", "pairs", *HELD], [_row("all", told)])
    print_list("Told wrong", [each.words for each in answers if each.is_wrong])
    print_list("Hold three or more, and not told", [each.words for each in answers if each.holds and not each.is_told])


class Answer(NamedTuple):
    """What was said of one file and one upstream."""

    group: str
    path: str
    match: UpstreamMatch | None
    direction: Direction
    in_order: bool
    """Whether the upstream is the older one in truth."""

    @property
    def configuration(self) -> bool:
        """Whether the file is a configuration, whose statements are all of one form."""
        return "config" in PurePosixPath(self.path).name

    @property
    def innovations(self) -> Innovations:
        """What the file holds of what the upstream gained."""
        return (self.match and self.match.innovations) or Innovations(0, 0)

    @property
    def holds(self) -> bool:
        """Whether it holds as many of them as can tell."""
        return self.innovations.held >= LEAST_HELD

    @property
    def is_told(self) -> bool:
        """Whether a direction is said."""
        return self.direction in (Direction.IN_ORDER, Direction.LATER)

    @property
    def is_wrong(self) -> bool:
        """Whether the direction that is said is not the true one."""
        return self.is_told and (self.direction is Direction.IN_ORDER) != self.in_order

    @property
    def words(self) -> str:
        """The answer on one line."""
        gained = self.innovations
        match = f"{self.match.project} {self.match.path}, share {self.match.share:.2f}" if self.match else "no upstream"
        held = f"holds {gained.held} of {gained.added} since {gained.since or '?'} until {gained.until or '?'}"
        return f"{self.group} {self.path}: {self.direction.value}; {match}; {held}"


def _rows(answers: Iterable[Answer]) -> Iterator[list[Cell]]:
    groups: dict[str, list[Answer]] = {}
    for answer in answers:
        groups.setdefault(f"{answer.group}{', configurations' if answer.configuration else ''}", []).append(answer)
    for name, group in groups.items():
        yield _row(name, group)


def _row(name: str, answers: list[Answer]) -> list[Cell]:
    holding = [each for each in answers if each.holds]
    counts = Counter("wrong" if each.is_wrong else "right" if each.is_told else "not told" for each in holding)
    fewer = sum(each.is_told for each in answers if not each.holds)
    gained = sum(each.innovations.added >= LEAST_HELD for each in answers)
    return [name, len(answers), gained, len(holding), counts["right"], counts["wrong"], counts["not told"], fewer]


def _copies(seed: int) -> Iterator[Answer]:
    """Copies of what the paths of each package became, renamed, then edited as well."""
    for grown in GROWN:
        rng = Random(f"{seed} {grown.package}")
        texts = _drawn(grown, rng)
        renamed = {path: rename_text(text, full_renaming(ast.parse(text), rng)) for path, text in texts.items()}
        edited = {path: edited_statements(text, rng, EDITED_SHARE) for path, text in renamed.items()}
        for how, copies in (("renamed", renamed), ("renamed, a fifth edited", edited)):
            for path, verdict in scan_texts(copies).items():
                match = verdict.upstreams[0] if verdict.upstreams else verdict.later[0] if verdict.later else None
                yield Answer(f"{grown.package} {grown.newer} {how}", path, match, verdict.direction, True)


def _drawn(grown: Grown, rng: Random) -> dict[str, str]:
    """Paths that stand in both releases and have changed; of transformers some configurations as well."""
    older, newer = (release_root(grown.package, version) for version in (grown.older, grown.newer))
    paths = [path for path in python_files(newer) if (older / path).is_file() and _is_held(path)]
    texts = {path: (newer / path).read_text(encoding="utf-8") for path in paths}
    changed = [path for path in paths if _has_changed((older / path).read_text(encoding="utf-8"), texts[path])]
    rng.shuffle(changed)
    code = [path for path in changed if "configuration_" not in path and texts[path].count("\n") >= LEAST_LINES]
    configurations = [path for path in changed if "configuration_" in path]
    return {path: texts[path] for path in sorted([*code[: grown.paths], *configurations[:CONFIGURATIONS]])}


def _is_held(path: str) -> bool:
    """Whether the shipped corpus holds files of that kind."""
    return _KINDS.match(path) is not None and not LEFT_OUT.search(path) and "flax" not in path


def _has_changed(older: str, newer: str) -> bool:
    """Whether a tenth of its lines, and ten at least, are new."""
    before = {line.strip() for line in older.splitlines()}
    lines = [line.strip() for line in newer.splitlines() if line.strip()]
    added = sum(line not in before for line in lines)
    return added >= max(10, len(lines) / 10)


def _ports(original: Original) -> Iterator[Answer]:
    """Each file of an original that a port of it is named for, whether as upstream or as later."""
    root = release_root(original.package, original.version)
    for path, verdict in scan_folder(root, exclude_upstreams=original.excluded).items():
        yield from (
            Answer(root.name, path, match, match.direction, False)
            for match in _matches(verdict).values()
            if original.is_port(match)
        )


def _matches(verdict: FileVerdict) -> Mapping[tuple[str, str], UpstreamMatch]:
    matches = [*([verdict.origin] if verdict.origin else []), *verdict.later, *verdict.upstreams]
    return {(match.project, match.path): match for match in matches}


if __name__ == "__main__":
    main()
