"""Whether a file stands in the upstream project itself: by a name, or because many files around it are the project's.

A name that a package registry vouches for is enough. One that the source gives itself is a claim: it counts only for a
file at the upstream's own path, with the upstream's notices. Edit this when a project is held against itself, or when
somebody else's code passes for the project's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..licences.expressions import is_covered, licences_stated
from ..notices.holders import holders_missing
from ..repository.model import Declarations, SidecarNotice
from ..repository.own_names import plain_name
from ..results import COPIES, FileVerdict, LicenceForm, UpstreamMatch
from .copies import Copy
from .naming import project_names, publisher_of

# A few files under the paths of a release may be copies; so many are the project, or all of it in another's hands.
LEAST_OF_A_TREE = 5
# Folders that one build of a project has around its packages, and another has not.
_AROUND = ("src/", "lib/", "python/")

Sidecars = Callable[[str], Sequence[SidecarNotice]]


class Tree(Struct, frozen=True):
    """A folder that holds the package of an upstream project; it ends with a slash."""

    folder: str
    project: str


class Home(Struct, frozen=True):
    """What is known of whose the scanned code is."""

    vouched: str = ""
    """The name under which a package registry has all of it."""
    claimed: frozenset[str] = frozenset()
    """The names that it gives itself."""
    released: tuple[Tree, ...] = ()
    """Trees of files that are a project's releases."""
    kept: tuple[Tree, ...] = ()
    """Trees of files, changed or not, that stand where the project has them and keep its notices."""
    publishers: frozenset[str] = frozenset()
    """Who publishes the project that it is by a registry's word."""
    claimed_projects: frozenset[str] = frozenset()
    """The projects among its files that go by a name it gives itself."""
    published: frozenset[tuple[str, str]] = frozenset()
    """Projects among its files, each with who publishes it."""

    def is_claimed(self, project: str) -> bool:
        """Whether the source says itself that it is that project."""
        return project in self.claimed_projects

    def publishers_of(self, project: str) -> frozenset[str]:
        """Who publishes a project that some of its files are from."""
        return frozenset(publisher for name, publisher in self.published if name == project and publisher)

    def vouches_for(self, copy: Copy, upstream: UpstreamMatch) -> bool:
        """Whether a registry says that the scanned source, or this very file, is the upstream project's."""
        return plain_name(upstream.package) in {self.vouched, plain_name(copy.verdict.dated.project)} - {""}

    def claim_on(self, upstream: UpstreamMatch) -> str:
        """The name by which the source says itself that it is the upstream project; empty where it does not."""
        return min(self.claimed & project_names(upstream), default="")

    def has_released(self, path: str, upstream: UpstreamMatch) -> bool:
        """Whether ``path`` is no file of the upstream's, among many that the project released under these very paths.

        A clone of a project need not say which it is. The file under the upstream's own path is held against it all
        the same: somebody may have put the tree into another repository.
        """
        return not stands_in_place(path, upstream) and _is_in(self.released, path, upstream)

    def has_kept(self, path: str, upstream: UpstreamMatch) -> bool:
        """Whether ``path`` stands among many files that are the project's by their places and notices."""
        return _is_in(self.kept, path, upstream)

    def is_in_place(self, path: str, upstream: UpstreamMatch) -> bool:
        """Whether a file stands where the upstream has it, in its package or among many in a root without one."""
        unpacked = stands_unpacked(path, upstream) and Tree("", upstream.project) in self.kept
        return unpacked or stands_in_place(path, upstream)


def home_of(declarations: Declarations, own: str, copies: Iterable[Copy], sidecars: Sidecars) -> Home:
    """Whose the code is, by the names it goes by, ``own`` among them, and by all files that stand on upstreams."""
    copies = tuple(copies)
    vouched = plain_name(declarations.vouched)
    claimed = frozenset(name for each in (own, *declarations.names) for name in _spelled(each)) - {""}
    released = _trees(_released(copies))
    bare = Home(vouched, claimed, released)
    bare = replace(bare, kept=_trees(_kept(bare, copies, sidecars)))
    known = [each for copy in copies for each in (*copy.verdict.upstreams, *copy.verdict.alike)]
    return replace(
        bare,
        publishers=frozenset(_publishers(bare, copies)) - {""},
        claimed_projects=frozenset(each.project for each in known if bare.claim_on(each)),
        published=frozenset((each.project, publisher_of(each)) for each in known),
    )


def stands_in_place(path: str, upstream: UpstreamMatch) -> bool:
    """Whether a file stands where the upstream has it, folders around its packages aside."""
    return f"/{path}".endswith(f"/{_place(upstream)}")


def stands_unpacked(path: str, upstream: UpstreamMatch) -> bool:
    """Whether a file stands below the root as the upstream's has it below its package.

    A repository without a package gets one in an upload, mostly by others.
    """
    return path == _place(upstream).partition("/")[2]


def keeps_notices(copy: Copy, upstream: UpstreamMatch, sidecars: Sequence[SidecarNotice]) -> bool:
    """Whether the file says of itself what the upstream file says: its holders, and a licence where that has one."""
    given = (*copy.notice.copyrights, *(line for sidecar in sidecars for line in sidecar.copyrights))
    lines = [line for line in upstream.copyrights if line not in upstream.recent_lines]
    stated = [each for each in (copy.notice.licence, *(sidecar.licence for sidecar in sidecars)) if each]
    # A pointer to a file names no licence; one that is named must be the upstream's.
    is_its = any(is_covered(upstream.licence, licences_stated(each)) for each in stated)
    states = is_its if stated else copy.notice.form is not LicenceForm.NONE
    return (states or upstream.licence_form is LicenceForm.NONE) and not holders_missing(lines, given)


def _spelled(name: str) -> tuple[str, str]:
    return plain_name(name), plain_name(name.rpartition("/")[2])


def _place(upstream: UpstreamMatch) -> str:
    around = next((each for each in _AROUND if upstream.path.startswith(each)), "")
    return upstream.path.removeprefix(around)


def _is_in(trees: Sequence[Tree], path: str, upstream: UpstreamMatch) -> bool:
    return any(path.startswith(tree.folder) and upstream.project == tree.project for tree in trees)


def _trees(places: Iterable[Tree]) -> tuple[Tree, ...]:
    return tuple(tree for tree, count in Counter(places).items() if count >= LEAST_OF_A_TREE)


def _released(copies: Sequence[Copy]) -> Iterator[Tree]:
    for copy in copies:
        if copy.verdict.own_release and copy.verdict.upstreams:
            yield _tree(copy.verdict, copy.verdict.upstreams[0])


def _kept(home: Home, copies: Sequence[Copy], sidecars: Sidecars) -> Iterator[Tree]:
    for copy in copies:
        for upstream in (*copy.verdict.upstreams, *copy.verdict.alike):
            tree = _place_of(home, copy.verdict, upstream) if upstream.verdict in COPIES else None
            if tree and keeps_notices(copy, upstream, sidecars(copy.verdict.path)):
                yield tree
                break


def _place_of(home: Home, file: FileVerdict, upstream: UpstreamMatch) -> Tree | None:
    """The tree of a project that a file stands in; the root is one only where it goes by the project's name."""
    if stands_in_place(file.path, upstream):
        return _tree(file, upstream)
    unpacked = stands_unpacked(file.path, upstream) and home.claim_on(upstream)
    return Tree("", upstream.project) if unpacked else None


def _tree(file: FileVerdict, upstream: UpstreamMatch) -> Tree:
    """The folder that stands for the package of a project, of a file that stands in place."""
    place = _place(upstream)
    return Tree(f"{file.path.removesuffix(place)}{place.partition('/')[0]}/", upstream.project)


def _publishers(home: Home, copies: Sequence[Copy]) -> Iterator[str]:
    for copy in copies:
        for upstream in (*copy.verdict.upstreams, *copy.verdict.alike):
            if home.vouches_for(copy, upstream):
                yield publisher_of(upstream)
