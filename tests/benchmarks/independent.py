"""Which files of independent implementations are said to be copies, and do those files name their source themselves?

Each package is scanned as a folder without dates, and as a git repository that was committed on the release's day.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from modelkin.results import FileVerdict
from modelkin.sources import registry

from .git_folders import committed_copy
from .releases import release_root
from .scanning import is_copy, scan_folder
from .tables import Cell, print_list, print_table

PACKAGES = (
    "litgpt", "torchtune", "mlx-lm", "x-transformers", "vit-pytorch", "megatron-core", "torchvision", "timm",
)  # fmt: skip
# What a project is called in other people's comments, where that is not its name on the registry.
ALIASES = {
    "transformers": ("hugging ?face", "HF"),
    "timm": ("pytorch-image-models", "rwightman"),
    "torchvision": ("pytorch/vision",),
    "open-clip-torch": ("open_?clip",),
    "segment-anything": ("segment_anything", "SAM"),
    "megatron-core": ("megatron",),
    "fairscale": ("facebookresearch/fairscale",),
    "mmpretrain": ("mmcls", "mmclassification"),
}
VERDICTS = ("identical", "renamed", "modified", "fragments", "independent")
# A line names a source when it says so or links it; to mention a project as a dependency is not enough.
NAMING = re.compile(
    r"github\.com|\b(adapt|copied|copies|modif|borrow|based on|taken|port|deriv|inspired|reproduc|implementation)",
    re.IGNORECASE,
)


@click.command()
@click.option(
    "--package",
    "packages",
    multiple=True,
    default=PACKAGES,
    show_default=True,
    metavar="NAME[==VERSION]",
    help="A package to scan with its own project left out of the corpus; the newest release by default.",
)
def main(packages: tuple[str, ...]) -> None:  # fmt: skip
    """Scan each package against all other projects; list each file that is said to be a copy as a whole."""
    rows: list[list[Cell]] = []
    exceptions: list[str] = []
    changes: list[str] = []
    for package in packages:
        name, _, version = package.partition("==")
        root = release_root(name, version)
        verdicts = scan_folder(root, exclude_upstreams=(name,))
        copies = {path: verdict for path, verdict in verdicts.items() if is_copy(verdict)}
        named = {path: source_named(root / path, verdict) for path, verdict in copies.items()}
        rows.append(_row(root.name, verdicts, sum(not line for line in named.values())))
        exceptions += [_described(root.name, verdicts[path], line) for path, line in named.items()]
        if not Path(version or "-").is_dir():
            day = registry.fetch(name, version)[1].uploaded
            dated = _committed(root, day, name)
            named = {path: source_named(root / path, verdict) for path, verdict in dated.items() if is_copy(verdict)}
            rows.append(_row(f"{root.name}, git of {day}", dated, sum(not line for line in named.values())))
            changes += [*_changed(root.name, verdicts, dated)]
    headings = ["release", "files", *VERDICTS, "copies that name no source"]
    print_table("Independent implementations, each without its own project", headings, rows)
    print_list("Files said to be copies", exceptions)
    print_list("With dates another verdict", changes)


def _committed(root: Path, day: str, name: str) -> dict[str, FileVerdict]:
    with committed_copy(root, day) as copy:
        return scan_folder(copy, exclude_upstreams=(name,))


def _changed(release: str, undated: dict[str, FileVerdict], dated: dict[str, FileVerdict]) -> Iterator[str]:
    for path, verdict in dated.items():
        if undated[path].verdict is not verdict.verdict:
            later = ", ".join(f"{match.project} {match.path}" for match in verdict.later[:2])
            now = f"{verdict.verdict.value}, {verdict.direction.value}; later: {later or 'none'}"
            yield f"{release} {path}: {undated[path].verdict.value}, now {now}"


def source_named(path: Path, verdict: FileVerdict) -> str:
    """The first line that names the project of the closest upstream as a source; empty if none does."""
    pattern = _pattern(verdict.upstreams[0].project)
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    found = (f"{number}: {line.strip()}" for number, line in enumerate(lines, 1) if _names(line, pattern))
    return next(found, "")


def _names(line: str, pattern: re.Pattern[str]) -> bool:
    return NAMING.search(line) is not None and pattern.search(line) is not None


def _pattern(project: str) -> re.Pattern[str]:
    spelled = "[-_. ]?".join(map(re.escape, re.split(r"[-_.]", project)))
    return re.compile("|".join(rf"\b{name}\b" for name in (spelled, *ALIASES.get(project, ()))), re.IGNORECASE)


def _row(release: str, verdicts: dict[str, FileVerdict], unnamed: int) -> list[Cell]:
    counts = Counter(verdict.verdict.value for verdict in verdicts.values())
    return [release, len(verdicts), *(counts[verdict] for verdict in VERDICTS), unnamed]


def _described(release: str, verdict: FileVerdict, line: str) -> str:
    return "\n      ".join(_facts(release, verdict, line))


def _facts(release: str, verdict: FileVerdict, line: str) -> Iterator[str]:
    yield f"{release} {verdict.path}: {verdict.verdict.value}, {verdict.similarity:.3f}"
    for match in verdict.upstreams[:2]:
        yield f"{match.project} {match.first_release} to {match.last_release}: {match.path}, share {match.share:.3f}"
    yield f"names its source in line {line[:120]}" if line else "names no source"


if __name__ == "__main__":
    main()
