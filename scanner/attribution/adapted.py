"""A file's own word that it is adapted from an upstream, of which it is no copy as a whole, and which has a notice.

Edit this when such a file is reported though it carries what it must, or when its word is not heard.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from ..notices.holders import holders_missing, squeezed
from ..notices.model import Credit
from ..results import Level, LicenceForm, Region, UpstreamMatch, Verdict
from .copies import Copy
from .findings import FindingDraft, quoted, shortened
from .model import credits_above
from .naming import credits_it, source_of
from .repository_view import RepositoryView

# Less of a file may be what everybody writes who solves the same.
_MUCH = 0.2


def adapted_drafts(copy: Copy, answered: Container[str], repository: RepositoryView) -> Iterator[FindingDraft]:
    """One for each upstream project that the header credits and whose notice did not come along.

    The projects of ``answered`` are checked apart.
    """
    told: set[str] = set()
    for upstream in (*copy.verdict.upstreams, *copy.verdict.alike):
        if upstream.verdict is not Verdict.FRAGMENTS or upstream.project in answered or upstream.project in told:
            continue
        credit = next((each for each in credits_above(copy) if credits_it(each, upstream)), None)
        if credit is None or repository.is_own(credit) or _is_home(copy, upstream, repository):
            continue
        if missing := _missing(copy, upstream, repository):
            told.add(upstream.project)
            yield _draft(copy, upstream, credit, missing)


def _is_home(copy: Copy, upstream: UpstreamMatch, repository: RepositoryView) -> bool:
    return repository.is_at_home(copy, upstream) or repository.is_nearly_at_home(copy, upstream)


def _missing(copy: Copy, upstream: UpstreamMatch, repository: RepositoryView) -> str:
    """What of the upstream's notice neither the file nor a legal file here has; empty where none is missing."""
    lines = [line for line in upstream.copyrights if line not in upstream.recent_lines] or upstream.licence_copyrights
    given = (*repository.copyrights_of(copy), *repository.copyrights, *repository.own_lines(upstream))
    if lines:
        return quoted(holders_missing(lines, given))
    stated = copy.notice.form is not LicenceForm.NONE or any(each.licence for each in repository.sidecars(_path(copy)))
    if upstream.licence_form is LicenceForm.NONE or stated or repository.text_of(upstream.licence):
        return ""
    return f"a statement that it is under {upstream.licence}" if upstream.licence else ""


def _path(copy: Copy) -> str:
    return copy.verdict.path


def _draft(copy: Copy, upstream: UpstreamMatch, credit: Credit, missing: str) -> FindingDraft:
    share = f"{100 * upstream.share:.0f} %"
    draft = FindingDraft(
        rule="adapted-notice-missing",
        region=Region(_path(copy), credit.first_line, credit.last_line),
        facts={"credited": shortened(source_of(credit)), "share": share, "missing": missing},
        upstream=upstream,
        upstream_region=Region(upstream.path, 1, upstream.header_last_line) if upstream.header_last_line else None,
        about=(squeezed(missing),),
    )
    return draft if upstream.share >= _MUCH else draft.lowered(Level.NOTE, f"Little of the file stands there: {share}.")
