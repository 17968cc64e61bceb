"""The facts of a model that two models are compared by: small, and without any text of the model's own.

A corpus may hold them: long values and tokens stand as hashes, so that no template, word or weight can be read back.
Edit this when one more thing is to be known of a model; `read_model` in `model_reading` fills it in.
"""

from __future__ import annotations

from msgspec import Struct

from .layout_templates import PackedLayout


class ConfigurationValues(Struct, frozen=True, omit_defaults=True):
    """What one JSON file of settings holds."""

    path: str
    """The file, as its source lists it."""
    parts: dict[str, dict[str, str]] = {}
    """By the path of an object in it ("vision_config"; "" the whole) its values by key: as JSON, or ``#`` and 16
    hexadecimal digits of a long one. What says only how a file was written is not in it."""
    classes: tuple[str, ...] = ()
    """What ``auto_map`` names, each "module.Class", in the file's order."""

    @property
    def values(self) -> dict[str, str]:
        """The values by key path ("vision_config.hidden_size"), made anew at each call."""
        return {
            f"{part}.{key}" if part else key: value for part, held in self.parts.items() for key, value in held.items()
        }


class Tokens(Struct, frozen=True, omit_defaults=True):
    """Tokens at their ids, sorted by id."""

    ids: tuple[int, ...] = ()
    hashes: bytes = b""
    """HASH_BYTES of BLAKE2b of each token, one after the other."""
    named: tuple[int, ...] = ()
    """The ids of tokens that mean something: no numbered spares, as ``<|reserved_special_token_7|>`` is one."""


class Vocabulary(Struct, frozen=True, omit_defaults=True):
    """The tokens and merges that text is cut by, without those that are added."""

    size: int
    """How many tokens."""
    digest: str
    """16 hexadecimal digits of BLAKE2b over all tokens in the order of their ids."""
    sample: Tokens = Tokens()
    """Those whose hashes are the smallest, at most SAMPLED: two vocabularies sample the same tokens."""
    merges: int = 0
    """How many merges of two tokens."""
    merge_digests: tuple[str, ...] = ()
    """16 hexadecimal digits of BLAKE2b over the first MERGE_STEPS[0], MERGE_STEPS[1], ... merges, and over all."""


class TokenizerFacts(Struct, frozen=True, omit_defaults=True):
    """What the files of a tokenizer hold."""

    paths: tuple[str, ...]
    """The files that were read, as the source lists them."""
    added: Tokens = Tokens()
    """The tokens that are added to the vocabulary."""
    roles: dict[str, str] = {}
    """Hexadecimal hashes of the special tokens by their role ("bos_token"); those without one by their place."""
    vocabulary: Vocabulary | None = None
    settings: ConfigurationValues | None = None
    """What ``tokenizer_config.json`` holds beside tokens."""
    settings_digest: str = ""
    """16 hexadecimal digits of BLAKE2b over ``tokenizer_config.json`` as JSON: the same in another layout."""


class FileIdentity(Struct, frozen=True, omit_defaults=True):
    """Which bytes a file has, as far as that is known; they need not be here."""

    path: str
    """The file, as its source lists it."""
    size: int = -1
    """In bytes; -1 where it is not known."""
    sha256: str = ""
    """Of its bytes, hexadecimal; empty where it is not known."""
    blob: str = ""
    """The id that git gives its bytes (SHA-1 of a header and them), hexadecimal; empty where it is not known."""
    by: str = "bytes"
    """Who says so: "bytes" (they were read), "git" (a commit), "lfs" (a pointer), "hub" (the Hub or its cache)."""


class WeightSamples(Struct, frozen=True, omit_defaults=True):
    """A few values of some matrices, by which weights that were made of them are known again: about 2.8 KB."""

    names: tuple[str, ...] = ()
    """The tensors."""
    shapes: tuple[tuple[int, ...], ...] = ()
    """The shape of each, without dimensions of one value."""
    values: bytes = b""
    """48 values of each, one after the other, rounded to bf16, of two bytes."""
    places: int = 1
    """The version of the rule that says where in a tensor they stand."""


class ModelFacts(Struct, frozen=True, omit_defaults=True):
    """One model."""

    name: str
    """What reports call it."""
    source: str = ""
    """From where the facts are: an address, a package and its release, or the folder that was named."""
    date: str = ""
    """The ISO date from which it was public, at the latest; empty where it is not known."""
    licence: str = ""
    """An SPDX expression; empty where it is not known."""
    base_models: tuple[str, ...] = ()
    """What its model card calls its base."""
    configurations: tuple[ConfigurationValues, ...] = ()
    """Its ``config.json`` or ``params.json`` first."""
    tokenizer: TokenizerFacts | None = None
    files: tuple[FileIdentity, ...] = ()
    """The files that hold the model."""
    layouts: tuple[PackedLayout, ...] = ()
    """How its tensors are laid out, that of the most tensors first."""
    release: str = ""
    """Which release, or commit, of the model it is; empty where that is not said."""
    is_architecture: bool = False
    """Whether it is no model, but what all models of one architecture have: the defaults of a configuration class, or
    their tensors' names. It explains what two models have in common, and nothing is from it."""
    weights: WeightSamples | None = None
    """Some values of its tensors; None where none were read."""
