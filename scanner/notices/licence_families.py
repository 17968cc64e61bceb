"""A header in folded case in, the GNU and Creative Commons licences it names out: ids put together from their parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .wording import Wording, pattern

_GNU = (
    r"gnu (?:(?P<long>affero|lesser|library) )?general public licen[cs]e"
    r"|(?<![a-z])(?P<short>a|l)?gpl(?=[\s,.+)\]v-]|\d|\Z)"
)
_VERSION = r"(?:(?<![a-z])v(?:ersion|\.)?[\s-]{0,3}|gpl[\s-]?v?)(\d)(?:\.(\d))?"
_LATER = r"or \(at your option\) any later|any later version|or later|or-later|or newer|gpl-?v?\d(?:\.\d)?\+"
_PREFIXES = {"affero": "A", "a": "A", "lesser": "L", "library": "L", "l": "L", None: ""}
# A header that names no version leaves the choice to who takes the code (GPL-3.0 §14): the oldest in use of each.
_OLDEST = {"A": "3.0", "L": "2.1", "": "2.0"}

_CC_URL = r"creativecommons\.org/(?:licenses/(?P<terms>by(?:-nc|-sa|-nd){0,2})/(?P<version>\d\.\d)|publicdo)"
_CC_SHORT = r"(?<![a-z])cc[\s-]by(?P<terms>(?:[\s-](?:nc|sa|nd)){0,2})[\s-]{1,2}v?(?P<version>\d\.\d)"
_CC_LONG = (
    r"attribution(?P<terms>(?:[\s-]{1,3}(?:non-?commercial|share-?alike|no-?deriv(?:ative)?s)){0,2})"
    r" (?:international )?(?:\(cc[^)\n]{0,12}\) )?v?(?P<version>\d\.\d)"
)
_CC_ZERO = r"(?<![a-z])cc0(?![a-z])|publicdomain/zero/1\.0"


def families(folded: str) -> Iterator[Wording]:
    """The first of each family that is named."""
    yield from gnu(folded)
    if "cc" in folded or "creative" in folded:
        yield from creative_commons(folded)


def gnu(folded: str) -> Iterator[Wording]:
    """GPL, LGPL or AGPL, of the version and with the "or later" that the words around say."""
    if "gpl" not in folded and "gnu" not in folded:
        return
    if not (match := pattern(_GNU).search(folded)):
        return
    prefix = _PREFIXES[match["long"] or match["short"]]
    around = folded[max(match.start() - 40, 0) : match.end() + 220]
    version = pattern(_VERSION).search(folded, match.start(), match.end() + 120) or pattern(_VERSION).search(around)
    said = f"{version[1]}.{version[2] or 0}" if version else _OLDEST[prefix]
    later = "only" if version and not pattern(_LATER).search(around) else "or-later"
    yield Wording(f"{prefix}GPL-{said}-{later}", match.start(), match.end(), "gnu.org/licenses")


def creative_commons(folded: str) -> Iterator[Wording]:
    """A Creative Commons licence; one whose version is not said has no id."""
    if match := pattern(_CC_ZERO).search(folded):
        yield Wording("CC0-1.0", match.start(), match.end())
    for shape in (_CC_URL, _CC_SHORT, _CC_LONG):
        if (match := pattern(shape).search(folded)) and match["version"]:
            yield Wording(_cc_id(match["terms"], match["version"]), match.start(), match.end())
            return


def _cc_id(terms: str, version: str) -> str:
    squeezed = re.sub(r"[\s-]", "", terms)
    kinds = (("NC", "nc", "noncommercial"), ("SA", "sa", "sharealike"), ("ND", "nd", "noderiv"))
    said = [name for name, *spelled in kinds if any(each in squeezed for each in spelled)]
    return "-".join(("CC-BY", *said, version))
