"""The grammar is that of the installed package, of which nothing else is loaded."""

from __future__ import annotations

import subprocess
import sys

import tree_sitter
import tree_sitter_python

from modelkin.syntax.grammar import LANGUAGE


def test_the_grammar_is_that_of_the_package() -> None:
    assert tree_sitter.Language(tree_sitter_python.language()) == LANGUAGE


def test_what_reads_the_queries_of_the_package_is_not_loaded() -> None:
    program = "import sys, modelkin.syntax.grammar as read; print('importlib.resources' in sys.modules, read.LANGUAGE)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert told.startswith("False <Language")
