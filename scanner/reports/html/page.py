"""A report, and its copied files beside their upstreams, in; the page that shows them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version

from msgspec import Struct

from ...api import Report
from ...attribution.model import State
from ...clones import Verdict
from ...findings import Level
from ...sidebyside import SideBySide
from ...sources import Skipped
from ..graphs import of_report
from ..left_out import notes
from ..summary import summarise
from .environment import rendered
from .files import FileView, file_views
from .findings import finding_groups
from .graph import drawing
from .obligations import obligation_rows

# From here on the reader chooses what to open.
_MOST_OPEN = 3


class _Kinds(Struct, frozen=True):
    """The files by what there is to tell of them."""

    copied: Sequence[FileView]
    own: Sequence[FileView]
    independent: Sequence[FileView]


def render(report: Report, sides: Mapping[str, SideBySide | Skipped] | None = None) -> str:
    """The page on ``report``; ``sides`` are its copied files beside their upstreams, None where nobody looked for them.

    Each text of the report is made visible characters first and then escaped for HTML, whatever the template does with
    it.
    """
    files = file_views(report)
    kinds = _kinds(files)
    return rendered(
        "page.html",
        report=report,
        version=version("modelkin"),
        summary=summarise(report),
        verdicts=list(Verdict),
        levels=list(Level),
        states=list(State),
        files=files,
        kinds=kinds,
        projects=list(dict.fromkeys(project for each in files for project in each.projects)),
        groups=finding_groups(report, {each.file.path: each for each in files}),
        obligations=obligation_rows(report.attributions),
        graph=drawing(of_report(report)),
        sides=sides,
        notes=notes(report),
        opens=len(kinds.copied) <= _MOST_OPEN,
    )


def _kinds(files: Sequence[FileView]) -> _Kinds:
    copied = [each for each in files if each.file.upstreams]
    others = [each for each in files if not each.file.upstreams]
    own = [each for each in others if each.file.own_release]
    return _Kinds(copied, own, [each for each in others if not each.file.own_release])
