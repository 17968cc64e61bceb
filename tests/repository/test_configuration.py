"""A reference in configuration to what is not in the repository is found, with its line, and nothing else is."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest

from modelkin.repository.configuration import Surroundings, read_configuration_file
from modelkin.repository.model import Leftover
from modelkin.results import Skipped

from ..support.cases import failures
from ..support.processor_time import processor_seconds
from ..support.repositories import declarations_of, written

INCIDENTS = Path(__file__).parents[3] / "shared" / "incidents"
NOWHERE = Surroundings(frozenset(), ("lamp",))


def leftovers(root: Path, configuration: object, *modules: str, name: str = "config.json") -> tuple[Leftover, ...]:
    files = {name: json.dumps(configuration, indent=2), **dict.fromkeys(modules, "")}
    return declarations_of(written(root / "lamp", files)).leftovers


CLASSES = [
    ("modeling_lantern.Lantern", "modeling_lantern"),
    (["modeling_lantern.Lantern", None], "modeling_lantern"),
    ([None, "modeling_lantern.Lantern"], "modeling_lantern"),
    ("models.modeling_lantern.Lantern", "models.modeling_lantern"),
]


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "preprocessor_config.json"])
def test_a_module_that_is_not_there_is_a_leftover(tmp_path: Path, name: str) -> None:
    for number, (value, module) in enumerate(CLASSES):
        root = tmp_path / str(number)
        (found,) = leftovers(root, {"model_type": "lamp", "auto_map": {"AutoModel": value}}, name=name)
        assert (found.key, found.module, found.repository) == ("auto_map.AutoModel", module, "")
        assert found.value == f"{module}.Lantern"
        assert found.region.path == name
        lines = (root / "lamp" / name).read_text().splitlines()
        assert '"AutoModel"' in lines[found.region.first_line - 1]
        assert f'"{found.value}"' in lines[found.region.last_line - 1]


def test_a_module_that_is_there_is_none(tmp_path: Path) -> None:
    reference = {"auto_map": {"AutoModel": "modeling_lantern.Lantern"}}
    modules = ("modeling_lantern.py", "src/lamp/modeling_lantern.py", "modeling_lantern/__init__.py")
    assert not [path for number, path in enumerate(modules) if leftovers(tmp_path / str(number), reference, path)]


def test_a_class_of_another_repository_is_a_leftover_whatever_files_there_are(tmp_path: Path) -> None:
    reference = {"auto_map": {"AutoModel": "org/lantern--modeling_lantern.Lantern"}}
    (found,) = leftovers(tmp_path, reference, "modeling_lantern.py")
    assert (found.module, found.repository) == ("modeling_lantern", "org/lantern")


def test_a_class_of_the_repository_itself_is_none(tmp_path: Path) -> None:
    reference = {"auto_map": {"AutoModel": "org/Lamp-7B--modeling_lamp.Lamp"}}
    assert leftovers(tmp_path, reference, "modeling_lamp.py") == ()


def test_a_part_of_a_model_may_name_a_module_as_well(tmp_path: Path) -> None:
    (found,) = leftovers(tmp_path, {"text_config": {"auto_map": {"AutoModel": "modeling_bulb.Bulb"}}})
    assert found.module == "modeling_bulb"


LOADED_FROM = [
    ("org/lantern-7b", "", True),
    ("Org/Lantern_7B.v2", "llama", True),
    ("org/lamp", "", False),
    ("org/Lamp-7B-chat", "", False),
    ("org/bulb-base", "", False),
    ("/data/weights/lantern-7b", "lantern", True),
    ("/data/lantern-7b/checkpoint-100", "lantern", True),
    ("C:\\models\\lantern-7b", "lantern", True),
    ("/data/runs/2024-03-01", "lantern", False),
    ("/data/lamp/checkpoint-500", "lantern", False),
    ("output/checkpoint-500", "lantern", False),
    ("./", "lantern", False),
    ("lantern", "lantern", False),
    ("", "", False),
    (7, "", False),
    (None, "", False),
]


def test_where_a_model_was_loaded_from_may_name_another(tmp_path: Path) -> None:
    card = "---\nbase_model: org/bulb\n---\n# Lamp\n"
    folders = (tmp_path / str(number) / "lamp" for number in count())

    def found(case: tuple[object, str]) -> list[tuple[str, str, int]]:
        configuration = json.dumps({"model_type": case[1], "_name_or_path": case[0]}, indent=2)
        read = declarations_of(written(next(folders), {"README.md": card, "config.json": configuration}))
        return [(each.key, each.repository, each.region.first_line) for each in read.leftovers]

    cases = [
        ((value, kind), [("_name_or_path", str(value), 3)] if is_leftover else [])
        for value, kind, is_leftover in LOADED_FROM
    ]
    assert not failures(found, cases)


NAMING_NONE = [
    {"auto_map": None},
    {"auto_map": "modeling_lantern.Lantern"},
    {"auto_map": {"AutoModel": None, "AutoConfig": 3, "AutoTokenizer": [[], {}]}},
    {"auto_map": {"AutoModel": "../../etc/passwd", "AutoConfig": "no dots", "A": "a b.C"}},
    {"architectures": ["LanternForCausalLM"]},
    {},
]


def test_what_names_no_module_is_no_leftover(tmp_path: Path) -> None:
    assert not [each for number, each in enumerate(NAMING_NONE) if leftovers(tmp_path / str(number), each)]


def test_names_outside_ascii_keep_their_lines() -> None:
    text = '{\n"a": "\u706f",\n"auto_map": {\n"Auto": "modeling_\u706f.Lamp"}}'
    facts = read_configuration_file("config.json", text, NOWHERE)
    assert not isinstance(facts, Skipped)
    assert [each.region.last_line for each in facts.leftovers] == [4]


HOSTILE = [
    '{"auto_map": ' + '{"a": ' * 100_000,
    '{"auto_map": {' + ",".join(f'"A{n}": "m{n}.C"' for n in range(60_000)) + "}}",
    '{"auto_map": {"A": "' + "a." * 500_000 + '"}}',
    '{"_name_or_path": "' + "a/" * 500_000 + '"}',
    '{"auto_map": ' + "1" * 1_000_000 + "}",
    '{"auto_map": {"A": [' + '"m.C",' * 100_000 + "null]}}",
    '"auto_map"' * 100_000,
]


def test_hostile_configuration_takes_bounded_time() -> None:
    for text in HOSTILE:
        with processor_seconds(at_most=3):
            read_configuration_file("config.json", text, NOWHERE)


@pytest.mark.skipif(not INCIDENTS.is_dir(), reason=f"the real configuration files are not at {INCIDENTS}")
class TestRealConfiguration:
    """The published files of the incidents and of controls, as they stand."""

    def test_llama3v_names_the_module_of_its_upstream(self) -> None:
        found = declarations_of(INCIDENTS / "llama3v").leftovers
        (tokenizer,) = [each for each in found if each.region.path == "tokenizer_config.json"]
        assert tokenizer.module == "modeling_minicpmv"
        assert tokenizer.value == "modeling_minicpmv.PreTrainedTokenizerFastWrapper"
        assert (tokenizer.region.first_line, tokenizer.region.last_line) == (2053, 2053)
        assert not [each for each in found if each.key == "_name_or_path"]

    def test_a_list_over_several_lines_is_found_with_its_lines(self) -> None:
        found = declarations_of(INCIDENTS / "minicpm-v-2").leftovers
        (tokenizer,) = [each for each in found if each.region.path == "tokenizer_config.json"]
        assert (tokenizer.module, tokenizer.region.first_line, tokenizer.region.last_line) == (
            "tokenization_minicpmv",
            141,
            142,
        )

    def test_models_of_the_library_s_own_classes_leave_nothing(self) -> None:
        for name in ("llama-2-7b-chat", "llama-3", "mistral-7b", "qwen2-7b", "yi-6b-chat-llamafied"):
            found = declarations_of(INCIDENTS / name)
            assert (found.leftovers, found.skipped) == ((), ()), name
