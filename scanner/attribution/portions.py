"""What is owed for definitions of an upstream in a file that is no copy of it as a whole.

Licences hold for substantial portions, too: the source is to be named, and what copyleft and non-commercial licences
ask of the whole work is owed for a part as well. Small parts in several files of one upstream project add up. A file
that says itself that it is adapted from an upstream is asked for its notice. Edit this when a part owes more, or is
told of where it should not be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..licences.expressions import licences_owed
from ..notices.holders import holders_missing, squeezed
from ..notices.model import Credit
from ..results import MODULE, Direction, Level, LicenceForm, Region, UpstreamMatch, Verdict
from ..rulebook.loader import licence_rule
from ..rulebook.model import Duty, LicenceRule, Obligation
from .acknowledgement import grade
from .copies import Copy
from .doubts import doubted
from .duties import CHECKS, Owed
from .findings import FindingDraft, a_few, quoted, shortened
from .model import STRICT, Derivation, credits_above, is_strict
from .naming import credits_any, credits_it, is_for_code, source_of
from .repository_licence import licence_drafts
from .repository_view import RepositoryView

# Distinctive tokens, of all files of a repository together, from which on the parts of one project are no small matter;
# with fewer a single function may be in many projects, and then the closest is seldom its source.
SUBSTANTIAL_EVIDENCE = 120.0
# The same where the licence asks for no more than a notice: a few helpers go from project to project.
MUCH_EVIDENCE = 140.0
_ASKED = (Duty.CARRY_LICENCE, Duty.KEEP_NOTICES)
# A comment above a few functions speaks for them.
_LINES_OF_A_SECTION = 60
# Less of a file may be what everybody writes who solves the same.
_MUCH = 0.2


class Portion(Struct, frozen=True):
    """The definitions of one upstream project in one file."""

    copy: Copy
    upstream: UpstreamMatch
    """The closest of the project's files that have some."""
    evidence: float
    """How many distinctive tokens they hold, in all of the project's files."""


def portion_drafts(
    copies: Iterable[Copy], answered: Mapping[str, Collection[str]], repository: RepositoryView
) -> Iterator[FindingDraft]:
    """Findings on parts; ``answered`` are for each path the projects whose terms the file is held against as a copy."""
    by_project: defaultdict[str, list[Portion]] = defaultdict(list)
    for copy in copies:
        for portion in _portions(copy, answered.get(copy.verdict.path, ()), repository):
            by_project[portion.upstream.project].append(portion)
    for portions in by_project.values():
        least = SUBSTANTIAL_EVIDENCE if is_strict(portions[0].upstream) else MUCH_EVIDENCE
        is_substantial = sum(each.evidence for each in portions) >= least
        for portion in portions:
            yield from _drafts(portion, is_substantial, repository)


def _portions(copy: Copy, answered: Collection[str], repository: RepositoryView) -> Iterator[Portion]:
    """One for each project that has parts of the file and is not the file's own."""
    held: defaultdict[str, list[UpstreamMatch]] = defaultdict(list)
    for upstream in copy.verdict.upstreams:
        if upstream.parts and upstream.project not in answered:
            held[upstream.project].append(upstream)
    # Beside a copy a few statements of what is akin to its source are no news.
    least = SUBSTANTIAL_EVIDENCE if answered else 0.0
    for upstreams in held.values():
        first = upstreams[0]
        # A match that was not measured is one that says enough.
        evidence = sum(each.part_evidence or MUCH_EVIDENCE for each in upstreams)
        if evidence >= least and not _is_home(copy, first, repository):
            yield Portion(copy, first, evidence)


def _drafts(portion: Portion, is_substantial: bool, repository: RepositoryView) -> Iterator[FindingDraft]:
    derivation = _derivation(portion, repository)
    given = grade(derivation, repository)
    if not _is_named(portion, repository):
        draft = _unnamed(portion, is_substantial)
        if legal := repository.licence_of_folder(portion.copy.verdict.path):
            draft = draft.lowered(Level.NOTE, f"{legal.path} may be the licence of this code, which others have, too.")
        if _credits_another(portion):
            draft = draft.lowered(
                Level.NOTE, "What stands by these definitions names another source: both may be from there."
            )
        yield doubted(draft, derivation, repository, given)
    if is_substantial:
        for draft in _terms(derivation, repository):
            draft = in_part(draft).lowered(Level.WARNING, "Whether a part is substantial, a person must see.")
            yield doubted(draft, derivation, repository, given)


def _derivation(portion: Portion, repository: RepositoryView) -> Derivation:
    """The part as a copy of its own, at the place of its definitions."""
    copy, upstream = portion.copy, portion.upstream
    licence = repository.licence_stated_of(copy, upstream)
    return Derivation(
        copy=replace(copy, place=_place(copy, upstream)),
        upstream=upstream,
        listed=copy.verdict.upstreams,
        lines=upstream.copyrights,
        copyrights=repository.copyrights_of(copy),
        licence=licence,
        states_licence=bool(licence) or copy.notice.form is not LicenceForm.NONE,
    )


def _terms(derivation: Derivation, repository: RepositoryView) -> Iterator[FindingDraft]:
    """What strict licences ask of a work with a part: their text, the holders' lines, a licence that goes with them."""
    licences = licences_owed(derivation.upstream.licence, repository.licences_of(derivation.path))
    rules = [rule for rule in map(licence_rule, licences) if rule and rule.family in STRICT]
    combined = [*licence_drafts(derivation, rules, repository)]
    refused = [draft for draft in combined if draft.rule == "combination-not-allowed"]
    yield from refused or combined
    for rule in rules:
        for obligation in _obligations(rule):
            outcome = CHECKS[obligation.duty](Owed(derivation, rule, obligation), repository)
            if outcome.draft:
                yield outcome.draft


def _obligations(rule: LicenceRule) -> Sequence[Obligation]:
    return [each for each in rule.obligations if each.duty in _ASKED]


def in_part(draft: FindingDraft) -> FindingDraft:
    """The finding in words for a file that holds more."""
    upstream = draft.upstream
    is_open = upstream is not None and upstream.direction in (Direction.OPEN, Direction.UNKNOWN)
    like = f"in part {draft.facts.get('like') or ('alike with' if is_open else 'a copy of')}"
    return replace(draft, facts={**draft.facts, "like": like, "like_changed": like})


def _is_named(portion: Portion, repository: RepositoryView) -> bool:
    """Whether file, sidecar, README or NOTICE says whose the definitions are."""
    copy, upstream = portion.copy, portion.upstream
    given = repository.copyrights_of(copy)
    if any(not holders_missing((line,), given) for line in (*upstream.copyrights, *upstream.licence_copyrights)):
        return True
    credited = any(credits_it(each, upstream) for each in repository.credits_of(copy))
    return credited or repository.entry_for(upstream) is not None


def _credits_another(portion: Portion) -> bool:
    """Whether a comment above the definitions, or in one of them, says that they are from another project."""
    copy, upstream = portion.copy, portion.upstream
    others = [each for each in copy.credits if is_for_code(each) and not credits_any(each, copy.verdict.upstreams)]
    held = _places(copy, upstream)
    return bool(held) and all(any(_is_near(each, *place) for each in others) for place in held)


def _credits_by(copy: Copy, upstream: UpstreamMatch) -> list[Credit]:
    """What stands in the definitions of an upstream, or above them, of where code is from."""
    said = [each for each in copy.credits if is_for_code(each)]
    held = _places(copy, upstream) if said else []
    return [each for each in said if any(_is_near(each, *place) for place in held)]


def _places(copy: Copy, upstream: UpstreamMatch) -> list[tuple[int, int]]:
    """The first and last lines of the definitions of an upstream, the module as a whole aside."""
    definitions = (each for each in copy.verdict.definitions if each.qualname in upstream.parts)
    return [(each.first_line, each.last_line) for each in definitions if each.qualname != MODULE]


def _is_near(credit: Credit, first_line: int, last_line: int) -> bool:
    return first_line - _LINES_OF_A_SECTION <= credit.first_line <= last_line


def _unnamed(portion: Portion, is_substantial: bool) -> FindingDraft:
    copy, upstream = portion.copy, portion.upstream
    lines = upstream.copyrights or upstream.licence_copyrights
    draft = FindingDraft(
        rule="part-unacknowledged",
        region=_place(copy, upstream),
        facts={
            "definitions": a_few(upstream.parts),
            "share": f"{100 * upstream.share:.0f} %",
            "missing": quoted(lines) or "those of its LICENSE",
        },
        upstream=upstream,
    )
    return draft if is_substantial else draft.lowered(Level.NOTE, "It is a small part.")


def _place(copy: Copy, upstream: UpstreamMatch) -> Region:
    """The first of the definitions, as far as is known."""
    path = copy.verdict.path
    held = [each for each in copy.verdict.definitions if each.qualname in upstream.parts]
    # The module spans the whole file: a definition in it says more of where to look.
    first = min(held, key=lambda each: (each.qualname == MODULE, each.first_line), default=None)
    return Region(path, first.first_line, first.last_line) if first else Region(path, 1, 1)


class _Missing(Struct, frozen=True):
    """What of a notice is missing."""

    words: str
    """As a message says it: the first of many lines."""
    whole: str
    """All of it, to tell what is the same."""


def adapted_drafts(copy: Copy, answered: Container[str], repository: RepositoryView) -> Iterator[FindingDraft]:
    """One for each upstream project that the header, or what stands by its definitions, credits without its notice.

    The projects of ``answered`` are checked apart.
    """
    told: set[str] = set()
    for upstream in (*copy.verdict.upstreams, *copy.verdict.alike):
        if upstream.verdict is not Verdict.FRAGMENTS or upstream.project in answered or upstream.project in told:
            continue
        given = (*credits_above(copy), *_credits_by(copy, upstream))
        credit = next((each for each in given if credits_it(each, upstream)), None)
        if credit is None or repository.is_own(credit) or _is_home(copy, upstream, repository):
            continue
        if missing := _notice_missing(copy, upstream, repository):
            told.add(upstream.project)
            yield _adapted(copy, upstream, credit, missing)


def _is_home(copy: Copy, upstream: UpstreamMatch, repository: RepositoryView) -> bool:
    return repository.is_at_home(copy, upstream) or repository.is_nearly_at_home(copy, upstream)


def _notice_missing(copy: Copy, upstream: UpstreamMatch, repository: RepositoryView) -> _Missing | None:
    """What of the upstream's notice neither the file nor a legal file here has; None where none is missing."""
    lines = [line for line in upstream.copyrights if line not in upstream.recent_lines] or upstream.licence_copyrights
    given = (*repository.copyrights_of(copy), *repository.copyrights, *repository.own_lines(upstream))
    if lines:
        missing = holders_missing(lines, given)
        return _Missing(quoted(missing), squeezed(" ".join(map(shortened, missing)))) if missing else None
    stated = copy.notice.form is not LicenceForm.NONE or any(
        each.licence for each in repository.sidecars(copy.verdict.path)
    )
    if upstream.licence_form is LicenceForm.NONE or stated or repository.text_of(upstream.licence):
        return None
    words = f"a statement that it is under {upstream.licence}"
    return _Missing(words, squeezed(words)) if upstream.licence else None


def _adapted(copy: Copy, upstream: UpstreamMatch, credit: Credit, missing: _Missing) -> FindingDraft:
    share = f"{100 * upstream.share:.0f} %"
    draft = FindingDraft(
        rule="adapted-notice-missing",
        region=Region(copy.verdict.path, credit.first_line, credit.last_line),
        facts={"credited": shortened(source_of(credit)), "share": share, "missing": missing.words},
        upstream=upstream,
        upstream_region=Region(upstream.path, 1, upstream.header_last_line) if upstream.header_last_line else None,
        about=(missing.whole,),
    )
    return draft if upstream.share >= _MUCH else draft.lowered(Level.NOTE, f"Little of the file stands there: {share}.")
