"""The record that all checks of a copy are made on: the copy, the upstream it derives from, and what it says itself.

Edit this when a check needs one more thing that follows from the two.
"""

from __future__ import annotations

from math import inf

from msgspec import Struct

from ..licences.expressions import licences_owed
from ..matching.gained import tell_of_descent
from ..notices.holders import holders, holders_missing, squeezed, today
from ..notices.model import Credit
from ..results import MODULE, LicenceForm, UpstreamMatch, Verdict
from ..rulebook.loader import licence_rule
from ..rulebook.model import Family
from .copies import Copy
from .naming import came_along, credits_any, is_by_one_of, is_for_code

# What licences of these families ask for is asked of every work that holds a part.
STRICT = (Family.WEAK_COPYLEFT, Family.COPYLEFT, Family.NETWORK_COPYLEFT, Family.NON_COMMERCIAL)
# An upstream that explains this part of what the closest does may as well be the true source.
NEARLY_THE_SAME = 0.8
_WHOLE = (Verdict.IDENTICAL, Verdict.RENAMED)
# Who has so much of an upstream file has all that it added to its source; who has less than half, little of that.
_MOSTLY, _HALF = 0.9, 0.5


class Derivation(Struct, frozen=True):
    """A copy and the upstream it derives from, whose terms it must meet."""

    copy: Copy
    upstream: UpstreamMatch
    listed: tuple[UpstreamMatch, ...]
    """All upstreams that the file is known to stand on, to tell a right credit from a wrong one."""
    lines: tuple[str, ...]
    """The upstream file's copyright lines that must stay."""
    copyrights: tuple[str, ...]
    """The copyright lines that the file, or a sidecar for it, states."""
    licence: str
    """The licence that the file, or a sidecar for it, states; empty where none."""
    states_licence: bool
    """Whether it states one in any form, known or not."""
    sibling: UpstreamMatch | None = None
    """The file of the scanned project itself by which the code came, if it did: then only notices must stay."""
    is_sure: bool = True
    """Whether more than age says that the code came by this upstream."""
    passed_on: bool = False
    """Whether the upstream is what the copy's source has the code from: then what that one dropped is owed alone."""

    @property
    def inner(self) -> bool:
        """Whether the code came by a file of the scanned project itself."""
        return self.sibling is not None

    @property
    def path(self) -> str:
        """The copy's path."""
        return self.copy.verdict.path

    @property
    def closest(self) -> str:
        """The project of the upstream that explains most of the file."""
        return self.copy.verdict.upstreams[0].project

    @property
    def header_credits(self) -> tuple[Credit, ...]:
        """The credits that speak for the file.

        Others may have come along with the code: those of single functions, and those for a holder whom the upstream
        file names itself.
        """
        return tuple(each for each in credits_above(self.copy) if not is_by_one_of(each, self.upstream.copyrights))

    @property
    def is_doubtful(self) -> bool:
        """Whether the file and its upstream may both stand on what the file credits.

        They are not much alike, or the upstream says neither whose it is nor where it is from.
        """
        is_much = self.upstream.share >= NEARLY_THE_SAME and not self.copy.place  # of a work, it is the work's share
        if is_much and not (self.is_headless and not self.upstream.sources):
            return False
        others = (each for each in self.header_credits if not came_along(each, self.upstream))
        return any(not credits_any(each, self.listed) for each in others)

    @property
    def is_headless(self) -> bool:
        """Whether the upstream file itself says neither whose it is nor under which licence."""
        return self.upstream.licence_form is LicenceForm.NONE and not self.upstream.copyrights

    @property
    def has_a_part(self) -> bool:
        """Whether the file has not all of the upstream.

        Who holds what that one added to its own source has it from there.
        """
        held = self.upstream.contained
        is_whole = held >= _MOSTLY or (self.upstream.verdict in _WHOLE and not 0 < held < _HALF)
        return not is_whole and not tell_of_descent(self.upstream.innovations)

    @property
    def has_a_part_alone(self) -> bool:
        """Whether that is less than half of it, so that the file lacks most of what makes the upstream its own work."""
        return self.has_a_part and 0 < self.upstream.contained < _HALF

    @property
    def names_a_holder(self) -> bool:
        """Whether the file names any of the holders it is to name."""
        owed = {today(squeezed(holder)) for line in self.lines for holder in holders(line)}
        return not owed.isdisjoint(today(squeezed(holder)) for line in self.copyrights for holder in holders(line))

    @property
    def missing(self) -> tuple[str, ...]:
        """The owed lines that neither the file nor a sidecar carries.

        Of files that are much alike the closest need not be the one that was copied: a line that is known from another
        upstream file, and has a holder in common with the one owed, is that other file's header, kept.
        """
        missing = holders_missing(self.lines, self.copyrights)
        return tuple(line for line in missing if not any(_is_sibling_of(line, other) for other in self.copy.known))


def is_strict(upstream: UpstreamMatch) -> bool:
    """Whether the upstream's licence asks something of every work with a part of it."""
    rules = (licence_rule(each) for each in licences_owed(upstream.licence, ()))
    return any(rule.family in STRICT for rule in rules if rule)


def credits_above(copy: Copy) -> tuple[Credit, ...]:
    """What a file says above its first definition of where its code is from."""
    if not copy.credits:
        return ()
    lines = (each.first_line for each in copy.verdict.definitions if each.qualname != MODULE)
    first = next(lines, inf)  # they are in the order of the text
    return tuple(each for each in copy.credits if each.last_line < first and _is_for(each, copy))


def _is_for(credit: Credit, copy: Copy) -> bool:
    """Whether a credit is for code; a reference is one where it leads to a file of the copy's own name."""
    name = copy.verdict.path.rpartition("/")[2]
    return is_for_code(credit) or (bool(credit.url) and credit.path.rpartition("/")[2] == name)


def _is_sibling_of(line: str, other: str) -> bool:
    """Whether two lines share a holder and ``other`` names a further one: "X and Lamp Inc.", "Y and Lamp Inc."."""
    owed, kept = set(holders(line)), set(holders(other))
    return bool(owed & kept) and bool(kept - owed)
