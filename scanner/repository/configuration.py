"""What the configuration of a model tells of: code and models that are elsewhere (leftovers), and a licence.

Edit this when one more key of ``config.json`` or a tokenizer's files refers to an origin, or a reference to the
repository itself is taken for one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..results import Region, Skipped
from ..support.json_text import BrokenJsonError, parse_json
from ..support.lazy import lazy_pattern
from .metadata import licences_meant_by
from .model import DeclaredLicence, Leftover

_KEYS = ("auto_map", "_name_or_path", "license")
# ``auto_map`` stands at the top, or in the part of a model that is made of several.
_DEEPEST = 6
_MOST_REFERENCES = 100
# Of a reference or a licence.
_LONGEST = 300
_HUB_ID = lazy_pattern(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
# First parts of paths that people's own runs have, and no owner at the Hub.
_LOCAL_FOLDERS = frozenset(
    "output outputs model models checkpoint checkpoints ckpt ckpts result results run runs exp exps experiment "
    "experiments tmp temp data saved save work work_dir work_dirs logs weights pretrained pretrained_models hf "
    "hf_models converted merged final last best home root mnt workspace".split()
)
# A checkpoint's own name: what stands before it is the model's.
_STEP = lazy_pattern(r"(?:checkpoint|ckpt|step|epoch|iter|global_step)[-_]?\d*", re.IGNORECASE)
_CLASS = lazy_pattern(r"(?:(?P<repository>[^\s]{1,200}?)--)?(?P<module>\w[\w.]{0,200})\.(?P<name>\w{1,200})")


class Surroundings(NamedTuple):
    """What a reference may rightly name: ``modules``, the names of all Python files, less ``.py``, and of packages; and
    ``names``, those of the repository and its base models."""

    modules: frozenset[str]
    names: tuple[str, ...]


class ConfigurationFacts(NamedTuple):
    """What one configuration file says."""

    leftovers: tuple[Leftover, ...] = ()
    licences: tuple[DeclaredLicence, ...] = ()


def read_configuration_file(path: str, text: str, around: Surroundings) -> ConfigurationFacts | Skipped:
    """The leftovers and the licence in the JSON file at ``path``."""
    if not any(f'"{key}"' in text for key in _KEYS):
        return ConfigurationFacts()
    try:
        # Not strict: a key that stands twice must not hide what the file refers to.
        loaded = parse_json(text, strict=False)
    except BrokenJsonError as error:
        return Skipped(path, str(error))
    if not isinstance(loaded, dict):
        return Skipped(path, "not a JSON object")
    found = [*_code_references(path, text, loaded, around), *_origins(path, text, loaded, around)]
    return ConfigurationFacts(tuple(found), tuple(_declared(path, text, loaded)))


def _code_references(path: str, text: str, loaded: dict[str, Any], around: Surroundings) -> Iterator[Leftover]:
    place = 0
    for key, value in list(_mapped(loaded, 0))[:_MOST_REFERENCES]:
        place, region = _region(path, text, (key, value), place)
        match = _CLASS.fullmatch(value)
        if not match:
            continue
        module, repository = match["module"], match["repository"] or ""
        if repository and not _names_one_of(repository, around.names):
            yield Leftover(region, f"auto_map.{key}", value, module, repository)
        elif module.rpartition(".")[2] not in around.modules:
            yield Leftover(region, f"auto_map.{key}", value, module)


def _mapped(loaded: dict[str, Any], depth: int) -> Iterator[tuple[str, str]]:
    """Each class that an ``auto_map`` names, of the model or of a part of it, with its key, in the file's order."""
    for key, value in loaded.items():
        if not isinstance(value, dict) or depth > _DEEPEST:
            continue
        if key != "auto_map":
            yield from _mapped(value, depth + 1)
            continue
        for name, classes in value.items():
            listed = classes if isinstance(classes, list) else [classes]
            yield from ((name, each) for each in listed if isinstance(each, str) and len(each) <= _LONGEST)


def _origins(path: str, text: str, loaded: dict[str, Any], around: Surroundings) -> Iterator[Leftover]:
    """``_name_or_path`` says from where the model was loaded when its configuration was written."""
    value = loaded.get("_name_or_path")
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or _names_one_of(value, around.names):
        return
    kind = loaded.get("model_type")
    if _is_hub_id(value) or (isinstance(kind, str) and _is_path_of(value, kind)):
        yield Leftover(_region(path, text, ("_name_or_path", value), 0)[1], "_name_or_path", value, "", value)


def _is_hub_id(value: str) -> bool:
    owner, _, name = value.partition("/")
    is_local = owner.lower() in _LOCAL_FOLDERS or _STEP.fullmatch(name)
    return _HUB_ID.fullmatch(value) is not None and not is_local


def _is_path_of(value: str, kind: str) -> bool:
    """Whether a local path names a model of this kind: most are of somebody's own runs and say nothing."""
    folders = [_letters(part) for part in re.split(r"[/\\]", value) if part]
    family = _letters(kind)
    return len(folders) > 1 and len(family) > 2 and any(family in folder for folder in folders[-2:])


def _names_one_of(value: str, names: Iterable[str]) -> bool:
    """Whether a Hub id or path ends in one of ``names``, spelled this way or that, or in a longer form of one."""
    last = next((part for part in reversed(re.split(r"[/\\]", value)) if part and not _STEP.fullmatch(part)), "")
    asked = _letters(last)
    known = [_letters(name.rpartition("/")[2]) for name in names if name.lower() not in _LOCAL_FOLDERS]
    return any(len(name) > 2 and (name in asked or (len(asked) > 2 and asked in name)) for name in known)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())


def _declared(path: str, text: str, loaded: dict[str, Any]) -> Iterator[DeclaredLicence]:
    stated = loaded.get("license")
    if isinstance(stated, str) and 0 < len(stated) <= _LONGEST:
        yield DeclaredLicence(_region(path, text, ("license", stated), 0)[1], stated, licences_meant_by(stated))


def _region(path: str, text: str, literals: Iterable[str], place: int) -> tuple[int, Region]:
    """From where the first of ``literals`` stands in the text, from ``place`` on, to the last; JSON keeps no lines."""
    places = []
    for literal in literals:
        found = max(text.find(json.dumps(literal), place), text.find(json.dumps(literal, ensure_ascii=False), place))
        place = found if found >= 0 else place
        places.append(place)
    lines = [text.count("\n", 0, each) + 1 for each in places]
    return place, Region(path, lines[0], lines[-1])
