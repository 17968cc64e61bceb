"""The pages of an audit in a folder: all there, linked both ways, whole, written again only where they changed."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import pytest

from modelkin.audit.outcome import Audit, open_audit
from modelkin.cli import main
from modelkin.errors import ModelkinError
from modelkin.reports.audit_pages import csv_tables, page_folder
from modelkin.reports.audit_pages.page_folder import check_folder, write_pages
from modelkin.reports.audit_pages.row_views import address
from modelkin.reports.html.page import render

from ..support.journals import HOSTILE_NAMES, many, write_journal
from ..support.page_checks import check_headings, check_ids, check_landmarks, failures
from ..support.pages import Element, read_page
from ..support.report_syntax import check_closed, check_visible

COUNT = 130


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    folder = tmp_path_factory.mktemp("audit")
    return open_audit(write_journal(folder / "audit.jsonl", many(COUNT)), folder / "index.sqlite")


@pytest.fixture(scope="module")
def folder(audit: Audit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pages") / "made" / "here"
    write_pages(audit, place)
    return place


def pages(folder: Path) -> dict[str, Element]:
    return {path.relative_to(folder).as_posix(): read_page(path.read_text("utf-8")) for path in html(folder)}


def html(folder: Path) -> Iterator[Path]:
    return folder.rglob("*.html")


def links(page: Element, name: str) -> Iterator[str]:
    """Where the links of a page to other files lead, from the top of the folder."""
    for link in page.all("a"):
        to = link.attributes["href"].partition("#")[0]
        if to and not to.startswith("https://"):
            yield os.path.normpath(Path(name).parent / unquote(to))


def test_each_repository_and_family_has_a_page_and_each_link_leads_to_one(audit: Audit, folder: Path) -> None:
    read = pages(folder)
    wanted = {address(each.page) for each in audit.indexed.ranked() if not each.row.failed}
    assert wanted == {name for name in read if name.startswith("repositories/")}
    assert len([name for name in read if name.startswith("families/")]) == len(audit.families.families)
    lost = [(name, link) for name, page in read.items() for link in links(page, name) if not (folder / link).is_file()]
    assert lost == []


def test_links_lead_both_ways(folder: Path) -> None:
    lead = {name: set(links(page, name)) for name, page in pages(folder).items()}
    back = [name for name in lead if name != "index.html" and "index.html" not in lead[name]]
    assert back == []
    lists = set().union(*(lead[name] for name in lead if name.startswith("pages/")))
    assert {name for name in lead if name.startswith("repositories/")} <= lists
    for name in lead:
        if name.startswith("families/"):
            held = {link for link in lead[name] if link.startswith("repositories/")}
            assert held
            assert all(name in lead[repository] for repository in held)


def test_each_page_is_well_formed_and_closed_and_shows_what_it_is_given_as_text(folder: Path) -> None:
    read = pages(folder)
    own = {name: page for name, page in read.items() if not name.startswith("repositories/")}
    closed = partial(check_closed, leads=r"#|https://|[a-z0-9./_-]+\.(html|csv)(#[a-z]+)?$|(../)*repositories/")
    assert failures(check_landmarks, own) == []
    assert [found for check in (check_ids, check_headings, closed) for found in failures(check, read)] == []
    for path in (*html(folder), *folder.glob("*.csv")):
        text = path.read_bytes().decode("utf-8")
        check_visible(text.replace("\r\n", "\n") if path.suffix == ".csv" else text)
        assert path.suffix == ".csv" or not any(markup in text for markup in ("<script>alert", "<img"))


def test_names_of_pages_are_plain_and_stay(audit: Audit, folder: Path, tmp_path: Path) -> None:
    assert all(str(path.relative_to(folder)).isascii() for path in folder.rglob("*"))
    assert not [path for path in folder.rglob("*") if path.name.startswith((".", "-")) or ":" in path.name]
    other = open_audit(write_journal(tmp_path / "other.jsonl", many(60)), tmp_path / "index.sqlite")
    of_one = {each.row.name: each.page for each in audit.indexed.ranked()}
    assert all(of_one.get(each.row.name, each.page) == each.page for each in other.indexed.ranked())


def test_the_first_thing_on_the_index_is_which_repository_comes_first(audit: Audit, folder: Path) -> None:
    page = read_page((folder / "index.html").read_text("utf-8"))
    section = next(page.all("section"))
    assert section.attributes["id"] == "first"
    told = [one.text for one in next(section.all("ol")).all("code")]
    assert len(told) == 10
    assert told[:3] == [each.row.name for each in audit.indexed.ranked(most=3)]
    assert "4 errors, all sure · Apache-2.0 not met · 1 copied file of vllm" in section.text


def test_tables_beside_have_a_line_for_each_and_no_formula(audit: Audit, folder: Path) -> None:
    with (folder / "repositories.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == COUNT
    assert all((folder / row["page"]).is_file() for row in rows if not row["failed"])
    assert sum(int(row["errors"]) for row in rows) == next(iter(audit.summary.by_level.values()))
    with (folder / "families.csv").open(newline="", encoding="utf-8") as file:
        files = list(csv.DictReader(file))
    assert len(files) == sum(len(family.members) for family in audit.families.families)
    cells = [cell for row in (*rows, *files) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert any(cell.startswith("'=cmd") for cell in cells)


def test_no_cell_of_a_table_is_a_formula(monkeypatch: pytest.MonkeyPatch, audit: Audit) -> None:
    for sign in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20":
        monkeypatch.setattr(csv_tables, "HEADINGS", [f"{sign}cmd", f'x,"{sign}cmd'])
        first, second = next(csv.reader(io.StringIO("".join(csv_tables.repositories_csv(audit, [])))))
        assert first[0] in "'\\", sign
        assert second[0] == "x"


def test_only_what_changed_is_written_again(tmp_path: Path) -> None:
    index = tmp_path / "index.sqlite"
    journal = write_journal(tmp_path / "audit.jsonl", many(COUNT, ()))
    pages_of = tmp_path / "pages"
    first = write_pages(open_audit(journal, index), pages_of)
    again = write_pages(open_audit(journal, index), pages_of)
    assert (first.written, again.written) == (first.pages, 0)
    before = {path: path.stat().st_mtime_ns for path in html(pages_of)}
    write_journal(journal, many(COUNT + 1, ()))
    more = write_pages(open_audit(journal, index), pages_of)
    assert more.pages == first.pages + 1
    assert more.written < 12
    assert sum(path.stat().st_mtime_ns == before.get(path) for path in html(pages_of)) == more.pages - more.written
    write_journal(journal, many(50, HOSTILE_NAMES[:2]))
    fewer = write_pages(open_audit(journal, index), pages_of)
    assert fewer.removed > 60
    assert len(list(html(pages_of))) == fewer.pages


def test_a_folder_with_other_files_is_left_alone(audit: Audit, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "index.html").write_text("<h1>My page</h1>")
    with pytest.raises(ModelkinError, match="holds other files than pages of an audit"):
        check_folder(mine)
    assert [path.name for path in mine.iterdir()] == ["index.html"]
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "index.html").symlink_to(tmp_path / "victim")
    with pytest.raises(ModelkinError, match=r"symbolic link|cannot write"):
        check_folder(linked, [str(tmp_path)])
    with pytest.raises(ModelkinError):
        check_folder(audit.path)


def test_a_report_that_somebody_keeps_there_is_left_alone(audit: Audit, tmp_path: Path) -> None:
    report = render(next(iter(audit.reports())))
    single, pages_of = tmp_path / "single", tmp_path / "pages"
    single.mkdir()
    (single / "index.html").write_text(report, "utf-8")
    with pytest.raises(ModelkinError, match="holds other files than pages of an audit"):
        check_folder(single)
    write_pages(audit, pages_of)
    kept = [pages_of / name / "kept.html" for name in ("pages", "families", "repositories/00")]
    for path in kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(report, "utf-8")
    assert write_pages(audit, pages_of).removed == 0
    assert all(path.exists() for path in kept)


def test_what_was_ended_before_its_index_is_gone_on_with(
    audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object) -> str:
        raise KeyboardInterrupt

    pages_of = tmp_path / "pages"
    with monkeypatch.context() as patched:
        patched.setattr(page_folder, "render_list", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write_pages(audit, pages_of)
    assert "being written" in (pages_of / "index.html").read_text()
    check_folder(pages_of)
    assert write_pages(audit, pages_of).written < 20
    assert "being written" not in (pages_of / "index.html").read_text()


def test_commands_write_pages(audit: Audit, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["report", str(audit.path), "--index", str(tmp_path / "i.sqlite"), "--fail-on", "never", "-q"]
    assert main([*words, "--html", str(tmp_path / "pages")]) == 0
    assert "of them written" in capsys.readouterr().err
    assert (tmp_path / "pages" / "index.html").exists()
    assert main([*words, "--html", str(tmp_path / "pages"), "--repository", "org1/model-00001"]) == 2
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()
    assert main([*words, "--html", str(tmp_path / "full")]) == 2
    assert "name a new or an empty folder" in capsys.readouterr().err
