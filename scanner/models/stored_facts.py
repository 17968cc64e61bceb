"""The facts of a model as bytes, as a corpus keeps them, and read back as strictly as a stranger's file is.

Edit this when facts are to be kept in another way, or hold something that no file read here can have said. A reader
passes over fields that it does not know; what it knows must be of its type.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from itertools import pairwise

import msgspec
from msgspec.structs import replace

from ..results import Skipped
from .layout_templates import check_templates
from .model import ModelFacts, TokenizerFacts, Tokens
from .strict_json import BrokenFactsError
from .token_files import HASH_BYTES

# Of one model, before it is compressed: a mixture of experts of 70,000 tensors takes 30 kB.
MOST_BYTES = 2 * 1024**2
_LEVEL = 9
_LONGEST_NAME = 300
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def encode(facts: ModelFacts) -> bytes:
    """MessagePack, compressed: always the same for the same facts. Raises BrokenFactsError for too many of them, and
    for text that cannot be kept."""
    try:
        stored = msgspec.msgpack.encode(facts, order="deterministic")
    except UnicodeEncodeError:
        raise BrokenFactsError("its facts hold text that is not UTF-8") from None
    if len(stored) > MOST_BYTES:
        raise BrokenFactsError(f"its facts take {len(stored):,} bytes, more than {MOST_BYTES:,}")
    for problem in _problems(facts):
        raise BrokenFactsError(problem)
    return zlib.compress(stored, _LEVEL)


def kept_facts(facts: ModelFacts) -> tuple[ModelFacts | None, list[Skipped]]:
    """What of ``facts`` can be kept: where they are too many, all but the layouts; and what is left out, and why."""
    bare = replace(facts, layouts=())
    refused = [_refused(facts), _refused(bare)]
    kept = facts if not refused[0] else None if refused[1] else bare
    told = (("layout of tensors", refused[0]), ("model", refused[1]))
    return kept, [Skipped(what, reason) for what, reason in told if reason]


def _refused(facts: ModelFacts) -> str:
    try:
        encode(facts)
    except BrokenFactsError as error:
        return str(error)
    return ""


def decode(stored: bytes) -> tuple[ModelFacts, int]:
    """The facts, and how many bytes they take uncompressed. Raises BrokenFactsError for what `encode` did not make."""
    unzip = zlib.decompressobj()
    try:
        plain = unzip.decompress(stored, MOST_BYTES + 1)
        if len(plain) > MOST_BYTES or not unzip.eof or unzip.unused_data:
            raise BrokenFactsError("facts of a model are cut off, or too many")
        facts = msgspec.msgpack.decode(plain, type=ModelFacts)
    except (zlib.error, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenFactsError(f"facts of a model cannot be read: {error}") from None
    for problem in _problems(facts):
        raise BrokenFactsError(problem)
    return facts, len(plain)


def _problems(facts: ModelFacts) -> Iterator[str]:
    """What facts that were read of files never are."""
    if not 0 < len(facts.name) <= _LONGEST_NAME:
        yield f"the name of a model is empty, or over {_LONGEST_NAME} characters"
    if facts.date and not _DATE.fullmatch(facts.date):
        yield "the date of a model is none"
    if facts.tokenizer is not None and not all(map(_is_whole, _tables(facts.tokenizer))):
        yield "the tokens of a model lack ids or hashes"
    for each in facts.layouts:
        check_templates(tensors.names for tensors in each.tensors)
    samples = facts.weights
    if samples is not None and len(samples.shapes) != len(samples.names):
        yield "the samples of a model's weights lack names or shapes"


def _tables(found: TokenizerFacts) -> Iterator[Tokens]:
    yield found.added
    if found.vocabulary is not None:
        yield found.vocabulary.sample


def _is_whole(tokens: Tokens) -> bool:
    ordered = all(first < second for first, second in pairwise(tokens.ids))
    return ordered and len(tokens.hashes) == HASH_BYTES * len(tokens.ids) and set(tokens.named) <= set(tokens.ids)
