"""Which licence stands in a real file, as it is and changed; and is one found in files that are no licences?"""

from __future__ import annotations

import re
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

import click

from modelkin.errors import ModelkinError
from modelkin.licences.identify import LicenceMatch, identify
from modelkin.sources import open_source
from modelkin.sources.checkout import Entry

from .figures import share
from .licence_files import LicenceFile, listed, read
from .tables import Cell, print_list, print_table

# Releases whose Python files, READMEs and metadata should hold no licence but those that they name.
OTHERS = (
    "timm==1.0.31", "transformers==4.57.6", "diffusers==0.42.1", "peft==0.21.2", "speechbrain==1.1.2",
    "torchtune==0.6.1", "trl==1.16.0", "sglang==0.4.10.post2", "networkx==3.4.2", "docutils==0.21.2",
)  # fmt: skip
# What a file must say, in some form, for a licence to be found in it. What is not listed may not be found at all.
SAYING = {
    "Apache-2.0": r"apache license",
    "MIT": r"permission is hereby granted|mit licen[cs]e",
    "BSD-3-Clause": r"redistributions of source code|3-clause",
    "BSD-2-Clause": r"redistributions of source code|2-clause",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is found in a text of the list, the largest first, and in how many seconds."""

    file: LicenceFile
    found: tuple[str, ...]
    seconds: float

    @property
    def is_right(self) -> bool:
        """Whether all its licences are found, and no other."""
        return set(self.found) == set(self.file.licences)

    @property
    def others(self) -> set[str]:
        """What is found that is not there."""
        return set(self.found) - set(self.file.licences)


@click.command()
@click.option(
    "--repositories",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where files of repositories are kept as OWNER/NAME/PATH; others are fetched over git.",
)
@click.option("--others", default=500, show_default=True, help="How many source files and READMEs to draw.")
@click.option("--seed", default=7, show_default=True, help="Draws those files, and the words that are lost.")
def main(repositories: Path | None, others: int, seed: int) -> None:
    """Licences of real texts that the data was not built from, and of files that are no licences."""
    texts, skipped = _texts(repositories)
    answers = [_answer(file, text) for file, text in texts]
    _print_kinds(answers)
    print_list("Wrong", map(_line, (answer for answer in answers if not answer.is_right)))
    _print_changes(texts, answers, seed)
    _print_others(others, seed)
    print_list("Not had", skipped)


def _texts(repositories: Path | None) -> tuple[list[tuple[LicenceFile, str]], list[str]]:
    texts, skipped = [], []
    for file in listed():
        try:
            texts.append((file, read(file, repositories)))
        except ModelkinError as error:  # noqa: PERF203
            skipped.append(f"{file.source} {file.path}: {str(error)[:110]}")
    return texts, skipped


def _answer(file: LicenceFile, text: str) -> Answer:
    found, seconds = timed(text)
    return Answer(file, tuple(dict.fromkeys(part.licence for part in found)), seconds)


def timed(text: str) -> tuple[tuple[LicenceMatch, ...], float]:
    """What is found, and in how many seconds: the quickest of three times, since other work slows a machine down."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        found = identify(text)
        times.append(time.perf_counter() - started)
    return found, min(times)


def _print_kinds(answers: Sequence[Answer]) -> None:
    rows: list[list[Cell]] = []
    for kind in (*dict.fromkeys(answer.file.kind for answer in answers), ""):
        some = [answer for answer in answers if kind in ("", answer.file.kind)]
        ids = {licence for answer in some for licence in answer.file.licences}
        times = [answer.seconds * 1000 for answer in some]
        wrong = sum(bool(answer.others) for answer in some)
        rows.append(
            [kind or "all", len(some), len(ids), share(a.is_right for a in some), wrong, median(times), max(times)]
        )
    headings = ["from", "texts", "licences", "right", "with another licence", "median ms", "longest ms"]
    print_table("Real licence files", headings, rows)


def _print_changes(texts: Sequence[tuple[LicenceFile, str]], answers: Sequence[Answer], seed: int) -> None:
    rows: list[list[Cell]] = []
    changed: list[str] = []
    for name, change in changes(seed).items():
        pairs = [(before, _answer(file, change(text))) for (file, text), before in zip(texts, answers, strict=True)]
        # An end cut off may hold the last of several licences.
        single = [(before, after) for before, after in pairs if len(before.file.licences) == 1]
        same = [set(after.found) == set(before.found) for before, after in single]
        composite = [after.found[:1] == before.found[:1] for before, after in pairs if len(before.file.licences) > 1]
        rows.append([name, share(same), share(composite), sum(bool(after.others) for _, after in pairs)])
        changed += [f"{name}: {_line(after)}" for before, after in single if set(after.found) != set(before.found)]
    headings = ["change", "same answer", "composites: same largest", "with another licence"]
    print_table("The same texts, changed", headings, rows)
    print_list("Answers that changed", changed)


def changes(seed: int) -> dict[str, Callable[[str], str]]:
    """What happens to a text on its way into another file."""
    return {
        "commented": lambda text: "\n".join(f"# {line}" for line in text.splitlines()),
        "in stars": lambda text: "/*\n" + "\n".join(f" * {line}" for line in text.splitlines()) + "\n */",
        "wrapped anew": lambda text: "\n\n".join(
            textwrap.fill(" ".join(part.split()), 60) for part in re.split(r"\n\s*\n", text)
        ),
        "one line": lambda text: " ".join(text.split()),
        "end cut off": lambda text: text[: int(len(text) * 0.85)],
        "words lost": lambda text: lossy(text, Random(seed)),
    }


def lossy(text: str, rng: Random) -> str:
    """The text without one word in twenty."""
    return re.sub(r"\S+", lambda match: "" if rng.random() < 0.05 else match[0], text)


def _print_others(count: int, seed: int) -> None:
    files = list(_other_files())
    drawn = Random(seed).sample(files, min(count, len(files)))
    false, times, named = [], [], 0
    for name, text in drawn:
        found, seconds = timed(text)
        times.append(seconds * 1000)
        named += bool(found)
        false += [f"{name}: {part}" for part in found if not _says(text, part.licence)]
    rows: list[list[Cell]] = [[len(drawn), named, len(false), median(times), max(times)]]
    headings = ["files", "with a licence they name", "with one they do not", "median ms", "longest ms"]
    print_table("Source files, READMEs and metadata", headings, rows)
    print_list("Found where it is not named", false)


def _other_files() -> Iterator[tuple[str, str]]:
    for release in OTHERS:
        with open_source(f"pypi:{release}") as checkout:
            for entry in checkout.entries():
                if isinstance(entry, Entry) and entry.path.endswith((".py", ".md", ".rst", "METADATA")):
                    content = entry.read()
                    if isinstance(content, bytes) and content.strip():
                        yield f"{release}!{entry.path}", content.decode("utf-8", "replace")


def _says(text: str, licence: str) -> bool:
    return licence in SAYING and bool(re.search(SAYING[licence], text, re.IGNORECASE))


def _line(answer: Answer) -> str:
    found, right = " ".join(answer.found) or "nothing", " ".join(answer.file.licences)
    return f"{answer.file.source} {answer.file.path}: {found}, not {right}"


if __name__ == "__main__":
    main()
