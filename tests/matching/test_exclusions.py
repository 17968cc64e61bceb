"""A name in ``--exclude-upstream`` that no upstream has is an error, with the name that was meant."""

from __future__ import annotations

import pytest

from modelkin.errors import ConfigurationError
from modelkin.matching.exclusions import check_excluded

from ..support.small_corpora import WITH_ALL, Upstream, corpus_of

CORPORA = (corpus_of(Upstream("vllm"), Upstream("transformers")), corpus_of(Upstream("GFPGAN"), name="other"))


def test_names_and_globs_of_known_upstreams_pass() -> None:
    for fitting in ((), ("vllm",), ("trans*", "!transformers"), ("GFPGAN", "v*"), ("[g-v]*",)):
        check_excluded(fitting, CORPORA)


def test_names_of_known_models_pass_and_are_advised() -> None:
    corpora = (*CORPORA, corpus_of(*WITH_ALL))
    for fitting in (("lantern/lantern-1b",), ("lantern/*",), ("vllm", "!lantern/lantern-2b")):
        check_excluded(fitting, corpora)
    with pytest.raises(ConfigurationError, match="did you mean 'lantern/lantern-1b'"):
        check_excluded(("lantern/lantern-1",), corpora)


def test_any_other_is_an_error_that_names_the_nearest() -> None:
    found = {}
    for glob in ("vlm", "trasformers", "gfpgan", "!vlm", "vlm*", "xyzzy"):
        with pytest.raises(ConfigurationError) as raised:
            check_excluded(("vllm", glob), CORPORA)
        found[glob] = str(raised.value)
    assert found == {
        "vlm": "exclude-upstream: no upstream is called 'vlm'; did you mean 'vllm'?",
        "trasformers": "exclude-upstream: no upstream is called 'trasformers'; did you mean 'transformers'?",
        "gfpgan": "exclude-upstream: no upstream is called 'gfpgan'; did you mean 'GFPGAN'?",
        "!vlm": "exclude-upstream: no upstream is called 'vlm'; did you mean 'vllm'?",
        "vlm*": "exclude-upstream: no upstream has a name that fits 'vlm*'; did you mean 'vllm'?",
        "xyzzy": "exclude-upstream: no upstream is called 'xyzzy'; `modelkin corpus list` lists them",
    }


def test_without_any_upstream_nothing_can_be_left_out() -> None:
    with pytest.raises(ConfigurationError, match="no upstream is called 'vllm'"):
        check_excluded(("vllm",), ())
