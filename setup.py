"""What setup.cfg cannot say: the version, a description whose links lead somewhere, archives with the same bytes twice.

Edit this when a release is numbered, described or packed in another way. CONTRIBUTING.md says how one is made.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import tarfile
from configparser import ConfigParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from setuptools import setup
from setuptools.command.sdist import sdist

if TYPE_CHECKING:
    from setuptools_scm.version import ScmVersion

ROOT = Path(__file__).parent
_HEADING = re.compile(r"^## (\S+) \((.+)\)$", re.MULTILINE)
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


# The version.


def newest_heading() -> tuple[str, bool]:
    """The version at the top of CHANGELOG.md, and whether it was released."""
    found = _HEADING.search((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit("CHANGELOG.md has no heading such as `## 0.1.0 (unreleased)`, which the version follows from")
    return found[1], found[2] != "unreleased"


def without_commit() -> str:
    """The version of a tree of which neither git nor an archive's note says which commit it is. It is never a tag."""
    newest, is_released = newest_heading()
    return f"{newest}.post0" if is_released else f"{newest}.dev0"


def numbered(found: ScmVersion) -> str:
    """A tag's version; else the changelog's, as a development release by the commits since the last tag.

    A clone without tags, as pre-commit makes it, is taken for the release that its changelog ends with.
    """
    from setuptools_scm.version import guess_next_dev_version

    newest, is_released = newest_heading()
    if _is_tagged(found) and found.exact:
        return str(found.tag)
    if not is_released:
        return f"{newest}.dev{found.distance or 0}"
    return guess_next_dev_version(found) if _is_tagged(found) else newest


def commit_of(found: ScmVersion) -> str:
    """What follows the version where no tag says all: the commit, and the day where files differ from it."""
    if (_is_tagged(found) and found.exact) or not found.node:
        return ""
    return found.format_choice("+{node}", "+{node}.d{time:%Y%m%d}")


def _is_tagged(found: ScmVersion) -> bool:
    return str(found.tag) not in ("0.0", without_commit())


# The description.


def address() -> str:
    """The project's public address, as `project_urls` in setup.cfg names it under Source; empty where it does not."""
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = settings.get("metadata", "project_urls", fallback="").splitlines()
    return next((line.partition("=")[2].strip().rstrip("/") for line in lines if line.startswith("Source")), "")


def description() -> str:
    """README.md for a package index: its links lead to the repository; without an address only their words stay."""
    base = address()

    def absolute(link: re.Match[str]) -> str:
        mark, text, target = link.groups()
        if "://" in target:
            return link[0]
        if not base:
            return "" if mark else text
        place = f"README.md{target}" if target.startswith("#") else target
        return f"{mark}[{text}]({base}/{'raw' if mark else 'blob'}/HEAD/{place})"

    return _LINK.sub(absolute, (ROOT / "README.md").read_text(encoding="utf-8"))


# The archive.


class Sdist(sdist):
    """An archive that depends on nothing but the sources, where SOURCE_DATE_EPOCH gives the time."""

    def make_archive(self, *arguments: Any, **settings: Any) -> str:
        """As setuptools packs it, and again with one time, one owner and plain permissions."""
        made = Path(super().make_archive(*arguments, **settings))
        if (seconds := os.environ.get("SOURCE_DATE_EPOCH")) and made.name.endswith(".tar.gz"):
            _pack_again(made, int(seconds))
        return str(made)


def _pack_again(archive: Path, seconds: int) -> None:
    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = seconds, 0, 0, "", ""
        entry.pax_headers = {}  # which has the time again, with its fractions
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    again = archive.with_name(archive.name + ".new")
    with (
        tarfile.open(archive) as old,
        again.open("wb") as file,
        gzip.GzipFile("", "wb", 9, file, seconds) as packed,
        tarfile.open(fileobj=packed, mode="w") as new,
    ):
        for entry in sorted(old, key=lambda each: each.name):
            new.addfile(plain(entry), old.extractfile(entry) if entry.isfile() else None)
    shutil.move(again, archive)


if __name__ == "__main__":
    setup(
        use_scm_version={
            "version_scheme": numbered,
            "local_scheme": commit_of,
            "fallback_version": without_commit(),
        },
        long_description=description(),
        cmdclass={"sdist": Sdist},
    )
