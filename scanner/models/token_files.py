"""Reads the files of a tokenizer: added tokens at their ids, special tokens by role, vocabulary, merges, settings.

Edit this when a library keeps tokens in one more file, or numbers its spare tokens in another way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

from msgspec import Struct, field

from ..results import Skipped
from ..support.lazy import lazy_pattern
from .config_values import PLUMBING, canonical, configuration_values, digest
from .json_files import base_name
from .model import ConfigurationValues, TokenizerFacts, Tokens, Vocabulary

HASH_BYTES = 6
SAMPLED = 128
MERGE_STEPS = (10, 100, 1_000, 10_000, 100_000)
MOST_ADDED = 20_000
MOST_TOKENS = 1_000_000
# Ids are counted from 0, and no vocabulary has so many.
_LARGEST_ID = 2**31
_LONGEST_TOKEN = 2_000
_ROLES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_OTHERS = ("additional_special_tokens", "extra_special_tokens")
_NOT_SETTINGS = PLUMBING | {"added_tokens_decoder", "added_tokens", "name_or_path"}
# Spares that a vocabulary is filled up with, a number in each, and single bytes: all of one family have them.
_SPARE = lazy_pattern(
    r"<0x[0-9A-F]{2}>"
    r"|[<\[]\|?_?(?:reserved|unused|extra|placeholder|dummy|blank|special|control|ctrl|filler|spare|mask|loc|seg|tag)"
    r"(?:[-_ ]?(?:special|token|id|reserved))*[-_ ]?\d+(?:_of_\d+)?_?\|?[>\]]",
    re.IGNORECASE,
)
# In this order: what a file says first of an id or a role counts.
FILES = ("tokenizer_config.json", "tokenizer.json", "added_tokens.json", "special_tokens_map.json", "vocab.json")
Objects = Mapping[str, dict[str, Any]]
"""The objects in a tokenizer's files, by their paths."""


class _Broken(Exception):  # noqa: N818  says why a file is skipped; nothing is raised at a user
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.skipped = Skipped(path, reason)


def tokenizer_facts(objects: Objects, merges: str = "") -> tuple[TokenizerFacts | None, list[Skipped]]:
    """What these files hold, and those of them that are left out, one line each; None where nothing is left.

    ``merges`` is the text of ``merges.txt``, which stands beside ``vocab.json``.
    """
    named = {base_name(path): path for path in objects}
    skipped: list[Skipped] = []
    found = _Found()
    for name in FILES:
        if (path := named.get(name)) is None:
            continue
        try:
            _read_file(path, name, objects[path], merges, found)
        except _Broken as broken:
            skipped.append(broken.skipped)
    return (found.facts() if found.paths else None), skipped


class _Found(Struct):
    """What has been read so far."""

    paths: list[str] = field(default_factory=list)
    added: dict[int, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    vocabulary: Vocabulary | None = None
    settings: ConfigurationValues | None = None
    digest: str = ""

    def facts(self) -> TokenizerFacts:
        added = tokens(self.added)
        return TokenizerFacts(tuple(self.paths), added, self.roles, self.vocabulary, self.settings, self.digest)


def _read_file(path: str, name: str, loaded: dict[str, Any], merges: str, found: _Found) -> None:
    """Add what one file holds, all of it or, where a part is broken, none."""
    added = dict(_added(path, name, loaded))
    vocabulary = found.vocabulary or _vocabulary(path, name, loaded, merges)
    settings = _settings(path, loaded) if name == "tokenizer_config.json" else found.settings
    found.digest = digest(canonical(loaded)) if name == "tokenizer_config.json" else found.digest
    found.added = {**added, **found.added}
    if name in ("tokenizer_config.json", "special_tokens_map.json"):
        found.roles = {**dict(_roles(loaded)), **found.roles}
    found.vocabulary, found.settings = vocabulary, settings
    found.paths.append(path)


def _settings(path: str, loaded: dict[str, Any]) -> ConfigurationValues:
    found = configuration_values(path, loaded, _NOT_SETTINGS | set(_ROLES) | set(_OTHERS))
    if isinstance(found, Skipped):
        raise _Broken(path, found.reason)
    return found


# Tokens and their ids.


def tokens(by_id: Mapping[int, str]) -> Tokens:
    """The tokens of this table as facts."""
    ordered = sorted(by_id.items())
    named = tuple(number for number, token in ordered if not is_spare(token))
    hashes = b"".join(token_hash(each) for _, each in ordered)
    return Tokens(tuple(number for number, _ in ordered), hashes, named)


def is_spare(token: str) -> bool:
    """Whether a token is one of a numbered row of spares, which says nothing of who chose it."""
    return _SPARE.fullmatch(token) is not None


def token_hash(token: str) -> bytes:
    """HASH_BYTES of a token."""
    return blake2b(token.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest()


def hashes_by_id(found: Tokens) -> dict[int, bytes]:
    """The hash of each token by its id."""
    return {
        number: found.hashes[HASH_BYTES * place : HASH_BYTES * (place + 1)] for place, number in enumerate(found.ids)
    }


def _added(path: str, name: str, loaded: dict[str, Any]) -> Iterator[tuple[int, str]]:
    rows: Iterable[tuple[Any, Any]] = ()
    if name == "tokenizer_config.json":
        rows = _table(path, loaded.get("added_tokens_decoder"), "added_tokens_decoder").items()
    elif name == "added_tokens.json":
        rows = ((number, token) for token, number in loaded.items())
    elif name == "tokenizer.json":
        rows = ((_field(path, each, "id"), each) for each in _list(path, loaded.get("added_tokens"), "added_tokens"))
    for count, (number, token) in enumerate(rows):
        if count >= MOST_ADDED:
            raise _Broken(path, f"more than {MOST_ADDED:,} added tokens: not read")
        yield _id(path, number), _content(path, token)


def _id(path: str, number: Any) -> int:
    if isinstance(number, str) and number.isascii() and number.isdecimal() and len(number) < len(str(_LARGEST_ID)):
        return int(number)
    if type(number) is not int or not 0 <= number < _LARGEST_ID:
        raise _Broken(path, "a token has an id that is no number from 0 on: not read")
    return number


def _content(path: str, token: Any) -> str:
    content = token.get("content") if isinstance(token, dict) else token
    if not isinstance(content, str) or len(content) > _LONGEST_TOKEN:
        raise _Broken(path, f"a token that is no text of at most {_LONGEST_TOKEN:,} characters: not read")
    return content


def _table(path: str, value: Any, key: str) -> dict[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise _Broken(path, f"{key} is no object: not read")
    return value or {}


def _list(path: str, value: Any, key: str) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise _Broken(path, f"{key} is no list: not read")
    return value or []


def _field(path: str, value: Any, key: str) -> Any:
    return _table(path, value, "an added token").get(key)


def _roles(loaded: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for role in _ROLES:
        content = loaded[role].get("content") if isinstance(loaded.get(role), dict) else loaded.get(role)
        if isinstance(content, str):
            yield role, token_hash(content).hex()
    for key in _OTHERS:
        listed = loaded.get(key)
        for place, each in enumerate(listed[:MOST_ADDED] if isinstance(listed, list) else []):
            content = each.get("content") if isinstance(each, dict) else each
            if isinstance(content, str):
                yield f"special {place}", token_hash(content).hex()


# Vocabulary and merges.


def _vocabulary(path: str, name: str, loaded: dict[str, Any], text: str) -> Vocabulary | None:
    """Of ``tokenizer.json`` its "model": a table of ids, as BPE has it, or pieces with scores, as Unigram has them."""
    if name not in ("tokenizer.json", "vocab.json"):
        return None
    if name == "vocab.json":
        pieces, merges = _pieces(path, loaded), [line for line in text.split("\n") if line and line[:8] != "#version"]
    else:
        model = _table(path, loaded.get("model"), "model")
        pieces = _pieces(path, model.get("vocab"))
        merges = [_merge(path, each) for each in _list(path, model.get("merges"), "merges")]
    if not pieces:
        return None
    hashes = sorted((token_hash(token), number) for token, number in pieces)
    sampled = sorted((number, hashed) for hashed, number in hashes[:SAMPLED])
    sample = Tokens(tuple(number for number, _ in sampled), b"".join(hashed for _, hashed in sampled))
    return Vocabulary(len(pieces), _digest_of(pieces), sample, len(merges), tuple(_merge_digests(merges)))


def _digest_of(pieces: list[tuple[str, int]]) -> str:
    whole = blake2b(digest_size=8)
    for token, number in sorted(pieces, key=lambda each: (each[1], each[0])):
        stored = token.encode("utf-8", "surrogatepass")
        whole.update(f"{number} {len(stored)} ".encode() + stored)
    return whole.hexdigest()


def _pieces(path: str, listed: Any) -> list[tuple[str, int]]:
    if isinstance(listed, list):
        rows: Iterable[tuple[Any, Any]] = (
            (each[0] if isinstance(each, list) and each else each, place) for place, each in enumerate(listed)
        )
    else:
        rows = _table(path, listed, "the vocabulary").items()
    if len(listed or ()) > MOST_TOKENS:
        raise _Broken(path, f"more than {MOST_TOKENS:,} tokens: not read")
    return [(_content(path, token), _id(path, number)) for token, number in rows]


def _merge(path: str, pair: Any) -> str:
    """Two tokens, as one text or as a list of two."""
    texts = pair if isinstance(pair, list) else [pair]
    if not all(isinstance(each, str) for each in texts):
        raise _Broken(path, "a merge that is no pair of tokens: not read")
    return " ".join(texts)


def _merge_digests(merges: list[str]) -> Iterator[str]:
    so_far = blake2b(digest_size=8)
    done = 0
    for step in (*MERGE_STEPS, len(merges)):
        if not done < step <= len(merges):
            continue
        for each in merges[done:step]:
            so_far.update(each.encode("utf-8", "surrogatepass") + b"\n")
        done = step
        yield so_far.hexdigest()
