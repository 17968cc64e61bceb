"""What people paste as a source is read as what it is, and what cannot be is answered with what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.errors import SourceError
from modelkin.sources import open_source
from modelkin.sources.pasted import as_source

GITHUB = "git+https://github.com/lantern/lamp"
PASTED = {
    "https://huggingface.co/lantern/lamp": "hf:lantern/lamp",
    "https://huggingface.co/lantern/lamp/": "hf:lantern/lamp",
    "https://hf.co/lantern/lamp?not-for-all-audiences=true": "hf:lantern/lamp",
    "https://huggingface.co/gpt2": "hf:gpt2",
    "https://huggingface.co/gpt2/tree/main": "hf:gpt2@main",
    "https://huggingface.co/lantern/lamp/tree/main": "hf:lantern/lamp@main",
    "https://huggingface.co/lantern/lamp/blob/main/src/modeling_lamp.py": "hf:lantern/lamp@main!src/modeling_lamp.py",
    "https://huggingface.co/lantern/lamp/resolve/v1.0/config.json": "hf:lantern/lamp@v1.0!config.json",
    "https://huggingface.co/lantern/lamp/tree/refs%2Fpr%2F1": "hf:lantern/lamp@refs/pr/1",
    f"https://huggingface.co/lantern/lamp/commit/{'a' * 40}": f"hf:lantern/lamp@{'a' * 40}",
    "https://huggingface.co/datasets/lantern/oil": "hf:datasets/lantern/oil",
    "https://huggingface.co/spaces/lantern/shop/blob/main/app.py": "hf:spaces/lantern/shop@main!app.py",
    "https://huggingface.co/docs/transformers": "https://huggingface.co/docs/transformers",
    "https://github.com/lantern/lamp": GITHUB,
    "https://github.com/lantern/lamp.git": GITHUB,
    "http://www.github.com/lantern/lamp/": GITHUB,
    "https://github.com/lantern/lamp/tree/v2": f"{GITHUB}@v2",
    "https://github.com/lantern/lamp/tree/main/src/my%20lamp": f"{GITHUB}@main!src/my lamp",
    "https://github.com/lantern/lamp/blob/main/lamp.py#L3-L9": f"{GITHUB}@main!lamp.py",
    f"https://github.com/lantern/lamp/commit/{'b' * 40}": f"{GITHUB}@{'b' * 40}",
    "https://github.com/lantern/lamp/releases/tag/v1.0": f"{GITHUB}@v1.0",
    "https://github.com/lantern/lamp/pull/3": GITHUB,
    "https://gitlab.com/a/b/lamp/-/blob/main/x/y.py": "git+https://gitlab.com/a/b/lamp@main!x/y.py",
    "https://gitlab.com/a/b/lamp": "git+https://gitlab.com/a/b/lamp",
    "https://codeberg.org/a/lamp/src/branch/main/x.py": "git+https://codeberg.org/a/lamp@main!x.py",
    "https://git.example.org/lamp.git": "git+https://git.example.org/lamp.git",
    "git@github.com:lantern/lamp.git": "git+ssh://git@github.com/lantern/lamp.git",
    "https://pypi.org/project/vllm/": "pypi:vllm",
    "https://pypi.org/project/vllm/0.2.3/": "pypi:vllm==0.2.3",
    "vllm==0.2.3": "pypi:vllm==0.2.3",
    "vllm[all] == 0.2.3": "pypi:vllm==0.2.3",
    "vllm==0.2.3!vllm/model_executor": "pypi:vllm==0.2.3!vllm/model_executor",
    "pkg:pypi/vllm@0.2.3": "pypi:vllm==0.2.3",
    "pkg:huggingface/lantern/lamp@v1": "hf:lantern/lamp@v1",
    "pkg:github/lantern/lamp@v1": f"{GITHUB}@v1",
}
AS_THEY_ARE = (
    *("pypi:vllm", "hf:lantern/lamp@v1!x.py", "git+https://github.com/a/b@c"),
    *("lantern/lamp", "model.py", "https://example.org/lamp", "https://[::1", "pkg:npm/left-pad@1", "a=b==c"),
)


def test_each_is_read_as_the_source_it_is() -> None:
    assert {each: as_source(each) for each in PASTED} == PASTED


def test_what_is_no_address_stays_as_it_is() -> None:
    assert [as_source(each) for each in AS_THEY_ARE] == list(AS_THEY_ARE)


def test_a_folder_of_that_name_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vllm==0.2.3").mkdir()
    assert as_source("vllm==0.2.3") == "vllm==0.2.3"


HINTS = {
    "lantern/lamp": "write hf:lantern/lamp for the Hugging Face Hub, git+https://github.com/lantern/lamp for GitHub",
    "vllm": "write pypi:vllm for the package of that name",
    "https://me:secret@example.org/lamp": "https://example.org/lamp: an address of no site that modelkin knows",
}


def test_what_is_not_there_is_answered_with_what_to_write() -> None:
    for spec, hint in HINTS.items():
        with pytest.raises(SourceError) as caught, open_source(spec):
            pass
        assert hint in str(caught.value)
        assert "secret" not in str(caught.value)
    with pytest.raises(SourceError, match=r"^gone/model\.py: no such file or folder$"), open_source("gone/model.py"):
        pass
