"""Whether a copy and the upstream that it is held against may both be from a third, which nobody here has seen.

What no corpus holds is told of as a copy of what does hold it: a port, a sibling, a project that took the same helper.
What the copy, the README above it and the upstream say of where code is from tells of that, and so does who else has
it. Edit this when such a copy is held against a sibling, or when a true source gets off by a word of the copy's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from ..notices.holders import holders
from ..notices.model import Credit, Strength
from ..notices.project_names import names_project
from ..repository.model import ModelCard
from ..results import Level, UpstreamMatch
from ..support.lazy import lazy_pattern
from .acknowledgement import could_be_for
from .copies import Copy
from .model import NEARLY_THE_SAME, Derivation, credits_above
from .naming import (
    came_along,
    credits_any,
    credits_it,
    is_by_one_of,
    is_for_code,
    names_its_holder,
    project_names,
    publisher_of,
)
from .repository_view import RepositoryView
from .third_parties import TERMS_OF_THE_HOLDER

# A helper of so few tokens goes from project to project, and by then nobody knows whose it was.
_LITTLE = 200
# So many others that have it, and do not have it from one another.
_LEAST_OTHERS = 2
_OF_A_FILE = lazy_pattern(r"/blob/[^\s]+\.py\b")
_REPOSITORY = lazy_pattern(r"https?://(?:www\.)?(?:github|gitlab|huggingface|bitbucket)\.\w+/[\w.-]+/(?P<name>[\w.-]+)")
_MOST_LINKS, _LEAST_LETTERS = 200, 3
# As a package is written where it is imported: a name in prose ("GPT-NeoX") mostly is what an idea is from.
_PACKAGE = lazy_pattern(r"[a-z][a-z0-9_]{3,}|[\w.-]+/[\w.-]+(?<!\.py)")

Doubt = tuple[Level, str]
"""The level that a finding is at most of, and why."""


def common_source(derivation: Derivation) -> str:
    """The project that both files name as their source, and whose holder the copy names; empty where there is none."""
    given = (each for each in derivation.header_credits if not credits_any(each, derivation.listed))
    return shared_source(given, derivation.upstream.sources, derivation.copyrights)


def shared_source(given: Iterable[Credit], sources: Sequence[str], copyrights: Iterable[str]) -> str:
    """Of what the credits ``given`` name, the project that ``sources`` name as well and whose holder has a line.

    Empty where there is none.
    """
    lines = tuple(copyrights)
    for credit in given:
        named = _named(credit)
        if names_its_holder(credit, lines) and names_project(sources, named, ()):
            return named[-1]
    return ""


def _named(credit: Credit) -> list[str]:
    """What a credit names of its source: its address, and last what to call it."""
    return [each for each in (credit.url, credit.project) if each]


def perhaps_of_a_third(derivation: Derivation, repository: RepositoryView, rule: str) -> Iterator[Doubt]:
    """What speaks for a third from which both may be, each with the level that a finding of ``rule`` has at most."""
    upstream, others = derivation.upstream, _others_with_it(derivation)
    less = Level.NOTE if rule == "part-unacknowledged" else Level.WARNING
    common = _perhaps_common(derivation, repository)
    if common:
        yield less, f"Both name {common} as their source, each in its own words: both may be from there."
    if _credits(derivation.copy, upstream):
        return
    if (held := _held_by(others, upstream)) and _is_little(derivation):
        words = f"{' and '.join(held)} have this little code as well, and not from {upstream.project}"
        yield Level.NOTE, f"{words}: whose it was first is not known."
    if source := _source_of_several(derivation, others):
        words = f"{upstream.project} and others that have this code name {source} as their source"
        yield Level.NOTE, f"{words}: the file may be from there."
    if not derivation.has_a_part:
        return
    if source := _source_by_its_holder(derivation):
        words = f"{upstream.project} names {source} as its source, and the file is under the notice of its holder"
        yield Level.NOTE, f"{words}: the file may be from there."
    elif (source := _source_not_seen(derivation)) and not common:
        also = f", and {others[0].project} has as much of the file" if others else ""
        words = f"{upstream.project} names {source} as its source{also}: the file may be from there."
        yield Level.NOTE if others else less, words
    if derivation.has_a_part_alone and (port := _port_of_who_is_named_in_the_licence(derivation, repository)):
        yield (
            Level.NOTE,
            f"The LICENSE here is by a holder whom {port} names beside another: the file may be from them.",
        )
    elif derivation.has_a_part_alone and not common:
        yield from _by_its_credits(derivation, repository, rule, less)


def _perhaps_common(derivation: Derivation, repository: RepositoryView) -> str:
    """As ``common_source``, where no holder is named, and the words of the credit did not come along with the code.

    A file that credits nobody is spoken for by a README at or above it.
    """
    sources = derivation.upstream.sources
    is_silent = bool(sources) and not derivation.copy.credits
    cards = repository.cards_beside(derivation.path) if is_silent else ()
    beside = (each for card in cards for each in card.credits)
    within = derivation.copy.credits if sources else ()
    own = (each for each in within if not is_by_one_of(each, derivation.upstream.copyrights))
    for credit in filter(is_for_code, (*own, *beside)):
        if credits_any(credit, derivation.listed) or came_along(credit, derivation.upstream):
            continue
        if names_project(sources, named := _named(credit), ()):
            return named[-1]
    return ""


def _others_with_it(derivation: Derivation) -> list[UpstreamMatch]:
    """What other projects have as much of a file as its upstream, where neither names the other as its source."""
    verdict, upstream = derivation.copy.verdict, derivation.upstream
    near = (each for each in (*verdict.upstreams, *verdict.alike, *verdict.later) if each.project != upstream.project)
    alike = (each for each in near if each.share >= NEARLY_THE_SAME * upstream.share)
    return [each for each in alike if not _is_from(each, upstream) and not _is_from(upstream, each)]


def _source_of_several(derivation: Derivation, others: Iterable[UpstreamMatch]) -> str:
    """What an upstream and other publishers' files as near name as their source, and nothing known here is.

    Even a whole copy may be of that.
    """
    publisher = publisher_of(derivation.upstream)
    theirs = [source for each in others if publisher_of(each) != publisher for source in each.sources]
    shared = (each for each in derivation.upstream.sources if _is_project(each) and names_project(theirs, (each,), ()))
    return next((each for each in shared if not _is_known(each, derivation)), "")


def _held_by(others: Iterable[UpstreamMatch], upstream: UpstreamMatch) -> list[str]:
    """The first of those that publishers of their own have; empty where too few of them do."""
    found = {publisher_of(each) or each.project: each.project for each in others}
    found.pop(publisher_of(upstream), None)
    return list(found.values())[:_LEAST_OTHERS] if len(found) >= _LEAST_OTHERS else []


def _is_little(derivation: Derivation) -> bool:
    """Whether all that the file shares is a helper."""
    verdict = derivation.copy.verdict
    return verdict.similarity * sum(each.tokens for each in verdict.definitions) <= _LITTLE


def _is_from(one: UpstreamMatch, other: UpstreamMatch) -> bool:
    return names_project(one.sources, project_names(other), ())


def _source_by_its_holder(derivation: Derivation) -> str:
    """The source that an upstream names, and whose holder the header of the copy names, but not all of the upstream's.

    Who keeps all its lines has it from the upstream.
    """
    lines, upstream = derivation.copy.notice.copyrights, derivation.upstream
    if not lines or not derivation.missing:
        return ""
    return next((each for each in upstream.sources if names_its_holder(_credit_for(each), lines)), "")


def _credit_for(source: str) -> Credit:
    project = "" if "://" in source else source
    return Credit(0, 0, "", Strength.BASED, source if "://" in source else "", project if "/" in project else "", "")


def _source_not_seen(derivation: Derivation) -> str:
    """What an upstream names as its source, and nothing that the file is alike with is.

    A whole project says less than the very file: then the copy has less than half of the upstream.
    """
    for source in derivation.upstream.sources:
        is_said = _OF_A_FILE.search(source) or (derivation.has_a_part_alone and _is_project(source))
        if is_said and not _is_known(source, derivation):
            return source
    return ""


def _is_known(source: str, derivation: Derivation) -> bool:
    """Whether anything that the file is alike with is that source."""
    return names_project((source,), [name for each in derivation.listed for name in project_names(each)], ())


def _is_project(source: str) -> bool:
    is_named = _REPOSITORY.match(source) or _PACKAGE.fullmatch(source)
    return bool(is_named) and names_project((source,), (source,), ())  # a name that anything may have is nobody's


def _port_of_who_is_named_in_the_licence(derivation: Derivation, repository: RepositoryView) -> str:
    """The project whose file names the holder of the LICENSE here, and one more: a port of that holder's.

    That is the upstream; of one that itself names nobody, any that the repository's files are like.
    """
    upstream = derivation.upstream
    if repository.is_port(upstream):
        return upstream.project
    return next((each.project for each in repository.ports), "") if derivation.is_headless else ""


def _by_its_credits(derivation: Derivation, repository: RepositoryView, rule: str, less: Level) -> Iterator[Doubt]:
    """What the copy's header, or where it credits nobody a README, names that nothing known is."""
    for credit in credits_above(derivation.copy):
        if _is_of_a_holder(credit, derivation) or (rule in TERMS_OF_THE_HOLDER and _is_theirs(credit, derivation)):
            yield Level.NOTE, _of_a_holder(credit, derivation.upstream)
            return
    beside = () if derivation.copy.credits else repository.cards_beside(derivation.path)
    for card in beside:
        said = [each for each in card.credits if is_for_code(each) and not repository.is_own(each)]
        for credit in (*said, *_links_to(derivation.upstream, card)):
            if _is_of_a_holder(credit, derivation):
                yield less, _of_a_holder(credit, derivation.upstream)
                return
        for credit in said:
            named = _named(credit)
            known = repository.naming(*named)
            is_other = known is not None and not credits_any(credit, derivation.listed)
            if known and is_other and could_be_for(credit, card, derivation.path, repository):
                words = f"{card.path} says that this is from {named[-1]}, which {known.project} names as a source, too"
                yield Level.NOTE, f"{words}: the file may be from there."
                return


def _links_to(upstream: UpstreamMatch, card: ModelCard) -> Iterator[Credit]:
    """The links of a README to repositories whose name stands in the upstream's path: gpt-2, and tokenization_gpt2."""
    path = _letters(upstream.path)
    for match in islice(_REPOSITORY.finditer(card.text), _MOST_LINKS):
        name = _letters(match["name"])
        if len(name) >= _LEAST_LETTERS and name in path:
            yield _credit_for(match[0])


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _is_of_a_holder(credit: Credit, derivation: Derivation) -> bool:
    """Whether a credit is for another project of one of several holders whom the upstream's own header names.

    Who ported a file mostly put a name beside the first one; a line that names that one alone is owed in any case.
    """
    named = [name for line in derivation.upstream.copyrights for name in holders(line)]
    return _is_theirs(credit, derivation) and not all(names_its_holder(credit, (name,)) for name in named)


def _is_theirs(credit: Credit, derivation: Derivation) -> bool:
    is_new = not came_along(credit, derivation.upstream) and not credits_any(credit, derivation.listed)
    return is_new and names_its_holder(credit, derivation.upstream.copyrights)


def _of_a_holder(credit: Credit, upstream: UpstreamMatch) -> str:
    return f"{_named(credit)[-1]} is named here, whose holder {upstream.project} names as well: both may be from there."


def _credits(copy: Copy, upstream: UpstreamMatch) -> bool:
    return any(credits_it(each, upstream) for each in copy.credits if is_for_code(each))


def from_here(derivation: Derivation, repository: RepositoryView) -> str:
    """The source that an upstream without a holder names, and whose holder alone has a line in the LICENSE here."""
    if derivation.upstream.copyrights or len(repository.own_holders) != 1:
        return ""
    lines = repository.own_copyrights
    return next((each for each in derivation.upstream.sources if names_its_holder(_credit_for(each), lines)), "")
