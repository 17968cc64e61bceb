"""The addresses of a served audit, and what is answered at each.

Edit this when one more thing is to be served; who may ask is in ``gate``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from ..audit.family_model import pages_of
from ..audit.indexed.row_queries import ORDERS, Choice
from ..errors import ModelkinError, UsageError
from ..reports.audit_pages.csv_tables import families_csv, repositories_csv
from ..reports.audit_pages.index_page import (
    LIVE_ALLOWED,
    ROWS_A_PAGE,
    Live,
    counts,
    families_around,
    render_family,
    render_index,
    repository_links,
)
from ..reports.audit_pages.row_views import rows_data
from ..reports.html.environment import page_assets
from ..reports.html.page import render
from ..support.escaping import encodable, escape
from .gate import Secrets, is_same
from .live_audit import LiveAudit
from .requested_scans import RequestedScans

_PAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}-[0-9a-f]{12}")
_DEEPEST = 100_000
_MOST_WORDS = 50


class Site:
    """What is served of one audit, with ``scans`` where addresses may be scanned."""

    def __init__(
        self, live: LiveAudit, known: Secrets, look_for_families: Callable[[], None], scans: RequestedScans | None
    ) -> None:
        self._live = live
        self._known = known
        self._look_for_families = look_for_families
        self._scans = scans
        self._rendered: tuple[Live | None, str] = None, ""

    def application(self) -> Starlette:
        """All routes; each function answers in a thread."""
        routes = [
            Route("/", self.index),
            Route("/index.html", self.to_index),
            Route("/state", self.state),
            Route("/rows", self.rows),
            Route("/repositories/{shard}/{page}.html", self.repository),
            Route("/families/{page}.html", self.family),
            Route("/repositories.csv", self.repositories_csv),
            Route("/families.csv", self.families_csv),
        ]
        if self._scans is not None:
            routes += [Route("/scan", self.scan, methods=["POST"]), Route("/scans/{number:int}", self.scanned)]
        return Starlette(routes=routes, exception_handlers={ModelkinError: _told, OSError: _told, 404: _nothing})

    def index(self, _request: Request) -> Response:
        """The audit, with what to look at first."""
        shown = self._live.now()
        self._look_for_families()
        views = self._scans.views() if self._scans else []
        live = Live(self._live.words(), shown.version, self._scans is not None, self._known.proof, views)
        rendered, content = self._rendered
        if rendered != live:
            content = render_index(shown.audit, shown.families, pages_of(shown.families), live)
            self._rendered = live, content
        return _page(content, page_assets("audit.js", "audit.css", LIVE_ALLOWED).policy)

    def to_index(self, _request: Request) -> Response:
        """Where links of pages in folders lead."""
        return RedirectResponse("/", 307)

    def state(self, _request: Request) -> Response:
        """How far the audit is; asked for every other second."""
        shown = self._live.now()
        self._look_for_families()
        told = {"version": shown.version, "words": self._live.words(), "counts": counts(shown.audit.summary)}
        return JSONResponse({**told, "families": len(shown.families.families)})

    def rows(self, request: Request) -> Response:
        """A page of the table."""
        shown, asked = self._live.now(), request.query_params
        level, family = asked.get("level", ""), asked.get("family", "")
        choice = Choice(
            words=" ".join(asked.get("query", "").split()[:_MOST_WORDS]),
            level=level if level != "failed" else "",
            verdict=asked.get("verdict", ""),
            project=asked.get("project", ""),
            family=_number(family, _DEEPEST),
            failed=True if level == "failed" else None,
        )
        order = asked.get("sort", "first")
        first = (_number(asked.get("page", ""), _DEEPEST) or 0) * ROWS_A_PAGE
        indexed = shown.audit.indexed
        found = indexed.ranked(
            choice, order if order in ORDERS else "first", bool(asked.get("turned")), ROWS_A_PAGE, first
        )
        told = rows_data(found)
        return JSONResponse({**told, "total": indexed.count(choice), "all": shown.audit.summary.repositories})

    def repository(self, request: Request) -> Response:
        """The report on one repository."""
        page = request.path_params["page"]
        shown = self._live.now()
        found = shown.audit.indexed.page(page) if _PAGE.fullmatch(page) else None
        if found is None or request.path_params["shard"] != page[-12:-10]:
            return _nothing(request)
        name, position = found
        around = families_around(
            shown.audit.indexed.families_of(name), shown.families, pages_of(shown.families), "../../"
        )
        with shown.audit.path.open("rb") as journal:
            content = render(shown.audit.report_at(journal, position), around=around)
        return _page(content, page_assets().policy)

    def family(self, request: Request) -> Response:
        """The files of one family."""
        shown = self._live.now()
        by_page = dict(zip(pages_of(shown.families), shown.families.families, strict=True))
        family = by_page.get(request.path_params["page"])
        if family is None:
            return _nothing(request)
        names = list(dict.fromkeys(each.repository for each in family.members))
        content = render_family(family, repository_links(shown.audit, names, "../"), "../index.html#families")
        return _page(content, page_assets("audit.js", "audit.css").policy)

    def repositories_csv(self, _request: Request) -> Response:
        """The table, for a spreadsheet."""
        shown = self._live.now()
        return _table(repositories_csv(shown.audit, list(pages_of(shown.families))), "repositories.csv")

    def families_csv(self, _request: Request) -> Response:
        """The files of all families, likewise."""
        shown = self._live.now()
        return _table(families_csv(shown.families, pages_of(shown.families)), "families.csv")

    async def scan(self, request: Request) -> Response:
        """Begin the scan of an address."""
        assert self._scans is not None
        given = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=4)
        proof, address = (given.get(name, [""])[0] for name in ("proof", "address"))
        if not is_same(proof, self._known.proof):
            return PlainTextResponse("This form is of another start of the server: open the audit again.\n", 403)
        try:
            begun = await run_in_threadpool(self._scans.ask, address)
        except UsageError as error:
            return PlainTextResponse(f"{encodable(escape(str(error)))}\n", 409)
        return RedirectResponse(f"/scans/{begun.number}", 303)

    def scanned(self, request: Request) -> Response:
        """The report on an address; until there is one, how far its scan is."""
        assert self._scans is not None
        found = self._scans.find(request.path_params["number"])
        if found is None:
            return _nothing(request)
        if found.report is not None:
            with suppress(FileNotFoundError):
                return _page(found.report.read_text("utf-8"), page_assets().policy)
        again = {} if found.is_over else {"refresh": "2"}
        return PlainTextResponse(f"{encodable(escape(found.source))}: {encodable(found.state)}\n", headers=again)


def _number(given: str, below: int) -> int | None:
    """What was asked for, where it is a number and not too large."""
    found = int(given) if re.fullmatch("[0-9]{1,9}", given) else below
    return found if found < below else None


def _page(content: str, policy: str) -> Response:
    return HTMLResponse(content, headers={"content-security-policy": f"{policy}; frame-ancestors 'none'"})


def _table(pieces: Iterator[str], name: str) -> Response:
    content = (piece.encode("utf-8", "backslashreplace") for piece in pieces)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(content, media_type="text/csv; charset=utf-8", headers=headers)


def _nothing(_request: Request, _error: Exception | None = None) -> Response:
    return PlainTextResponse("There is no such page.\n", 404)


def _told(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{encodable(escape(str(error)))}\n", 503)
