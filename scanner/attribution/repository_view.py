"""What a repository's declarations say for one of its copies: licences, notices, credits, whose code it is.

Edit this when something outside the code of a copy is to count for it, or no longer to count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import groupby

from ..licences.expressions import is_covered, licences_stated
from ..notices.holders import holders, holders_missing, squeezed
from ..notices.model import Credit
from ..notices.project_names import names_project
from ..repository.lookup import is_plain, licence_files_for, repository_licence, sidecars_for, speaks_for_all
from ..repository.model import Declarations, LegalFile, LegalKind, ModelCard, SidecarNotice, Subject
from ..results import UpstreamMatch
from ..support.lazy import lazy_pattern
from .copies import Copy
from .home import home_of, keeps_notices
from .naming import credits_project, mentions_project, project_names, publisher_of

_LICENCE_WORDS = lazy_pattern(
    r"(?:third[-_]?party|(?:un)?licen[cs]es?|copying|lesser|codes?|texts?|files?)|\.(?:txt|md|rst|markdown|text)\Z",
    re.IGNORECASE,
)
_CHANGED = lazy_pattern(r"\b(?:modified|changed|adapted|derived|ported)\b", re.IGNORECASE)


class RepositoryView:
    """The declarations of one repository, ready to be asked for each of its copies.

    ``own`` is a name that the scanned source goes by, empty where not known. ``whole`` says whether all of it was read:
    what was not read is not missing. ``copies`` are its files that stand on upstreams: many of one project make a tree
    of it.
    """

    def __init__(
        self, declarations: Declarations, own: str = "", whole: bool = True, copies: Iterable[Copy] = ()
    ) -> None:
        self.declarations = declarations
        self.whole = whole
        self._legal = tuple(each for each in declarations.legal_files if each.subject is not Subject.TEMPLATE)
        self._copies = tuple(copies)
        self.home = home_of(declarations, own, self._copies, self.sidecars)
        self._naming: dict[tuple[str, ...], UpstreamMatch | None] = {}
        self._entries: dict[frozenset[str], LegalFile | None] = {}

    def is_at_home(self, copy: Copy, upstream: UpstreamMatch) -> bool:
        """Whether a copy stands in the upstream project itself, which owes itself nothing.

        A name that the source gives itself frees only a file in its place, with its notices.
        """
        path = copy.verdict.path
        if self.home.vouches_for(copy, upstream):
            return True
        if self.home.has_released(path, upstream) and keeps_notices(copy, upstream, self.sidecars(path)):
            return True
        is_claimed = bool(self.home.claim_on(upstream)) and self.names_a_holder(copy, upstream)
        return is_claimed and self._is_in_order(copy, upstream)

    def names_a_holder(self, copy: Copy, upstream: UpstreamMatch) -> bool:
        """Whether somebody is named whom the upstream names: in the file, and where that names nobody in its LICENSE.

        A project's own LICENSE has its own line, and not that of who uploaded the project for it.
        """
        given, lines = (*self.copyrights, *self.copyrights_of(copy)), upstream.licence_copyrights
        return bool(upstream.copyrights) or not lines or len(holders_missing(lines, given)) < len(lines)

    def is_nearly_at_home(self, copy: Copy, upstream: UpstreamMatch) -> bool:
        """Whether a copy stands in a tree that is the upstream project's by many changed files.

        One in the place of the upstream file without its notices does not, nor one elsewhere that names another holder.
        """
        path = copy.verdict.path
        if not self.home.has_kept(path, upstream):
            return False
        if self.home.is_in_place(path, upstream):
            return self._is_in_order(copy, upstream)
        return not holders_missing(self.copyrights_of(copy), (*upstream.copyrights, *upstream.licence_copyrights))

    def _is_in_order(self, copy: Copy, upstream: UpstreamMatch) -> bool:
        path = copy.verdict.path
        return self.home.is_in_place(path, upstream) and keeps_notices(copy, upstream, self.sidecars(path))

    def own_lines(self, upstream: UpstreamMatch) -> tuple[str, ...]:
        """Copyright lines of who publishes the scanned project; another project of theirs has them in its LICENSE."""
        shared = upstream.licence_copyrights if publisher_of(upstream) in self.home.publishers else ()
        return (*self.own_copyrights, *shared)

    def is_own(self, credit: Credit) -> bool:
        """Whether a credit names the scanned project itself."""
        return credits_project(credit, self.home.claimed)

    @cached_property
    def licences(self) -> tuple[str, ...]:
        """The licences that the repository as a whole is under."""
        return repository_licence(self.declarations)

    @cached_property
    def card_credits(self) -> tuple[Credit, ...]:
        """The credits of its READMEs."""
        return tuple(credit for card in self.declarations.model_cards for credit in card.credits)

    def cards_beside(self, path: str) -> Iterator[ModelCard]:
        """The READMEs that stand at or above ``path``, or speak for the whole."""
        return (card for card in self.declarations.model_cards if self.is_beside(card, path))

    def is_beside(self, card: ModelCard, path: str) -> bool:
        """Whether a README stands at or above ``path``, or speaks for the whole."""
        folder = card.path.rpartition("/")[0]
        return speaks_for_all(self.declarations, card.path) or path.startswith(f"{folder}/")

    @cached_property
    def _upstreams(self) -> tuple[UpstreamMatch, ...]:
        """All that any of the copies is alike with, older or younger, of each path one."""
        verdicts = (copy.verdict for copy in self._copies)
        near = (each for it in verdicts for each in (*it.upstreams, *it.alike, *it.later))
        return tuple({(each.project, each.path): each for each in near}.values())

    def naming(self, *names: str) -> UpstreamMatch | None:
        """Of all that any of the copies is alike with, one that names a project of these names as its source."""
        if names not in self._naming:
            found = (each for each in self._upstreams if each.sources and names_project(each.sources, names, ()))
            self._naming[names] = next(found, None)  # asked for each finding
        return self._naming[names]

    @cached_property
    def ports(self) -> tuple[UpstreamMatch, ...]:
        """Of all that any of the copies is alike with, those that name the holders of the LICENSE here, and others."""
        return tuple(filter(self.is_port, self._upstreams))

    def is_port(self, upstream: UpstreamMatch) -> bool:
        """Whether the header of an upstream names the holders of the LICENSE here, and others beside them."""
        named = {squeezed(name) for line in upstream.copyrights for name in holders(line)}
        return bool(self.own_holders) and self.own_holders < named

    @cached_property
    def own_holders(self) -> frozenset[str]:
        """Whom the LICENSE here names, squeezed."""
        return frozenset(squeezed(name) for line in self.own_copyrights for name in holders(line))

    @cached_property
    def entries(self) -> tuple[LegalFile, ...]:
        """Where other people's notices are kept: NOTICE and third-party files."""
        return tuple(each for each in self._legal if each.kind is not LegalKind.LICENCE)

    @cached_property
    def copyrights(self) -> tuple[str, ...]:
        """The copyright lines of all legal files."""
        return tuple(line for each in self._legal for line in each.copyrights)

    @cached_property
    def own_copyrights(self) -> tuple[str, ...]:
        """The copyright lines of the licence of the whole: those whose work the repository says it is."""
        return tuple(line for each in self._legal if _decides(each) and not each.folder for line in each.copyrights)

    def licences_of(self, path: str) -> tuple[str, ...]:
        """The licences that ``path`` is under by the nearest licence file, else by what the whole says."""
        return next((each.licences for each in self._of_folders(path) if each.licences), self.licences)

    def licence_of_folder(self, path: str) -> LegalFile | None:
        """The licence file of a folder around ``path`` that names a holder; not that of the whole."""
        return next((each for each in self._of_folders(path) if each.copyrights), None)

    def _of_folders(self, path: str) -> Iterator[LegalFile]:
        """The licence file of each folder around ``path`` but the root, the nearest first.

        The plain name speaks for its folder; several others speak each for what it is called after.
        """
        near = [each for each in licence_files_for(self.declarations, path) if _decides(each) and each.folder]
        for _, files in groupby(near, key=lambda each: each.folder):
            held = list(files)
            plain = [each for each in held if is_plain(each)]
            yield from plain[:1] or (held if len(held) == 1 and not _is_of_a_part(held[0]) else ())

    def is_text_for(self, licence: str, upstream: UpstreamMatch) -> bool:
        """Whether the text of a licence is here in a file that is called after the upstream: LICENSE_lamp."""
        names = {_letters(each) for each in project_names(upstream) if "/" not in each}
        return any(is_covered(licence, each.licences) and _letters(_after(each)) in names for each in self._legal)

    def text_of(self, licence: str) -> LegalFile | None:
        """The file that carries the text of a licence. Wherever it stands, whoever has the repository has it."""
        return next((each for each in self._legal if is_covered(licence, each.licences)), None)

    def sidecars(self, path: str) -> tuple[SidecarNotice, ...]:
        """What REUSE says of ``path``."""
        return sidecars_for(self.declarations, path) if self.declarations.sidecars else ()

    def copyrights_of(self, copy: Copy) -> tuple[str, ...]:
        """The copyright lines that a copy states, and those that sidecars state of it."""
        beside = (line for sidecar in self.sidecars(copy.verdict.path) for line in sidecar.copyrights)
        within = (line for part in copy.within for line in part.copyrights)
        return (*copy.notice.copyrights, *beside, *within)

    def licence_stated_of(self, copy: Copy, upstream: UpstreamMatch) -> str:
        """The licence that a copy, or a sidecar for it, states; that of a part of it where it is the upstream's."""
        beside = (each.licence for each in self.sidecars(copy.verdict.path) if each.licence)
        stated = copy.notice.licence or next(beside, "")
        if stated and is_covered(upstream.licence, licences_stated(stated)):
            return stated
        within = (each.licence for each in copy.within if each.licence)
        return next((each for each in within if is_covered(upstream.licence, licences_stated(each))), stated)

    def credits_of(self, copy: Copy) -> tuple[Credit, ...]:
        """The credits in a copy, and those in READMEs, of which any that is right will do."""
        return (*copy.credits, *self.card_credits)

    def entry_for(self, upstream: UpstreamMatch) -> LegalFile | None:
        """The NOTICE or third-party file that names the upstream."""
        known = project_names(upstream)
        if known not in self._entries:
            # Such a file may be a megabyte, and hundreds of copies ask for the same project.
            naming_it = (each for each in self.entries if mentions_project(each.text, known))
            self._entries[known] = next(naming_it, None)
        return self._entries[known] or next((each for each in self.entries if upstream.path in each.text), None)

    def changes_told(self, upstream: UpstreamMatch) -> bool:
        """Whether the entry that names the upstream says that its files were changed."""
        entry = self.entry_for(upstream)
        return entry is not None and _CHANGED.search(entry.text) is not None


def _decides(legal: LegalFile) -> bool:
    """Whether a legal file says what the code of its folder is under."""
    return legal.kind is LegalKind.LICENCE and legal.subject in (Subject.WORK, Subject.CODE)


def _after(legal: LegalFile) -> str:
    """What a licence file is called after, beside the word: "lamp" of LICENSE_lamp.txt."""
    return _LICENCE_WORDS.sub("", legal.path.rpartition("/")[2])


def _is_of_a_part(legal: LegalFile) -> bool:
    """Whether its name says whose it is, and not which: LICENSE_lamp, but not LICENSE-MIT or LICENSE.Apache-2.0."""
    called = _letters(_after(legal))
    licences = (_letters(each) for each in legal.licences)
    return bool(called) and not any(each.startswith(called) or called.startswith(each) for each in licences)


def _letters(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.casefold())
