"""Whether a credit or a text names an upstream, by any of the names that a project goes by.

Edit this when a right credit is not taken for one, or one for another project is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from ..notices.holders import holders, squeezed
from ..notices.model import Credit, Strength
from ..repository.own_names import plain_name
from ..results import UpstreamMatch
from ..support.lazy import lazy_pattern

_REPOSITORY = lazy_pattern(r"https?://(?:www\.)?(?P<host>[^/\s]+)/(?P<owner>[^/\s#?]+)/(?P<name>[^/\s#?]+)")
# Below their address stand packages, of all the world.
_REGISTRIES = frozenset(("pypi.org", "pypi.python.org", "test.pypi.org", "conda.anaconda.org"))
_LINK = lazy_pattern(r"(?:https?://|www\.)\S*")
_NO_LETTER = lazy_pattern(r"[\W_]+")
# What a house calls its part that publishes, after a name that is long enough to be nobody else's.
_HOUSE = lazy_pattern(r"(?<=\w{6})(?:research|ai|labs?)\Z")
# A shorter name may stand in another by chance.
_LEAST_LETTERS = 4
_LEAST_JOINED = 6


def project_names(upstream: UpstreamMatch) -> frozenset[str]:
    """What the project goes by: its own name, its package's, and its repository's, "org/repo" and the last of it."""
    return _names(upstream.project, upstream.package, upstream.url, upstream.homepage)


@cache
def _names(project: str, package: str, url: str, homepage: str) -> frozenset[str]:
    found = {plain_name(project), plain_name(package)}
    for address in (url, homepage):
        if match := _repository(address):
            name = match["name"].removesuffix(".git")
            found.add(plain_name(f"{match['owner']}/{name}"))
            # Releases of a project that stand elsewhere go by another name; a short one may be anybody's: "lora".
            if address == url or len(_letters(name)) >= _LEAST_JOINED:
                found.add(plain_name(name))
    return frozenset(found - {""})


def publisher_of(upstream: UpstreamMatch) -> str:
    """Who publishes the repository, as "host/org"; empty where no address says: a package registry does not."""
    match = _repository(upstream.homepage) or _repository(upstream.url)
    return f"{match['host']}/{match['owner']}".casefold() if match else ""


def _repository(address: str) -> re.Match[str] | None:
    match = _REPOSITORY.match(address)
    return match if match and match["host"].casefold() not in _REGISTRIES else None


def credits_it(credit: Credit, upstream: UpstreamMatch) -> bool:
    """Whether the credit is for the upstream's project, or for its very file."""
    known = project_names(upstream)
    if credits_project(credit, known) or _path_names(credit.path, upstream, known):
        return True
    return mentions(_LINK.sub(" ", credit.words), upstream)


def credits_any(credit: Credit, upstreams: Iterable[UpstreamMatch]) -> bool:
    """Whether the credit is for one of ``upstreams``."""
    return any(credits_it(credit, upstream) for upstream in upstreams)


def leads_to_any(credit: Credit, upstreams: Iterable[UpstreamMatch]) -> bool:
    """Whether the credit gives the whole path of one of ``upstreams``, folders around its package aside."""
    path = credit.path.lstrip("./")
    paths = (each.path for each in upstreams) if "/" in path else ()
    return any(
        f"/{longer}".endswith(f"/{shorter}") for each in paths for longer, shorter in ((path, each), (each, path))
    )


def is_by_one_of(credit: Credit, copyrights: Iterable[str]) -> bool:
    """Whether the organisation whose repository a credit names is a holder in one of the copyright lines."""
    match = _REPOSITORY.match(credit.url)
    publisher = _letters(match["owner"] if match else credit.project.rpartition("/")[0])
    known = (_letters(holder) for line in copyrights for holder in holders(line))
    return len(publisher) >= _LEAST_LETTERS and any(publisher in holder for holder in known)


def names_its_holder(credit: Credit, copyrights: Iterable[str]) -> bool:
    """Whether a line names who has the repository of a credit: Facebook has facebookresearch/X."""
    return _names_one_like(credit.project.rpartition("/")[0] or "/".join(credit.url.split("/")[3:4]), copyrights)


def names_its_publisher(upstream: UpstreamMatch, copyrights: Iterable[str]) -> bool:
    """Whether a line names who publishes the upstream: an upload without a LICENSE need not say whose it is."""
    return _names_one_like("/".join(publisher_of(upstream).split("/")[1:2]), copyrights)


def _names_one_like(owner: str, copyrights: Iterable[str]) -> bool:
    owner = squeezed(owner)
    named = (squeezed(name) for line in copyrights for name in holders(line))
    return any(len(min(owner, name, key=len)) >= _LEAST_LETTERS and _begin_alike(owner, name) for name in named)


def came_along(credit: Credit, upstream: UpstreamMatch) -> bool:
    """Whether a credit stands in the upstream's own header as well."""
    return credit.url in upstream.sources or credit.project in upstream.sources


def _begin_alike(one: str, other: str) -> bool:
    """Whether one is the other and more, or both are one house: facebookresearch and Facebook AI."""
    one, other = _HOUSE.sub("", one), _HOUSE.sub("", other)
    return one.startswith(other) or other.startswith(one)


def _letters(name: str) -> str:
    return _NO_LETTER.sub("", name.casefold())


def credits_project(credit: Credit, known: frozenset[str]) -> bool:
    """Whether the project or repository that a credit names is one of ``known``, names as ``plain_name`` gives them."""
    given = {plain_name(credit.project), plain_name(credit.project.rpartition("/")[2])}
    if match := _REPOSITORY.match(credit.url):
        name = match["name"].removesuffix(".git")
        given |= {plain_name(name), plain_name(f"{match['owner']}/{name}")}
    if not known.isdisjoint(given - {""}) or not _joined(known).isdisjoint(map(_letters, given)):
        return True
    return any(_is_renamed(each, other) for each in given if "/" in each for other in known if "/" in other)


def _is_renamed(one: str, other: str) -> bool:
    """Whether two repositories are of one owner, and one name is the end of the other: pytorch-stft, now torch-stft."""
    (owner, _, name), (publisher, _, called) = one.partition("/"), other.partition("/")
    shorter, longer = sorted((_letters(name), _letters(called)), key=len)
    return owner == publisher and len(shorter) >= _LEAST_JOINED and longer.endswith(shorter)


@cache
def _joined(names: frozenset[str]) -> frozenset[str]:
    """The longer names without what parts their words: a repository was lit-gpt and is litgpt."""
    squeezed = (_letters(name) for name in names if "/" not in name)
    return frozenset(name for name in squeezed if len(name) >= _LEAST_JOINED)


def _path_names(path: str, upstream: UpstreamMatch, known: frozenset[str]) -> bool:
    """A dotted module begins with the package; a file's path ends as the upstream's does."""
    if not path:
        return False
    if plain_name(re.split(r"[./]", path)[0]) in known:
        return True
    return "/" in path and (upstream.path.endswith(path.lstrip("./")) or path.endswith(upstream.path))


def mentions(text: str, upstream: UpstreamMatch) -> bool:
    """Whether the project, its repository or the upstream file's path stands in a text."""
    return upstream.path in text or mentions_project(text, project_names(upstream))


def mentions_project(text: str, known: frozenset[str]) -> bool:
    """Whether one of ``known`` stands in a text as a word of its own: "lamp", but not the lamp of "someone/lamp"."""
    return _mention(known).search(text) is not None


@cache
def _mention(known: frozenset[str]) -> re.Pattern[str]:
    # A name of one or two letters would be found in any text.
    spelled = {name: re.escape(name).replace(r"\-", "[-_. ]?") for name in sorted(known) if len(name) > 2}
    repositories = "|".join(pattern for name, pattern in spelled.items() if "/" in name)
    alone = "|".join(pattern for name, pattern in spelled.items() if "/" not in name)
    sought = [rf"(?<![\w-])(?:{repositories})"] if repositories else []
    sought += [rf"(?<![\w/-])(?:{alone})"] if alone else []
    return re.compile(rf"(?:{'|'.join(sought)})(?![\w-])" if sought else r"(?!)", re.IGNORECASE)


def names_in_words(credit: Credit, upstreams: Iterable[UpstreamMatch]) -> bool:
    """Whether the credit says the source's name outside a link."""
    words = _LINK.sub(" ", credit.words)
    if any(mentions(words, upstream) for upstream in upstreams):
        return True
    whole, said = credit.project.casefold(), words.casefold()
    name = whole.rpartition("/")[2]
    return (bool(whole) and whole in said) or (len(name) >= _LEAST_LETTERS and name in said)


def source_of(credit: Credit) -> str:
    """What a credit names, in the shortest words there are."""
    return credit.project or credit.path or credit.url or credit.words


def is_for_code(credit: Credit) -> bool:
    """Whether the credit says where code is from, and not just who had the idea."""
    return credit.strength is not Strength.IDEA and bool(credit.project or credit.path or credit.url)
