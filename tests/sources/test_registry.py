"""A registry package: the right release is chosen and opened, and every failure is one clear line."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelkin.sources import open_source, registry
from modelkin.sources.checkout import Entry
from modelkin.sources.index import release_files
from modelkin.sources.pip_settings import index_urls

from ..support.error_lines import fails
from ..support.index_server import MODULE, Index, chosen_index, registry_answers, wheel


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with chosen_index(tmp_path, monkeypatch) as running:
        yield running


def sdist(top: str, files: dict[str, bytes]) -> bytes:
    stored = io.BytesIO()
    with tarfile.open(fileobj=stored, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(f"{top}/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stored.getvalue()


def names(spec: str) -> list[str]:
    with open_source(spec) as checkout:
        return [item.path for item in checkout.entries() if isinstance(item, Entry)]


def test_a_release_opens_with_its_project_and_version(index: Index) -> None:
    index.add("Some_Pkg-1.0-py3-none-any.whl", wheel(MODULE))
    with open_source("pypi:some.PKG==1.0.0!pkg/yi.py") as checkout:
        (entry,) = checkout.entries()
        assert isinstance(entry, Entry)
        assert (entry.path, entry.read()) == ("pkg/yi.py", b"x = 1\n")
        assert checkout.root == "pypi:some.PKG==1.0.0!pkg/yi.py"
        assert (checkout.project, checkout.release) == ("some-pkg", "1.0")


def test_an_sdist_that_is_one_file_is_that_file(index: Index) -> None:
    index.add("pkg-1.0.tar.gz", sdist(".", {"model.py": b"x = 1\n"}))
    with open_source("pypi:pkg==1.0") as checkout:
        assert [item.path for item in checkout.entries()] == ["model.py"]


def test_an_sdist_reads_as_a_wheel_does_without_its_top_folder(index: Index) -> None:
    index.add("pkg-1.0.tar.gz", sdist("pkg-1.0", {**MODULE, "../up.py": b""}))
    index.add("pkg-2.0.tar.gz", sdist("pkg-2.0", MODULE))
    assert names("pypi:pkg==2.0") == ["pkg/llama.py", "pkg/yi.py"]
    assert names("pypi:pkg==2.0!pkg/yi.py") == ["pkg/yi.py"]


def test_without_a_version_the_newest_final_release_is_taken(index: Index) -> None:
    for version in ("1.9", "1.10", "2.0rc1", "1.10.post1"):
        index.add(f"pkg-{version}-py3-none-any.whl", wheel(MODULE))
    index.add("pkg-3.0-py3-none-any.whl", wheel(MODULE), yanked=True)
    assert registry.fetch("pkg")[1].version == "1.10.post1"


def test_without_final_releases_the_newest_pre_release_is_taken(index: Index) -> None:
    index.add("pkg-1.0a1-py3-none-any.whl", wheel(MODULE))
    assert registry.fetch("pkg")[1].version == "1.0a1"


def test_a_version_with_an_epoch_and_a_path_inside_are_told_apart(index: Index) -> None:
    index.add("pkg-1!2.0-py3-none-any.whl", wheel(MODULE))
    assert names("pypi:pkg==1!2.0!pkg/yi.py") == ["pkg/yi.py"]
    assert names("pypi:pkg!pkg/yi.py") == ["pkg/yi.py"]


def test_releases_are_listed_by_age_with_the_file_to_read_and_the_first_upload(index: Index) -> None:
    index.add("pkg-1.10.tar.gz", b"s", **{"upload-time": "2024-01-01T00:00:00Z"})
    index.add("pkg-1.10-cp310-cp310-win_amd64.whl", b"larger")
    index.add("pkg-1.10-cp310-cp310-linux_x86_64.whl", b"small")
    index.add("pkg-1.9-py2-none-any.whl", b"2")
    index.add("pkg-1.9-py2.py3-none-any.whl", b"both")
    index.add("pkg-1.8.zip", b"z")
    found = release_files("pkg")
    assert {version: file.filename for version, file in found.items()} == {
        "1.8": "pkg-1.8.zip",
        "1.9": "pkg-1.9-py2.py3-none-any.whl",
        "1.10": "pkg-1.10-cp310-cp310-linux_x86_64.whl",
    }
    assert list(found) == ["1.8", "1.9", "1.10"]
    assert found["1.10"].uploaded == "2024-01-01"
    assert found["1.10"].size == 5


def test_files_that_cannot_be_checked_or_are_no_release_are_left_out(index: Index) -> None:
    index.add("pkg-1.0-py3-none-any.whl", b"x", hashes={"md5": "1"})
    index.add("pkg-2.0-py3-none-any.whl", b"x", hashes={"sha256": "short"})
    index.add("pkg-3.0.exe", b"x")
    index.add("pkg-nonsense.tar.gz", b"x")
    index.add("pkg-4.0-py3-none-any.whl", b"x", filename="../../pkg-4.0-py3-none-any.whl")
    index.add("pkg-5.0-py3-none-any.whl", b"x", filename="other-5.0-py3-none-any.whl")
    assert release_files("pkg") == {}
    fails("pypi:pkg", "pkg has no release with a wheel or sdist to read")
    fails("pypi:pkg==1.0", "pkg has no release with a wheel or sdist to read")


def test_an_index_that_speaks_only_html_is_read(index: Index) -> None:
    content = wheel(MODULE)
    index.add("pkg-1.0-py3-none-any.whl", content)
    sha256 = index.pages["pkg"]["files"][0]["hashes"]["sha256"]
    index.pages["pkg"] = f"""<!DOCTYPE html><html><body><a>no link</a>
        <a href="../../files/pkg-1.0-py3-none-any.whl#sha256={sha256}" data-upload-time="2020-02-03T00:00:00Z">x</a>
        <a href="../../files/pkg-2.0-py3-none-any.whl#sha256={sha256}" data-yanked="bad &amp; worse">x</a>
        <a href="../../files/pkg-3.0-py3-none-any.whl#sha256={sha256}" data-yanked>x</a>
        </body></html>""".encode()
    path, release = registry.fetch("pkg")
    assert path.read_bytes() == content
    assert (release.version, release.uploaded, release.size) == ("1.0", "2020-02-03", 0)
    yanked = {version: file.yanked for version, file in release_files("pkg").items()}
    assert yanked == {"1.0": "", "2.0": "bad & worse", "3.0": "no reason given"}


def test_an_unknown_package_is_an_error_that_names_the_index(index: Index) -> None:
    fails("pypi:nothing==1.0", f"there is no package called nothing on {index.url}")


def test_an_unknown_version_is_an_error_that_names_those_near_and_the_newest(index: Index) -> None:
    for version in ("1.0", "1.2", "1.4", "2.0"):
        index.add(f"pkg-{version}-py3-none-any.whl", wheel(MODULE))
    fails("pypi:pkg==1.3", r"pkg has no release 1\.3: nearest 1\.2 and 1\.4, newest 2\.0")
    fails("pypi:pkg==9", r"nearest 2\.0, newest 2\.0")
    fails("pypi:pkg==0.1", r"nearest 1\.0, newest 2\.0")


def test_a_yanked_release_is_an_error_with_its_reason(index: Index) -> None:
    index.add("pkg-1.0-py3-none-any.whl", wheel(MODULE), yanked="wrong\nweights")
    fails("pypi:pkg==1.0", r"pkg 1\.0 was yanked by its authors \(wrong weights\)")
    fails("pypi:pkg", "pkg has no release with a wheel or sdist to read")


def test_a_specification_of_another_form_is_an_error_that_shows_the_form() -> None:
    for spec in ("pypi:", "pypi:pkg>=1", "pypi:pkg[extra]", "pypi:../x", "pypi:pkg==", "pypi:pkg==1 2"):
        fails(spec, "write pypi:NAME or pypi:NAME==VERSION")


def test_a_version_that_is_none_is_an_error() -> None:
    fails("pypi:pkg==latest", "latest is not a version")


def test_a_path_that_climbs_out_of_a_release_is_an_error() -> None:
    fails("pypi:pkg==1.0!../x", "must stay inside the source")


@pytest.mark.usefixtures("index")
def test_no_network_is_an_error_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://user:secret@127.0.0.1:1/simple")
    fails("pypi:pkg==1.0", r"cannot reach http://127\.0\.0\.1:1/simple/pkg/: Connection refused")
    monkeypatch.setenv("PIP_INDEX_URL", "http://no-such-host.invalid/simple")
    fails("pypi:pkg==1.0", "cannot reach http://no-such-host.invalid/simple/pkg/: ")


def test_a_server_that_fails_for_a_moment_is_asked_again(index: Index) -> None:
    index.add("pkg-1.0-py3-none-any.whl", wheel(MODULE))
    index.failures = 2
    assert names("pypi:pkg==1.0") == ["pkg/llama.py", "pkg/yi.py"]


@pytest.mark.parametrize(("status", "asked"), [(503, 3), (403, 1)])
def test_a_server_that_keeps_failing_is_an_error(index: Index, status: int, asked: int) -> None:
    index.failures, index.failure = 99, status
    fails("pypi:pkg==1.0", f"cannot reach .*: it answers {status}")
    assert len(index.requests) == asked


@pytest.mark.parametrize(
    "page", [b"", b"[]", b"hello", b'{"files": [1]}', b"[" * 200_000, b'{"files": [{"filename": 3}]}']
)
def test_an_answer_that_is_no_index_page_is_an_error(index: Index, page: bytes) -> None:
    index.pages["pkg"] = page
    fails("pypi:pkg==1.0", "does not answer as a package index")


def test_a_file_on_another_kind_of_address_is_an_error(index: Index) -> None:
    index.add("pkg-1.0-py3-none-any.whl", wheel(MODULE), url="file:///etc/passwd")
    fails("pypi:pkg==1.0", "is not an http or https address")


def test_a_login_in_the_index_address_is_sent_and_never_shown(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index.url.replace("http://", "http://user:p%40ss@"))
    fails("pypi:nothing==1.0", f"there is no package called nothing on {index.url}")
    assert index.requests[0][1]["Authorization"] == "Basic dXNlcjpwQHNz"


def test_certificates_are_taken_from_where_pip_and_openssl_look(
    index: Index, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    index.add("pkg-1.0-py3-none-any.whl", wheel(MODULE))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path))
    assert release_files("pkg")
    monkeypatch.setenv("PIP_CERT", str(tmp_path / "missing.pem"))
    fails("pypi:pkg==1.0", "PIP_CERT names certificates that cannot be read: .*missing.pem")


def test_the_index_is_the_one_pip_is_configured_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://example.org/simple/\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    assert index_urls() == ["https://example.org/simple"]
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert index_urls() == ["https://pypi.org/simple"]


def test_a_real_release_is_read_from_the_real_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not registry_answers():
        pytest.skip("the package registry cannot be reached")
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path))
    assert "timm/models/resnet.py" in names("pypi:timm==0.1.1")
    assert registry.fetch("timm", "0.1.1")[1].uploaded[:4] in ("2019", "")
