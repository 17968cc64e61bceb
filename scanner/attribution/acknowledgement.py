"""How well a copy says where it is from: a grade for it, and findings on credits that are wrong, bare or missing.

A README speaks for what stands beside and below it, and of what it thanks most is no source of any one file. Edit this
when one more way to name a source is to count, or when a right credit is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..notices.holders import holders_missing, squeezed
from ..notices.model import Credit, Strength
from ..repository.model import ModelCard
from ..results import Grade, Level, LicenceForm, Region, Unread, UnreadKind, UpstreamMatch
from ..support.lazy import lazy_pattern
from .duties import header_region, upstream_region
from .findings import FindingDraft, a_few, shortened
from .model import Derivation
from .naming import credits_any, is_for_code, leads_to_any, names_in_words, source_of
from .repository_view import RepositoryView

_ORDER = tuple(Grade)
# A list of links, or thanks, do not say that code was taken.
_TAKEN = lazy_pattern(
    r"\b(?:based|buil[dt]s?|adapted|modified|forks?|forked|deriv\w+|ports?|ported|copied|taken|borrow\w*|refactor\w+"
    r"|rewritten|extends?|reus\w+)\b",
    re.IGNORECASE,
)
_ALL = lazy_pattern(
    r"\b(?:this|our|the)\s+(?:[\w-]+\s+){0,2}?(?:project|repo|repository|codes?|code-?base|work|model|implementation"
    r"|library|package|framework|architecture|network)s?\b",
    re.IGNORECASE,
)
_PART = lazy_pattern(
    r"\b(?:demos?|web|ui|gui|apps?|phones?|android|ios|data|dataloaders?|datasets?|eval|evaluation|metrics?|benchmarks?"
    r"|train|training|scripts?|visuali[sz]ation|docs?|documentation|tests?|docker|deploy|deployment|inference|servers?"
    r"|frontend|tokenizers?|loss|losses|templates?|website|pages?|logo|readme|optimizers?|schedulers?|kernels?|utils?)\b",
    re.IGNORECASE,
)
_FILE = lazy_pattern(r"[\w./-]*[\w-]+\.(?:py|ipynb|cu|cpp|c)\b")
_ENDS = lazy_pattern(r"[.!?](?:\s|\Z)|\n\s*\n|\n\s*(?:[-*+]|\d{1,3}[.)])\s")
# A sentence goes on over a few lines.
_LINES_BEFORE = 3


def grade(derivation: Derivation, repository: RepositoryView) -> Grade:
    """The best that the file, a sidecar, the READMEs and the NOTICE of its repository come to."""
    return min(_grades(derivation, repository), key=_ORDER.index, default=Grade.NONE)


def _grades(derivation: Derivation, repository: RepositoryView) -> Iterator[Grade]:
    if _is_full_notice(derivation, repository):
        yield Grade.FULL_NOTICE
        return  # nothing is better
    lines = derivation.lines or (derivation.upstream.licence_copyrights if derivation.is_headless else ())
    kept_a_line = any(not holders_missing((line,), derivation.copyrights) for line in lines)
    # The path of a file at its own place in a package says the package's name.
    if kept_a_line or derivation.copy.verdict.own_release:
        yield Grade.NAMED
    for credit in right_credits(derivation, repository):
        yield _credit_grade(credit, derivation)
    if entry := repository.entry_for(derivation.upstream):
        yield Grade.NAMED_WITH_LINK if "://" in entry.text else Grade.NAMED


def _is_full_notice(derivation: Derivation, repository: RepositoryView) -> bool:
    """All that the upstream file says of itself is kept; where it says nothing, its project's notice is."""
    if derivation.is_headless:
        lines = derivation.upstream.licence_copyrights
        kept = bool(lines) and not holders_missing(lines, (*derivation.copyrights, *repository.copyrights))
        return kept and (
            repository.entry_for(derivation.upstream) is not None or bool(right_credits(derivation, repository))
        )
    return not derivation.missing and (
        derivation.upstream.licence_form is LicenceForm.NONE or derivation.states_licence
    )


def right_credits(derivation: Derivation, repository: RepositoryView) -> list[Credit]:
    """The credits, in the file and in READMEs, that name one of the upstreams the copy stands on.

    A reference is one where it leads to the very file.
    """
    said = repository.credits_of(derivation.copy)
    right = (each for each in said if each.strength is not Strength.IDEA or leads_to_any(each, derivation.listed))
    return [credit for credit in right if credits_any(credit, derivation.listed)]


def _credit_grade(credit: Credit, derivation: Derivation) -> Grade:
    in_words = names_in_words(credit, derivation.listed)
    if credit.url:
        return Grade.NAMED_WITH_LINK if in_words else Grade.LINK_ONLY
    return Grade.NAMED


def credit_drafts(
    derivation: Derivation, grade: Grade, is_error: bool, repository: RepositoryView
) -> Iterator[FindingDraft]:
    """Findings on the copy's own credits; ``is_error`` says that what else is missing is an error.

    A wrong credit is reported beside what is missing, and makes up for none of it. Where little else is missing, the
    project it names may have passed the code on. Credits of single functions may have come along with the code.
    """
    if derivation.inner or derivation.passed_on:
        return
    right = right_credits(derivation, repository)
    wrong = [each for each in derivation.header_credits if each not in right and not repository.is_own(each)]
    if grade is Grade.LINK_ONLY:
        yield _credit_draft("credit-link-only", derivation, next(each for each in right if each.url))
    if grade is Grade.NONE and wrong:
        draft = _credit_draft("credit-names-another", derivation, wrong[0])
        doubt = "Little else is missing: the project that is named may have passed the code on."
        yield draft if is_error else draft.lowered(Level.NOTE, doubt)
    elif grade is Grade.NONE and derivation.is_headless:
        yield FindingDraft(
            rule="source-unnamed",
            region=header_region(derivation),
            upstream=derivation.upstream,
            upstream_region=upstream_region(derivation),
        )


def card_credit_drafts(
    unnamed: Sequence[Derivation], derivations: Sequence[Derivation], repository: RepositoryView
) -> Iterator[FindingDraft]:
    """Findings on the credits of READMEs; of ``unnamed`` no terms are met, and nothing names the source.

    A file's own credit says more of it than a README does, so files with one are left to ``credit_drafts``. A credit
    for what any of ``derivations`` is from is for that one.
    """
    silent = [derivation for derivation in unnamed if not derivation.inner and not derivation.copy.credits]
    explained = [upstream for derivation in derivations for upstream in derivation.listed] if silent else []
    for card in repository.declarations.model_cards if silent else ():
        claims = list(_claims(card, silent, explained, repository))
        # One of several may well have it from the upstream, and which of them this file is from nobody says.
        if len({source_of(credit) for credit, _ in claims}) == 1:
            yield _card_draft(card, *claims[0])


def _claims(
    card: ModelCard, silent: Sequence[Derivation], explained: Sequence[UpstreamMatch], repository: RepositoryView
) -> Iterator[tuple[Credit, Derivation]]:
    """The credits of a README that are for nothing known, each with the first file that it could be for."""
    for credit in card.credits:
        if is_for_code(credit) and not repository.is_own(credit) and not credits_any(credit, explained):
            meant = next((each for each in silent if could_be_for(credit, card, each.path, repository)), None)
            if meant:
                yield credit, meant


def _card_draft(card: ModelCard, credit: Credit, meant: Derivation) -> FindingDraft:
    return FindingDraft(
        rule="credit-names-another",
        region=Region(card.path, credit.first_line, credit.last_line),
        facts={"credited": shortened(source_of(credit)), "path": card.path},
        upstream=meant.upstream,
        upstream_region=upstream_region(meant),
        group=card.path,
    )


def could_be_for(credit: Credit, card: ModelCard, path: str, repository: RepositoryView) -> bool:
    """Whether the README stands at or above ``path``, and says that all there, or this very file, was taken."""
    if not repository.is_beside(card, path):
        return False
    sentence = _sentence(credit, card.text)
    if not _TAKEN.search(sentence):
        return False
    parts = set(re.split(r"[/._-]", path.casefold()))
    if named := _FILE.findall(sentence):
        return any(path.endswith(each.lstrip("./")) for each in named)
    told = [each.casefold() for each in _PART.findall(sentence)]
    return bool(parts.intersection(told)) if told else _ALL.search(sentence) is not None


def _sentence(credit: Credit, text: str) -> str:
    """The sentence of the credit, up to its source, without links; the words of a credit begin in its middle."""
    lines = text.split("\n")[max(credit.first_line - _LINES_BEFORE, 0) : credit.last_line]
    said = "\n".join(lines)
    named = max((said.rfind(each) for each in (credit.url, credit.project, credit.path) if each), default=-1)
    before = said[:named] if named >= 0 else said
    starts = [0, *(match.end() for match in _ENDS.finditer(before))]
    return re.sub(r"https?://\S+", " ", before[starts[-1] :])


def _credit_draft(rule: str, derivation: Derivation, credit: Credit) -> FindingDraft:
    is_here = credit in derivation.copy.credits  # and not in a README
    return FindingDraft(
        rule=rule,
        region=Region(derivation.path, credit.first_line, credit.last_line) if is_here else header_region(derivation),
        facts={"credited": shortened(source_of(credit)), "found": shortened(credit.words)},
        about=(squeezed(source_of(credit)),) if rule == "credit-names-another" else (derivation.upstream.project,),
        upstream=derivation.upstream,
        upstream_region=upstream_region(derivation),
    )


def unread_drafts(taken: Iterable[tuple[str, UpstreamMatch]], unread: Iterable[Unread]) -> Iterator[FindingDraft]:
    """One for each project of whose copies native files stand beside or below, which may have come along.

    ``taken`` are the paths of copied files, each with its upstream.
    """
    of_source = [each for each in unread if each.kind is UnreadKind.NATIVE and not each.upstream]
    known = {known.path for each in of_source for known in each.known}  # these have a finding of their own
    native = [path for each in of_source for path in each.paths if path not in known]
    found: dict[str, tuple[str, UpstreamMatch, dict[str, None]]] = {}
    for path, upstream in taken if native else ():
        beside = [each for each in native if _is_beside(each, path)]
        if beside:
            found.setdefault(upstream.project, (path, upstream, {}))[2].update(dict.fromkeys(beside))
    for path, upstream, files in found.values():
        yield FindingDraft("unread-beside-copy", Region(path, 1, 1), {"found": a_few(files)}, upstream)


def _is_beside(native: str, copy: str) -> bool:
    """Whether a file stands in the folder of another, or below; the root's subfolders are no parts of one thing."""
    folder = copy.rpartition("/")[0]
    return native.rpartition("/")[0] == folder or (bool(folder) and native.startswith(f"{folder}/"))
