"""What a link leads to, by its words alone: code, and whose; or a change, talk, a page, a paper.

Edit this when a host of code or of papers is not known, or its addresses have another form.
"""

from __future__ import annotations

import re
from enum import Enum

from msgspec import Struct

from ..support.lazy import lazy_pattern

# A link that is broken after a slash goes on below.
URL = lazy_pattern(
    r"(?:https?://(?:www\.)?|(?<![\w.@/])(?:www\.)?(?=(?:github|gitlab|huggingface)\.\w{2,3}/))"
    r"(?:[^\s<>\"'`|)\]}]|(?<=/)\n(?=[\w.-]{1,80}/[\w./-]{3})){1,400}"
)
_CODE_HOSTS = frozenset(
    "github.com bitbucket.org codeberg.org sr.ht huggingface.co hf.co modelscope.cn sourceforge.net code.google.com "
    "pypi.org colab.research.google.com stackoverflow.com kaggle.com pastebin.com".split()
)
_CODE_HOST = lazy_pattern(
    r"(?:gist\.|raw\.)?git(?:hub|lab|ee)(?:usercontent)?\.\w+|gitlab\..*|git\..*|\w+\.(?:googlesource|stackexchange)\.com"
)
# Papers, manuals and encyclopaedias: what is taken from them is no code.
_READING = lazy_pattern(
    r"(?:.*\.)?(?:arxiv\.org|alphaxiv\.org|doi\.org|openreview\.net|aclanthology\.\w+|aclweb\.org|nips\.cc|neurips\.cc|"
    r"mlr\.press|ieee\.org|semanticscholar\.org|researchgate\.net|acm\.org|springer\.com|nature\.com|biorxiv\.org|"
    r"sciencedirect\.com|thecvf\.com|isca-\w+\.org|jmlr\.org|wikipedia\.org|readthedocs\.\w+|numpy\.org|scipy\.org|"
    r"scikit-learn\.org|python\.org|paperswithcode\.com|distill\.pub|youtube\.com|reddit\.com|twitter\.com|x\.com|"
    r"apache\.org|gnu\.org|opensource\.org|spdx\.org|creativecommons\.org|openai\.com|nvidia\.com|w3\.org|ietf\.org)"
    r"|(?:docs?|documentation|developers?|proceedings)\..*"
)
_READING_PATH = lazy_pattern(r"\.pdf\Z|/docs?/|/api_docs/|/papers?/|/abs/", re.IGNORECASE)
_HUB_READING = lazy_pattern(r"(?:papers?|docs|blog|posts|learn|datasets|collections|transformers)\Z")
_FILE = lazy_pattern(r"/(?:-/)?(?:blob|tree|raw|resolve|src|edit|blame)/[^/]+(?P<path>/.*)?\Z")
_TALK = lazy_pattern(r"/(?:issues|discussions|wiki)(?:/|\Z)")
_CHANGE = lazy_pattern(r"/(?:pulls?|merge_requests|commit)/")
_DATA = lazy_pattern(
    r"/releases(?:/|\Z)|\.(?:pth?|ckpt|bin|safetensors|npz|zip|tar|gz|tgz|json|csv|png|jpe?g|gif|wav|mp3|mp4|md)\Z",
    re.IGNORECASE,
)


class Leads(Enum):
    """What is at the end of a link."""

    CODE = "code"
    CHANGE = "change"  # a pull request, a commit
    TALK = "talk"  # an issue, a discussion
    ELSEWHERE = "elsewhere"  # a page that may hold code
    READING = "reading"  # a paper, a manual, data


class Link(Struct, frozen=True):
    """A link: ``project`` is "org/repo" at a code host, else the host; ``path`` the file or folder in it."""

    url: str
    leads: Leads
    project: str
    path: str


def read_link(found: str) -> Link:
    """What a link leads to, by its words alone."""
    url = found.replace("\n", "").rstrip(".,;:!?*")
    host, _, path = url.partition("://")[2 if "://" in url else 0].partition("?")[0].partition("#")[0].partition("/")
    host, path = host.lower().removeprefix("www."), f"/{path}".rstrip("/")
    if host not in _CODE_HOSTS and not _CODE_HOST.fullmatch(host):
        return Link(url, _leads_elsewhere(host, path), host, path.partition("/_modules/")[2].removesuffix(".html"))
    steps = [step for step in path.split("/") if step and step != "spaces"]
    if host.startswith("raw."):
        first = 5 if steps[2:3] == ["refs"] else 3
        return Link(url, Leads.CODE, "/".join(steps[:2]), "/".join(steps[first:]))
    file = _FILE.search(path)
    inner = (file["path"] or "").strip("/") if file else ""
    return Link(url, _leads(host, path, steps), _project(host, steps), inner)


def _leads_elsewhere(host: str, path: str) -> Leads:
    """Manuals show the source of what they describe, too."""
    if "/_modules/" in path:
        return Leads.CODE
    if _READING.fullmatch(host) or _READING_PATH.search(path) or _DATA.search(path):
        return Leads.READING
    return Leads.ELSEWHERE


def _project(host: str, steps: list[str]) -> str:
    if host.startswith("gist."):
        return steps[0] if steps else host
    if host.startswith(("git", "raw.", "huggingface", "hf.", "bitbucket", "codeberg", "modelscope")):
        return "/".join(steps[:2]).removesuffix(".git") or host
    return host


def _leads(host: str, path: str, steps: list[str]) -> Leads:
    if host in ("huggingface.co", "hf.co") and steps and _HUB_READING.match(steps[0]):
        return Leads.READING
    if _TALK.search(path):
        return Leads.TALK
    if _CHANGE.search(path):
        return Leads.CHANGE
    return Leads.READING if _DATA.search(path) or not steps else Leads.CODE
