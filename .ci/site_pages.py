"""Makes pages of the documentation site out of what stands at the root of the repository; mkdocs runs it as a hook.

README.md is the first page. Links are made to fit: to another page, or, where a file is no page, to the repository's
own address of it; to its text alone as long as setup.cfg names no address of the project. Edit this when one more file
of the root is a page.
"""

from __future__ import annotations

import posixpath
import re
import runpy
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).parent.parent
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "CONTRIBUTING.md": "contributing.md",
}
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#]+)(#[^)\s]*)?\)")


def on_config(config: Any) -> Any:
    """Name the repository, where the project has an address."""
    config.repo_url = runpy.run_path(str(ROOT / "setup.py"))["address"]() or None
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages of the root."""
    for name, page in PAGES.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=fitted(text, "", config.repo_url)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Make the links of a page of docs/ fit."""
    return markdown if page.file.src_path in PAGES.values() else fitted(markdown, "docs", config.repo_url)


def fitted(markdown: str, folder: str, repository: str | None) -> str:
    """The text of a file in ``folder``, with links that lead to pages of the site."""

    def link(found: re.Match[str]) -> str:
        mark, text, target, anchor = found.group(1), found.group(2), found.group(3), found.group(4) or ""
        if "://" in target:
            return found.group()
        path = posixpath.normpath(posixpath.join(folder, target))
        if path in PAGES:
            return f"{mark}[{text}]({PAGES[path]}{anchor})"
        if path.startswith("docs/"):
            return f"{mark}[{text}]({path.removeprefix('docs/')}{anchor})"
        return f"[{text}]({repository}/blob/HEAD/{path}{anchor})" if repository else text

    return _LINK.sub(link, markdown)
