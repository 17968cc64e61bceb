"""Repositories of the Hugging Face Hub, from a server that speaks its API, and from its cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelkin.errors import SourceError
from modelkin.results import Skipped
from modelkin.sources import open_source
from modelkin.sources.checkout import Entry
from modelkin.sources.hub import HubReference, is_wanted, parse_reference

from ..support.hub_server import COMMIT, HubRepository, HubServer, serving

MODEL = {
    "README.md": b"---\nlicense: mit\n---\n# Lamp\n",
    "LICENSE": b"MIT\n",
    "config.json": b'{"auto_map": {"AutoModel": "modeling_lamp.LampModel"}}\n',
    "modeling_lamp.py": b"class LampModel:\n    def forward(self, x):\n        return x + 1\n",
    "tokenizer_config.json": b"{}",
    "model.safetensors": b"weights" * 9,
    "pytorch_model.bin": b"weights" * 9,
    "odd [1]*.py": b"x = 1\n",
}
READ = sorted(set(MODEL) - {"model.safetensors", "pytorch_model.bin"})
REPOSITORIES = {
    "lantern/lamp": HubRepository(MODEL, ("main", "v1.0", COMMIT)),
    "lantern/secret": HubRepository(MODEL, token="hf_right"),
    "lantern/asked": HubRepository(MODEL, token="hf_right", gated=True),
    "datasets/wick/oil": HubRepository({"README.md": b"# Oil\n", "oil.py": b"x = 1\n"}),
    "spaces/wick/shop": HubRepository({"app.py": b"import gradio\n"}),
    "lantern/weights": HubRepository({"model.safetensors": b"x"}),
    "lantern/large": HubRepository({"a.py": b"x = 1\n", "b.py": b"x = 2\n"}, sizes={"b.py": 2**40}),
}


@pytest.fixture(scope="module")
def server() -> Iterator[HubServer]:
    with serving(REPOSITORIES) as running:
        yield running


def run(code: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python with the Hub's settings, which its library reads when it is imported."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    settings = {**kept, "HF_HOME": str(home), "HF_HUB_DISABLE_TELEMETRY": "1", **environment}
    return subprocess.run(
        [sys.executable, "-c", code], env=settings, capture_output=True, text=True, timeout=120, check=False
    )


def listed(spec: str, home: Path, **environment: str) -> dict[str, object]:
    code = f"""
import json
from modelkin.sources import open_source
with open_source({spec!r}) as checkout:
    files = {{entry.path: len(entry.read()) for entry in checkout.entries()}}
    print(json.dumps([checkout.project, checkout.release, checkout.released, files]))
"""
    done = run(code, home, **environment)
    assert done.returncode == 0, done.stderr
    project, release, released, files = json.loads(done.stdout)
    return {"project": project, "release": release, "released": released, "files": files}


def refused(spec: str, home: Path, **environment: str) -> str:
    done = run(
        f"from modelkin.cli import main\nraise SystemExit(main(['scan', {spec!r}, '--no-progress']))",
        home,
        **environment,
    )
    assert done.returncode == 2, done.stdout
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.removeprefix("modelkin: error: ").strip()


def test_code_configuration_and_texts_are_fetched_and_no_weights(server: HubServer, tmp_path: Path) -> None:
    found = listed("hf:lantern/lamp", tmp_path, HF_ENDPOINT=server.url)
    assert found["files"] == {path: len(MODEL[path]) for path in READ}
    assert (found["project"], found["release"], found["released"]) == ("lamp", COMMIT[:12], "2024-06-01")
    assert not [path for path in server.asked if path.endswith((".safetensors", ".bin"))]
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".safetensors", ".bin")]


def test_a_revision_is_named_after_an_at_and_a_path_after_an_exclamation_mark(
    server: HubServer, tmp_path: Path
) -> None:
    found = listed("hf:lantern/lamp@v1.0!modeling_lamp.py", tmp_path, HF_ENDPOINT=server.url)
    assert found["files"] == {"modeling_lamp.py": len(MODEL["modeling_lamp.py"])}
    assert found["release"] == "v1.0"


def test_what_was_fetched_is_read_from_the_cache_without_a_network(server: HubServer, tmp_path: Path) -> None:
    online = listed("hf:lantern/lamp@main", tmp_path, HF_ENDPOINT=server.url)
    snapshot = tmp_path / "hub" / "models--lantern--lamp" / "snapshots" / COMMIT
    for folder in (snapshot, snapshot.parent.parent):
        found = listed(str(folder), tmp_path)
        assert (found["files"], found["project"], found["release"]) == (online["files"], "lamp", COMMIT)


def test_a_dataset_and_a_space_are_fetched_as_a_model_is(server: HubServer, tmp_path: Path) -> None:
    oil = listed("hf:datasets/wick/oil", tmp_path, HF_ENDPOINT=server.url)
    assert oil["files"] == {"README.md": 6, "oil.py": 6}
    shop = listed("https://huggingface.co/spaces/wick/shop/blob/main/app.py", tmp_path, HF_ENDPOINT=server.url)
    assert (shop["project"], shop["files"]) == ("shop", {"app.py": 14})
    assert refused("hf:spaces/wick/none", tmp_path, HF_ENDPOINT=server.url).startswith(
        "hf:spaces/wick/none: there is no"
    )


def test_the_models_of_an_owner_are_listed(server: HubServer, tmp_path: Path) -> None:
    code = """
from modelkin.audit.discovery import find_repositories
print(*(each.source for each in find_repositories({!r})))
"""
    done = run(code.format("hf:lantern"), tmp_path, HF_ENDPOINT=server.url)
    assert done.stdout.split() == [f"hf:lantern/{name}" for name in ("asked", "lamp", "large", "secret", "weights")]
    done = run(code.format("hf:nobody"), tmp_path, HF_ENDPOINT=server.url)
    assert "hf:nobody: the Hub lists no model of that owner" in done.stderr


def test_a_token_opens_a_private_repository(server: HubServer, tmp_path: Path) -> None:
    found = listed("hf:lantern/secret", tmp_path, HF_ENDPOINT=server.url, HF_TOKEN="hf_right")
    assert sorted(found["files"]) == READ  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("hf:lantern/secret", "hf:lantern/secret: there is no such repository, or it is private: log in with"),
        ("hf:lantern/nothing", "hf:lantern/nothing: there is no such repository, or it is private: log in with"),
        ("hf:lantern/asked", "hf:lantern/asked: its authors ask for access: ask for it on the Hub, then log in"),
        ("hf:lantern/lamp@v9", "hf:lantern/lamp@v9: no branch, tag or commit v9 there"),
        ("hf:lantern/weights", "hf:lantern/weights: it has no code, configuration or text to read"),
        ("hf:lantern/lamp!gone.py", "hf:lantern/lamp!gone.py: there is no gone.py in "),
        ("hf:a/b/c", "hf:a/b/c is not a repository of the Hub: write hf:ORG/NAME or hf:ORG/NAME@REVISION"),
    ],
)
def test_what_cannot_be_opened_is_one_clear_line(server: HubServer, tmp_path: Path, spec: str, message: str) -> None:
    assert refused(spec, tmp_path, HF_ENDPOINT=server.url).startswith(message)


def test_a_wrong_token_is_one_clear_line(server: HubServer, tmp_path: Path) -> None:
    error = refused("hf:lantern/secret", tmp_path, HF_ENDPOINT=server.url, HF_TOKEN="hf_wrong")
    assert error.startswith("hf:lantern/secret: there is no such repository, or it is private")
    assert "hf_wrong" not in error


def test_no_network_is_one_clear_line(tmp_path: Path) -> None:
    assert refused("hf:lantern/lamp", tmp_path, HF_ENDPOINT="http://127.0.0.1:9").count("hf:lantern/lamp") == 1
    offline = refused("hf:lantern/lamp", tmp_path, HF_HUB_OFFLINE="1")
    assert offline == "hf:lantern/lamp: the Hub cannot be reached, and its cache does not hold the repository"


def test_a_file_too_large_for_a_scan_is_not_fetched(server: HubServer, tmp_path: Path) -> None:
    assert listed("hf:lantern/large", tmp_path, HF_ENDPOINT=server.url)["files"] == {"a.py": 6}


def test_text_is_wanted() -> None:
    for path in ("a.py", "LICENSE", "NOTICE", "LICENSE-MODEL", "config.json", "sub/README.md"):
        assert is_wanted(path, 100), path


def test_weights_and_pictures_are_not() -> None:
    for path in ("a.safetensors", "b.bin", "c.gguf", "d.pt", "e.onnx", "f.h5", "g.msgpack", "h.png"):
        assert not is_wanted(path, 100), path


def test_a_reference_is_taken_apart() -> None:
    assert parse_reference("hf:gpt2") == HubReference("gpt2", "", "")
    assert parse_reference("hf:spaces/a/b") == HubReference("a/b", "", "", "space")
    assert parse_reference("hf:datasets/a/b").shown == "hf:datasets/a/b"
    assert parse_reference("hf:a/b-c.d@refs%2Fpr%2F1!x/y.py") == HubReference("a/b-c.d", "refs%2Fpr%2F1", "x/y.py")


def test_what_is_no_reference_is_an_error() -> None:
    for spec in ("hf:", "hf:/a", "hf:a/", "hf:../b", "hf:a/b@", "hf:a/b@..", "hf:a b/c", "hf:a/b\n"):
        with pytest.raises(SourceError, match="is not a repository of the Hub"):
            parse_reference(spec)


def cached(root: Path, *commits: str) -> Path:
    repository = root / "models--lantern--lamp"
    (repository / "blobs").mkdir(parents=True)
    for commit in commits:
        (repository / "blobs" / commit[:6]).write_text("x = 1\n")
        (repository / "snapshots" / commit).mkdir(parents=True)
        (repository / "snapshots" / commit / "a.py").symlink_to(Path("..", "..", "blobs", commit[:6]))
    return repository


def test_a_cache_folder_with_one_snapshot_is_that_snapshot(tmp_path: Path) -> None:
    with open_source(str(cached(tmp_path, "a" * 40))) as checkout:
        assert (checkout.project, checkout.release) == ("lamp", "a" * 40)
        (entry,) = checkout.entries()
        assert isinstance(entry, Entry)
        assert (entry.path, entry.read()) == ("a.py", b"x = 1\n")


def test_links_out_of_a_cached_repository_are_not_followed(tmp_path: Path) -> None:
    repository = cached(tmp_path, "a" * 40)
    (tmp_path / "secret").write_text("secret")
    (repository / "snapshots" / ("a" * 40) / "b.py").symlink_to(tmp_path / "secret")
    with open_source(str(repository / "snapshots" / ("a" * 40))) as checkout:
        reasons = {entry.path: getattr(entry, "reason", "") for entry in checkout.entries()}
    assert reasons == {"a.py": "", "b.py": "symbolic link out of the scanned folder"}


def test_python_beside_the_snapshot_that_is_scanned_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = cached(tmp_path, "a" * 40, "b" * 40)
    for path in ("refs/main", "setup.py", "blobs/c.py", "src/d.IPYNB", "snapshots/e.py", f".no_exist/{'a' * 40}/f.py"):
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text("b" * 40 if "no_exist" not in path else "")
    reason = "beside the snapshot that is scanned: name its folder to scan it"
    beside = ["blobs/c.py", "setup.py", f"snapshots/{'a' * 40}/a.py", "snapshots/e.py", "src/d.IPYNB"]
    monkeypatch.chdir(repository)
    for spec in (str(repository), ".", f"../{repository.name}/"):
        with open_source(spec) as checkout:
            listed = [*checkout.entries()]
        assert [entry.path for entry in listed if isinstance(entry, Entry)] == ["a.py"]
        assert [entry for entry in listed if isinstance(entry, Skipped)] == [
            Skipped(f"{repository.name}/{path}", reason) for path in beside
        ]
    for number in range(30):
        (repository / f"{number}.py").write_text("x = 1\n")
    with open_source(str(repository)) as checkout:
        assert [entry for entry in checkout.entries() if isinstance(entry, Skipped)] == [
            Skipped(repository.name, f"35 Python files {reason}")
        ]


def test_the_main_branch_says_which_of_several_snapshots(tmp_path: Path) -> None:
    repository = cached(tmp_path, "a" * 40, "b" * 40)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("b" * 40)
    with open_source(str(repository)) as checkout:
        assert checkout.release == "b" * 40
