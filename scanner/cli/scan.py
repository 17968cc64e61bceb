"""``modelkin scan`` reports on one source. Edit this for its options; `api.scan` does the work."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ..support.one_thread import keep_to_one_thread
from .choices import Choices, detail_options, exit_code, scan_options, setting_option, shared_options
from .configured import configured
from .delivery import check_deliverable, deliver
from .progress import progress_bar
from .upstream_texts import fetching_option, sides, suggested_changes, writable_words

_EPILOG = """\b
SOURCE is a folder, a file, an archive (.whl, .zip, .tar.gz), a release such
as pypi:vllm==0.2.3, or a repository: hf:ORG/NAME@REV or git+URL@REV. The
address of a page of Hugging Face, GitHub, GitLab or PyPI does as well.
SOURCE!PATH names a path inside one. Several are files and folders of the
current folder, as pre-commit names what changed.

\b
Examples:
  modelkin scan
  modelkin scan path/to/repository
  modelkin scan https://huggingface.co/lantern/lamp/tree/main
  modelkin scan vllm==0.2.3 --path vllm/model_executor/models
  modelkin scan . -v
  modelkin scan . --statistics
  modelkin scan . --ignore credit-link-only --level relicensed=warning
  modelkin scan . --exclude 'tests/*' --fail-on renamed
  modelkin scan . --isolated --fail-on error --fail-on skipped
  modelkin scan 'pypi:vllm==0.2.3' --include '**/models/*.py'
  modelkin scan . --format json --output report.json
  modelkin scan . --format text --format sarif=modelkin.sarif
  modelkin scan . --format html=report.html --fetch-upstreams
  modelkin scan hf:lantern/lamp --format discussion=report.md
  modelkin scan . --baseline .modelkin-baseline.json
  modelkin scan . --against ../upstream --exclude-upstream mypackage
  modelkin scan downloaded-code/ --as-of 2023-06-20
"""


@click.command(name="scan", epilog=_EPILOG)
@click.argument("sources", metavar="[SOURCE...]", nargs=-1)
@click.option("--path", "inner", metavar="PATH", default="", help="As !PATH after SOURCE: scan only that inside it.")
@setting_option("baseline")
@setting_option("jobs")
@fetching_option
@detail_options
@shared_options
def command(sources: tuple[str, ...], inner: str, fetch: bool, choices: Choices) -> int:
    """Find known upstream code in SOURCE, else in the current folder, and what it still owes.

    The answer comes first, then what upstreams' licences ask for and copies do
    not give, then the copied files, those to look at first on top; the last
    line sums up. With -v: of each file its upstreams and their releases, the
    oldest known origin, what was renamed, and how each definition differs.
    """
    keep_to_one_thread()
    sources = named_sources(sources, inner)
    choices = configured(choices, sources)
    check_deliverable(choices, sources)
    from ..api import scan

    options = scan_options(choices)
    with progress_bar(choices.shows_progress) as step:
        report = scan(sources, options, step)
    shown = sides(report, choices, sources, options.against, fetch)
    deliver(
        report,
        choices,
        sides=shown,
        suggestions=lambda: suggested_changes(report, sources, options),
        writable=lambda: writable_words(report, sources),
    )
    return exit_code(report, choices.fail_on)


def named_sources(sources: Sequence[str], inner: str) -> tuple[str, ...]:
    """What to scan: the current folder where nothing is named; with ``inner``, that path in the one source."""
    named = tuple(sources) or (".",)
    if not inner:
        return named
    if len(named) > 1:
        raise click.UsageError("--path is a path inside one source: name that source alone")
    return (f"{named[0]}!{inner}",)
