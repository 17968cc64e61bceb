"""Links in comments and docstrings that say where code is from, by plain expressions: none of modelkin's."""

from __future__ import annotations

import csv
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

NAMES = Path(__file__).with_name("coverage_names.tsv")
MOST_BYTES = 2_000_000

# Said of code: what is told after it was copied.
_FIRM = r"""
    (?:adap?ted|adpated|adopted|cop(?:ied|y|ies)|taken|borrow\w*|modif(?:ied|y|ication\w*)|port(?:ed)?|derived|forked|
    lifted|stolen|extracted|converted|translated|refactored|rewritten|imported|reused|re-used|inherit\w*)
    (?:\s+(?:and|&|/|or)\s+\w+|\s+(?:directly|heavily|largely|mostly|mainly|partly|slightly|in\ part|verbatim))?
    (?:\s+version)?\s+(?:from|of|form|in|by|after)\b
"""
# Said of code, of models and of ideas alike: an address has to follow, and one on the Hub has to be that of a file.
_LOOSE = r"""
    (?:heavily\s+|largely\s+|mostly\s+|mainly\s+|partly\s+)?(?:based\s+(?:up)?on|builds?\s+on|built\s+(?:up)?on|following)\b
    | \b(?:code|implementation|function|class|module|file|script|version|is|are|was|from|source|originally|credits?
      |thanks)\s+(?:is\s+|are\s+|was\s+|taken\s+)?(?:from|at|in|to|by|goes\s+to)\b
    | (?:\A|\n|[.;!]\s)[\s*>"-]*(?:from|sources?|code\s+source|origin|credits?|code|implementation
      |original(?:\s+(?:code|implementation|source|repo))?|official\s+(?:code|implementation))
      \s*(?::|(?=https?:|github\.com)|\Z|\n)
    | \b(?:original|official)\s+(?:code|implementation|repo\w*|source)(?:\s+(?:is|at|in|from))*\s*
      (?=:|https?:|\(|\[|github)
"""
FIRM = re.compile(rf"\b(?:{_FIRM})", re.IGNORECASE | re.VERBOSE)
LOOSE = re.compile(_LOOSE, re.IGNORECASE | re.VERBOSE)
ADDRESS = re.compile(
    r"(?<![\w.])(?:www\.)?(?P<host>github\.com|raw\.githubusercontent\.com|gitlab\.com|bitbucket\.org|gitee\.com|"
    r"huggingface\.co|hf\.co|pypi\.org/project)[/:](?P<rest>[\w.~/%@+-]+)",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|never|n't|instead|differs?|different|rather)\s*(?:\w+\s*)?\Z", re.IGNORECASE)
_OF_DATA = re.compile(
    r"\b(?:weights?|checkpoints?|pre-?trained|data\s?sets?|vocab\w*|download\w*|install\w*|clone|paper|images?|videos?|table)\b[^.;\n]{0,40}\Z",
    re.IGNORECASE,
)
# "Based on [SentencePiece](...)" says what is used.
_IS_USE = re.compile(
    r"(?:built|builds|based)\s+(?:up)?on\s+[`\[][\w -]+(?:\]\(|<| <)[^)>]*/[\w.-]+/?[)>]", re.IGNORECASE
)
_CODE = re.compile(r"\b(?:code|implement\w+|repo\w*|script|modules?|functions?|class(?:es)?|layers?)\b", re.IGNORECASE)
_BARE = re.compile(r"[`'\"(\[<\s]*(?P<owner>[A-Za-z\d][\w-]*)/(?P<name>[\w.-]+)")
# Places on the hosts that are no repositories, and parts of repositories that are no code.
_NO_OWNERS = frozenset(
    "datasets docs papers blog spaces collections models tasks learn features topics orgs about login explore "
    "sponsors settings marketplace transformers main".split()
)
_NO_CODE = frozenset(
    "issues pull pulls discussions wiki releases commit compare projects actions labels raw-data".split()
)
_WRAPPED = re.compile(r"(https?://\S*[-/_])\n[ \t]*([\w.-]+)")
_LINE_OF_LINK = 70
_WINDOW = 260


class Link(NamedTuple):
    """A file that says where its code is from."""

    path: str
    upstream: str
    """``owner/name`` in lower case, by today's name; ``hf:`` stands before one of the Hub, ``pypi:`` of a package."""


class Table(NamedTuple):
    """What the expressions cannot know."""

    same: dict[str, str]
    """Former names and mirrors of a repository, each with the name that counts."""
    names: dict[str, str]
    """Names of projects as comments have them, in lower case, each with its repository."""
    owners: frozenset[str]
    """Whose repositories are named without an address."""
    projects: dict[str, frozenset[str]]
    """The projects of a corpus that hold a repository, where their homepage does not say so."""


def mine(folder: Path, own: str = "") -> list[Link]:
    """The links of all Python files of a folder, each once; ``own`` is the repository itself."""
    own = canonical(own) if own else ""
    return sorted(
        Link(path.relative_to(folder).as_posix(), upstream)
        for path in folder.rglob("*.py")
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= MOST_BYTES
        for upstream in upstreams_in(path.read_bytes().decode("utf-8", "replace"))
        if upstream != own
    )


def upstreams_in(text: str) -> set[str]:
    """The upstreams that comments and docstrings of a Python file credit."""
    return {upstream for block in blocks(text) for upstream in credited(block)}


def blocks(text: str) -> Iterator[str]:
    """The docstrings and the runs of comment lines of a file, without their marks."""
    comments: list[str] = []
    last = -2
    for line, said in _spoken(text):
        if line < 0:
            yield said
            continue
        if line != last + 1 and comments:
            yield "\n".join(comments)
            comments = []
        comments.append(said)
        last = line
    if comments:
        yield "\n".join(comments)


def _spoken(text: str) -> Iterator[tuple[int, str]]:
    """Comments with their line; strings that stand alone, with -1. What cannot be tokenised is read line by line."""
    fresh = True
    done = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            done = token.end[0]
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string.lstrip("#").strip()
            elif token.type == tokenize.STRING and fresh:
                yield -1, token.string.strip("rRbBuUfF").strip("\"'")
            if token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING):
                fresh = token.type == tokenize.NEWLINE
    except (tokenize.TokenError, SyntaxError):
        for number, line in enumerate(text.splitlines()[done:], done + 1):
            if line.lstrip().startswith("#"):
                yield number, line.strip().lstrip("#").strip()


def credited(said: str) -> set[str]:
    """The upstreams that a comment or docstring credits with code."""
    said = _WRAPPED.sub(r"\1\2\n", said)
    found: set[str] = set()
    for pattern in (FIRM, LOOSE):
        for match in pattern.finditer(said):
            before = said[max(match.start() - 80, 0) : match.start()].rsplit("\n\n")[-1]
            sentence = re.split(r"[.!?]\s", before)[-1]
            if _IS_USE.match(said, match.start()) and not _CODE.search(sentence):
                continue
            if _DENIED.search(before) or (_OF_DATA.search(sentence) and not _CODE.search(sentence)):
                continue
            found |= _named(said, match, pattern is FIRM)
    return found


def _named(said: str, match: re.Match[str], firm: bool) -> set[str]:
    window = _window(said, match.end())
    addresses = {key for each in ADDRESS.finditer(window) if (key := _upstream(each, firm))}
    if ADDRESS.search(window):
        return addresses
    sentence = re.split(r"[.!?;]\s|\n\s*\n", window)[0][:80]
    if (bare := _BARE.match(window)) and bare["owner"].lower() in table().owners:
        return {canonical(f"{bare['owner']}/{bare['name']}")}
    if firm or (
        match[0].lower().startswith("based")
        and _CODE.search(f"{said[max(match.start() - 60, 0) : match.start()]} {sentence}")
    ):
        return _by_name(sentence)
    return set()


def _by_name(sentence: str) -> set[str]:
    words = re.findall(r"[A-Za-z][\w-]*", sentence)
    spans = [" ".join(words[start : start + length]) for start in range(min(len(words), 4)) for length in (3, 2, 1)]
    return {table().names[each.lower()] for each in spans if each.lower() in table().names}


def _window(said: str, start: int) -> str:
    """What follows a phrase: its line, the next one, and further lines that are mostly a link each."""
    lines = said[start:].split("\n")
    kept = lines[:1]
    for number, line in enumerate(lines[1:8], 1):
        link = ADDRESS.search(line)
        if not line.strip() and any(part.strip() for part in kept):
            break
        if number > 1 and not (link and len(line) - len(link[0]) <= _LINE_OF_LINK):
            break
        if number == 1 and ADDRESS.search(kept[0]) and not (link and len(line) - len(link[0]) <= _LINE_OF_LINK):
            break
        if FIRM.search(line):
            break
        kept.append(line)
    return "\n".join(line[:_WINDOW] for line in kept)


def _upstream(address: re.Match[str], firm: bool) -> str:
    """The repository of an address; empty where it is none of code."""
    host = address["host"].lower()
    parts = [part for part in address["rest"].split("/") if part]
    if host == "pypi.org/project":
        return canonical(f"pypi:{parts[0]}") if parts else ""
    on_hub = host in ("huggingface.co", "hf.co")
    if on_hub and parts[:1] == ["spaces"]:
        parts = parts[1:]
    if len(parts) < 2 or parts[0].lower() in _NO_OWNERS or (len(parts) > 2 and parts[2].lower() in _NO_CODE):
        return ""
    if on_hub and not firm and not parts[-1].endswith((".py", ".ipynb")):
        return ""
    name = re.sub(r"\.git(?:@.*)?\Z", "", parts[1].rstrip(".,;:"))
    if not name or (host == "raw.githubusercontent.com" and not parts[-1].endswith(".py")):
        return ""
    prefix = {
        "huggingface.co": "hf:",
        "hf.co": "hf:",
        "gitlab.com": "gitlab:",
        "gitee.com": "gitee:",
        "bitbucket.org": "bitbucket:",
    }
    return canonical(f"{prefix.get(host, '')}{parts[0]}/{name}")


def canonical(key: str) -> str:
    """One key for all names and well-known mirrors of a repository."""
    key = key.strip().lower()
    return table().same.get(key, key)


def key_of(homepage: str) -> str:
    """The key of a project's homepage; empty where it is no repository."""
    address = ADDRESS.search(homepage)
    return _upstream(address, firm=True) if address else ""


@cache
def table() -> Table:
    """The table beside this module."""
    with NAMES.open(encoding="utf-8", newline="") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    rows = list(csv.reader(lines, delimiter="\t"))
    kinds = {kind: [row[1:] for row in rows if row[0] == kind] for kind in ("same", "name", "owner", "project")}
    projects: dict[str, set[str]] = {}
    for repository, project in kinds["project"]:
        projects.setdefault(repository.lower(), set()).add(project)
    return Table(
        {former.lower(): now.lower() for former, now in kinds["same"]},
        {name.lower(): repository.lower() for name, repository in kinds["name"]},
        frozenset(owner.lower() for (owner,) in kinds["owner"]),
        {repository: frozenset(names) for repository, names in projects.items()},
    )
