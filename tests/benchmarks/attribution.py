"""Which terms are said to be missed, in releases and in files without their headers; and what judging costs."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

import modelkin
from modelkin import ScanOptions
from modelkin.results import Finding, Level, Report

from ..support.findings_by_file import by_file
from .command_cost import added
from .judging_cost import Cost, cost
from .stripped import Stripped, strip_files
from .tables import Cell, print_list, print_table

# Files that keep their header and files that do not, as reading them shows.
KEPT = {
    "pypi:vllm==0.2.3": ["yi", "aquila", "baichuan", "mistral", "llama", "falcon", "gpt_j", "gpt_neox", "opt", "bloom"],
    "pypi:mindnlp==0.4.0": ["modeling_llama"],
}
LOST = {
    "pypi:vllm==0.2.3": ["internlm"],
    "pypi:mindnlp==0.4.0": [
        f"modeling_{name}" for name in ("mobilevit", "mobilenet_v2", "roberta", "falcon", "poolformer", "splinter")
    ],
}
HOLDERS = ("holder-removed", "holder-replaced")
MIT = "Copyright (c) 2024 Harbour AI\n\nLicensed under the MIT License.\n"
# Younger than all releases that files are stripped from: a folder without a date may be older than its upstream.
AS_OF = "2026-11-30"
# Errors that stand, each opened: what the two headers say.
OPENED = {
    "diffusers/optimization.py": "names HuggingFace alone; transformers' names Google's team as well",
    "diffusers/pipelines/deprecated/blip_diffusion/modeling_blip2.py": "names HuggingFace alone, Salesforce no more",
    "diffusers/pipelines/blip_diffusion/modeling_blip2.py": "names HuggingFace alone, Salesforce no more",
    "diffusers/pipelines/deprecated/blip_diffusion/modeling_ctx_clip.py": "names Salesforce and not OpenAI's team",
    "diffusers/pipelines/blip_diffusion/modeling_ctx_clip.py": "names Salesforce and not OpenAI's team",
}
SELVES = (
    "pypi:transformers==4.35.0",
    "pypi:timm==1.0.31",
    "pypi:diffusers==0.35.2",
    "pypi:torchvision==0.29.2",
    "pypi:open_clip_torch==3.3.0",
)


@click.command()
@click.option(
    "--self", "selves", multiple=True, default=SELVES, show_default=True, help="A release to scan as a whole."
)
@click.option("--count", default=50, show_default=True, help="How many upstream files to strip of their headers.")
@click.option("--seed", default=7, show_default=True, help="Draws the files and the new names.")
@click.option("--cost-of", default="pypi:vllm==0.2.3", show_default=True, help="The source whose scan is timed.")
def main(selves: tuple[str, ...], count: int, seed: int, cost_of: str) -> None:
    """Judge real releases, and real files without their headers."""
    _print_known()
    _print_selves(selves)
    _print_stripped(strip_files(count, seed))
    _print_llama3v(seed)
    _print_cost(cost_of, cost(cost_of))
    _print_added(cost_of, *added(cost_of))


def _print_known() -> None:
    rows: list[list[Cell]] = []
    for source in KEPT:
        report = modelkin.scan(source)
        for names, wanted in ((KEPT[source], "no error"), (LOST[source], "a holder missing")):
            rows += [[source, name, wanted, _told(report, name)] for name in names]
    print_table(
        "Files known to keep or to have lost their headers", ["source", "file", "in truth", "errors told"], rows
    )


def _told(report: Report, name: str) -> str:
    """The errors of a model file: a tokenizer may have the same name."""
    paths = {each.path for each in report.files if "/models/" in each.path and each.path.endswith(f"/{name}.py")}
    return ", ".join(sorted({each.rule for each in _errors(report) if each.region.path in paths})) or "none"


def _print_selves(sources: tuple[str, ...]) -> None:
    reports = {source: modelkin.scan(source) for source in sources}
    rows = [_levels(source, report) for source, report in reports.items()]
    headings = ["source", "files", "copies judged", *(level.value for level in Level)]
    print_table("Releases of upstream projects", headings, rows)
    for source, report in reports.items():
        print_list(f"Errors in {source}", map(_opened, _errors(report)))


def _opened(finding: Finding) -> str:
    return f"{finding.region.path}: {finding.rule}; {OPENED.get(finding.region.path, 'not opened yet')}"


def _levels(source: str, report: Report) -> list[Cell]:
    levels = Counter(finding.level for finding in by_file(report.findings))
    return [source, len(report.files), len(report.attributions), *(levels[level] for level in Level)]


def _print_stripped(files: Mapping[str, Stripped]) -> None:
    """Each file in an MIT repository, once without its header and once with it; dated, and without a date."""
    bare, undated = {name: each.bare for name, each in files.items()}, _levels_by_file(files)
    dated = _rules_by_file(bare, AS_OF)
    kept = _rules_by_file({name: each.kept for name, each in files.items()}, AS_OF)
    rows: list[list[Cell]] = [
        [len(files), f"as of {AS_OF}, holder missing", sum(bool(dated[name] & set(HOLDERS)) for name in files)],
        [len(files), f"as of {AS_OF}, relicensed", sum("relicensed" in dated[name] for name in files)],
        [len(files), "without a date, both an error", sum(level is Level.ERROR for level, _ in undated.values())],
        [len(files), "without a date, both a warning", sum(level is Level.WARNING for level, _ in undated.values())],
        [len(files), "header kept, errors", sum(bool(kept[name]) for name in files)],
    ]
    print_table("Real files in an MIT repository, renamed", ["files", "told", "files it is told of"], rows)
    print_list("Stripped files with a date of which not both are told", _not_both(files, dated))
    less = (f"{files[name].source}: {why}" for name, (level, why) in undated.items() if level is not Level.ERROR)
    print_list("Stripped files without a date of which not both are an error", less)
    print_list("Kept files with an error", (f"{files[name].source}: {kept[name]}" for name in files if kept[name]))


def _not_both(files: Mapping[str, Stripped], bare: Mapping[str, set[str]]) -> Iterator[str]:
    for name, rules in bare.items():
        if not (rules & set(HOLDERS) and "relicensed" in rules):
            yield f"{files[name].source}: {', '.join(sorted(rules)) or 'nothing'}"


def _levels_by_file(files: Mapping[str, Stripped]) -> dict[str, tuple[Level | None, str]]:
    """Without a date: the lower level of the two, and why it is no higher; None where one of them is not told."""
    found = by_file(_scan_texts({name: each.bare for name, each in files.items()} | {"LICENSE": MIT}).findings)
    return {name: _lower_of_both([each for each in found if each.region.path == name]) for name in files}


def _lower_of_both(found: Sequence[Finding]) -> tuple[Level | None, str]:
    both = [next((each for each in found if each.rule in rules), None) for rules in (HOLDERS, ("relicensed",))]
    told = [each for each in both if each]
    if len(told) < len(both):
        return None, "not both are told"
    least = max(told, key=lambda each: list(Level).index(each.level))
    return least.level, f"{least.level.value}. {least.reason}"


def _rules_by_file(texts: Mapping[str, str], as_of: str) -> dict[str, set[str]]:
    errors = _errors(_scan_texts({**texts, "LICENSE": MIT}, as_of))
    return {name: {each.rule for each in errors if each.region.path == name} for name in texts}


def _print_llama3v(seed: int) -> None:
    """A repository like Llama3-V's: no licence, a README that credits another project, a leftover reference."""
    file = next(iter(strip_files(1, seed).values()))
    readme = "# Llama-Harbour\n\n## Credits\n\nThis was built on [beacon](https://github.com/example/beacon).\n"
    tokenizer = '{\n  "auto_map": {\n    "AutoTokenizer": ["modeling_lamp.LampTokenizerFast", null]\n  }\n}\n'
    texts = {"modeling.py": file.bare, "README.md": readme, "tokenizer_config.json": tokenizer}
    lines = [_described(each) for each in by_file(_scan_texts(texts).findings)]
    print_list(f"No licence, a credit for another project, {file.source} inside", lines)


def _print_added(source: str, seconds: float, share: float, megabytes: float) -> None:
    headings = ("source", "command without, seconds", "attribution adds", "MB more")
    row = (source, seconds, f"{share:+.1%}", megabytes)
    print_table("What attribution adds to the whole command, processor time", headings, [row])


def _print_cost(source: str, measured: Cost) -> None:
    row: list[Cell] = [source, measured.scan, measured.judging, measured.judging / measured.scan, measured.megabytes]
    headings = ["source", "scan, seconds", "judging, seconds", "of the scan", "MB more"]
    print_table("What judging adds", headings, [row])


def _scan_texts(texts: Mapping[str, str], as_of: str = "") -> Report:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        return modelkin.scan(folder, ScanOptions(as_of=as_of))


def _errors(report: Report) -> list[Finding]:
    return [finding for finding in by_file(report.findings) if finding.level is Level.ERROR]


def _described(finding: Finding) -> str:
    return f"{finding.level.value} {finding.rule}: {finding.message}"


if __name__ == "__main__":
    main()
