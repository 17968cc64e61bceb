"""Metadata is read for the licence it names, and never run."""

from __future__ import annotations

from pathlib import Path

from modelkin.repository.metadata import read_metadata, readme_in
from modelkin.repository.model import DeclaredLicence

from ..support.cases import failures
from ..support.processor_time import processor_seconds
from ..support.repositories import MIT, declarations_of, written

APACHE_CLASSIFIER = "License :: OSI Approved :: Apache Software License"


def declared(path: str, text: str) -> list[tuple[str, tuple[str, ...], int]]:
    found, problem = read_metadata(path, text)
    assert problem is None
    return [(each.stated, each.licences, each.region.first_line) for each in found]


PYPROJECTS = [
    ('[project]\nname = "lamp"\nlicense = "MIT"\n', "MIT", "MIT", 3),
    ('[project]\nlicense = { text = "Apache 2.0" }\n', "Apache 2.0", "Apache-2.0", 2),
    ('[project.license]\ntext = "Apache 2.0"\n', "Apache 2.0", "Apache-2.0", 1),
    ('project.license = "MIT"\n', "MIT", "MIT", 1),
    ('[a]\nlicense = "x"\n[tool.poetry]\nlicense = "MIT"\n', "MIT", "MIT", 4),
    (f'[project]\nclassifiers = [\n  "{APACHE_CLASSIFIER}",\n]\n', APACHE_CLASSIFIER, "Apache-2.0", 3),
]


def test_pyproject_names_a_licence() -> None:
    cases = [(text, [(stated, (licence,), line)]) for text, stated, licence, line in PYPROJECTS]
    assert not failures(lambda text: declared("pyproject.toml", text), cases)


NAMING_NONE = [
    '[project]\nlicense = { file = "LICENSE" }\n',
    "[project]\nlicense = 3\nclassifiers = 4\n",
    "project = 'license'\n",
    '[project]\nlicense-files = ["LICENSE"]\n',
    '[project]\nlicense = "  "\n',
]


def test_pyproject_may_name_none() -> None:
    assert not [text for text in NAMING_NONE if declared("pyproject.toml", text)]


def test_setup_cfg_names_a_licence_and_classifiers() -> None:
    text = f"[metadata]\nname = lamp\nlicense = MIT\nclassifiers =\n    Topic :: A\n    {APACHE_CLASSIFIER}\n"
    assert declared("setup.cfg", text) == [("MIT", ("MIT",), 3), (APACHE_CLASSIFIER, ("Apache-2.0",), 6)]
    assert declared("setup.cfg", "[metadata]\nlicense = file: LICENSE\n") == []
    assert declared("setup.cfg", "[options]\nlicense = MIT\n") == []


SETUPS: list[tuple[str, list[tuple[str, int]]]] = [
    ("setup(name='lamp', license='MIT')", [("MIT", 1)]),
    ("import setuptools\nsetuptools.setup(\n    license='Apache 2.0',\n)", [("Apache 2.0", 3)]),
    ("LICENCE = 'MIT'\nsetup(license=LICENCE)", [("MIT", 2)]),
    ("setup(license='M' 'IT')", [("MIT", 1)]),
    (f"setup(classifiers=['Topic :: A',\n '{APACHE_CLASSIFIER}'])", [(APACHE_CLASSIFIER, 2)]),
    ("setup(license=open('LICENSE').read())", []),
    ("other(license='MIT')", []),
    ("setup(license=f'{MIT}')", []),
    ("def f(:\nsetup(license='MIT')\n", [("MIT", 2)]),
]


def test_setup_py_is_read_and_never_run() -> None:
    assert not failures(lambda text: [(stated, line) for stated, _, line in declared("setup.py", text)], SETUPS)


def test_setup_py_that_would_do_harm_does_none(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    written(tmp_path, {"setup.py": f"open({str(trace)!r}, 'w')\nsetup(license='MIT')\n"})
    assert [each.stated for each in declarations_of(tmp_path).declared_licences] == ["MIT"]
    assert not trace.exists()


def test_core_metadata_names_expression_licence_and_classifier() -> None:
    text = (
        "Metadata-Version: 2.4\nLicense-Expression: MIT OR Apache-2.0\nLicense: MIT License\n"
        f"Classifier: {APACHE_CLASSIFIER}\nClassifier: Topic :: A\nLicense-File: LICENSE\n\nLicense: GPL-3.0\n"
    )
    assert declared("METADATA", text) == [
        ("MIT OR Apache-2.0", ("MIT", "Apache-2.0"), 2),
        ("MIT License", ("MIT",), 3),
        (APACHE_CLASSIFIER, ("Apache-2.0",), 4),
    ]


def test_a_whole_licence_in_one_field_is_identified_as_a_text() -> None:
    folded = "\n        ".join(MIT.splitlines())
    assert declared("PKG-INFO", f"Name: lamp\nLicense: {folded}\nAuthor: A\n") == [
        ("Licensed under the MIT License.", ("MIT",), 2)
    ]


def test_the_readme_of_a_wheel_keeps_its_lines() -> None:
    assert readme_in("Name: lamp\nVersion: 1\n\n# Lamp\n").split("\n")[3] == "# Lamp"
    assert readme_in("Name: lamp\nVersion: 1\n") == ""


def test_a_citation_names_a_licence() -> None:
    for licence in ("license: Apache-2.0", 'license: "Apache 2.0"', "license:\n  - Apache-2.0"):
        ((_, ids, line),) = declared("CITATION.cff", f"cff-version: 1.2.0\n{licence}\ndate-released: 2024-01-01\n")
        assert (ids, line) == (("Apache-2.0",), 2), licence


def test_a_configuration_may_name_a_licence(tmp_path: Path) -> None:
    written(tmp_path, {"config.json": '{\n  "license": "apache-2.0"\n}'})
    (found,) = declarations_of(tmp_path).declared_licences
    assert (found.stated, found.licences, found.region.first_line) == ("apache-2.0", ("Apache-2.0",), 2)


def test_an_unknown_licence_is_stated_as_it_stands() -> None:
    found, _ = read_metadata("setup.cfg", "[metadata]\nlicense = Lamp Terms 7\n")
    assert [(each.stated, each.licences) for each in found] == [("Lamp Terms 7", ())]
    assert isinstance(found[0], DeclaredLicence)


HOSTILE = [
    ("setup.cfg", "[metadata]\nlicense = " + " \n" * 500_000),
    ("setup.cfg", "[metadata]\nlicense=" + "\n x" * 300_000),
    ("setup.py", "setup(license=" + "(" * 250_000),
    ("setup.py", "setup(license='M'\n)\n" * 13_000),
    ("METADATA", "License: a\n" + " b\n" * 300_000),
    ("METADATA", "Classifier: License :: a\n" * 40_000),
    ("CITATION.cff", "license: " + "[" * 500_000),
    ("CITATION.cff", "license: x\n" + "a: {" * 120_000),
    ("pyproject.toml", "license = [" + "{a = [" * 40_000),
    ("pyproject.toml", "[project]\nlicense = '''" + "'" * 250_000),
    ("pyproject.toml", "[project]\nclassifiers = [\n" + "'License :: a',\n" * 15_000 + "]"),
    ("pyproject.toml", "license = 1\n" + "\n".join(f"a.{'b.' * 95}c{n} = 1" for n in range(1_200))),
]


def test_hostile_metadata_is_read_or_refused_in_bounded_time() -> None:
    for path, text in HOSTILE:
        with processor_seconds(at_most=15):
            read_metadata(path, text)
