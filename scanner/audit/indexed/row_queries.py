"""Asks an index for rows: in pages, filtered and sorted, and for what all of them add up to.

What was in the journal up to one byte is asked for, so that an audit that goes on meanwhile changes no answer. Edit
this when rows are to be chosen or sorted by something new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

from msgspec import Struct

from ...results import LeftOut, Level, Verdict
from ..family_model import Families, Family
from ..journal_lines import LinePosition
from ..records import ContentIdentity
from ..rows import AuditSummary, RepositoryRow, UpstreamRow
from .database import IndexFile
from .index_building import from_bytes, key_of, to_bytes, to_bytes_of_text, to_text

_ITEM = TypeVar("_ITEM", covariant=True)
_FETCHED = 200
_FIRST = "errors DESC, warnings DESC, copies DESC, notes DESC, name"
_URGENCY = "errors DESC, sure DESC, weight DESC, warnings DESC, copies DESC, notes DESC, name"
ORDERS = {
    "first": _URGENCY,
    "name": "name",
    "files": "files DESC, name",
    "copies": f"copies DESC, {_URGENCY}",
    "errors": f"errors DESC, {_URGENCY}",
    "warnings": f"warnings DESC, {_URGENCY}",
    "notes": f"notes DESC, {_URGENCY}",
}
"""How rows can be sorted; ``first``: errors, those that are sure, how far the licence reaches, warnings, copies."""
_COUNTED = {Level.ERROR: "errors", Level.WARNING: "warnings", Level.NOTE: "notes"}
_SUMS = ", ".join(
    f"coalesce(sum({each}), 0)"
    for each in (
        "failed",
        "files",
        *(v.value for v in Verdict),
        *_COUNTED.values(),
        "waived",
        "skipped",
        "seconds",
        "later",
    )
)


class Choice(Struct, frozen=True):
    """Which rows are asked for; what is empty does not matter."""

    words: str = ""
    """Each of these words stands in its name, an upstream's or a model's."""
    level: str = ""
    """It has findings at this level."""
    verdict: str = ""
    """It has files of this verdict."""
    project: str = ""
    """It has copies of this upstream, or the model is its."""
    family: int | None = None
    """It holds files of the family of this number."""
    failed: bool | None = None
    """Whether it could not be audited."""


class RankedRow(Struct, frozen=True):
    """A repository as a page lists it."""

    row: RepositoryRow
    page: str
    """What the page on it is called."""
    sure: int
    """How many of its errors are sure."""
    licence: str
    """The licence that reaches furthest of those of which something is missed; empty where nothing is."""
    families: tuple[int, ...] = ()
    """The numbers of the families that it holds files of."""


class Rows(Sequence[_ITEM], Generic[_ITEM]):
    """Rows of an index, read a few at a time each time that they are asked for."""

    def __init__(self, count: Callable[[], int], some: Callable[[int, int], Iterator[_ITEM]]) -> None:
        self._count, self._some = count, some

    def __len__(self) -> int:
        return self._count()

    def __iter__(self) -> Iterator[_ITEM]:
        return self._some(-1, 0)

    @overload
    def __getitem__(self, place: int) -> _ITEM: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[_ITEM]: ...
    def __getitem__(self, place: int | slice) -> _ITEM | Sequence[_ITEM]:
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            return tuple(self._some(max(stop - start, 0), start))[::step] if step > 0 else tuple(self)[place]
        if place < 0:
            place += len(self)
        for item in self._some(1, place) if place >= 0 else ():
            return item
        raise IndexError(place)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    def __hash__(self) -> int:
        raise TypeError("rows may change")

    def __repr__(self) -> str:
        return f"<{len(self)} rows>"


class IndexedAudit:
    """What an index says of its journal, up to byte ``end`` of it."""

    def __init__(self, index: IndexFile, end: int) -> None:
        self._index = index
        self._end = end

    @property
    def end(self) -> int:
        """Up to which byte of the journal it is asked."""
        return self._end

    def rows(self) -> Rows[RepositoryRow]:
        """Each repository in numbers, sorted by name."""
        return self._rows("row", "", "name", lambda row: from_bytes(row[0], RepositoryRow))

    def names(self) -> Rows[str]:
        """The repositories that there are reports on, sorted."""
        return self._rows("name", "AND NOT failed", "name", lambda row: to_text(row[0]))

    def first(self) -> Rows[str]:
        """The repositories to look at first."""
        return self._rows("name", "AND concerned", _FIRST, lambda row: to_text(row[0]))

    def failed(self) -> Rows[tuple[str, str]]:
        """The repositories that could not be audited, and why."""
        return self._rows("row", "AND failed", "name", _failure)

    def with_skips(self) -> Rows[RepositoryRow]:
        """The repositories of which something was skipped, sorted."""
        return self._rows("row", "AND skipped", "name", lambda row: from_bytes(row[0], RepositoryRow))

    def _rows(self, what: str, where: str, order: str, read: Callable[[Any], _ITEM]) -> Rows[_ITEM]:
        table = "repositories JOIN details USING (id)" if what == "row" else "repositories"
        chosen = f"FROM {table} WHERE start < ? {where}"

        def count() -> int:
            return int(self._one(f"SELECT count(*) FROM repositories WHERE start < ? {where}", (self._end,))[0])

        def some(most: int, first: int) -> Iterator[_ITEM]:
            query = f"SELECT {what} {chosen} ORDER BY {order} LIMIT ? OFFSET ?"
            yield from map(read, self._each(query, (self._end, most, first)))

        return Rows(count, some)

    def row(self, name: str) -> RepositoryRow | None:
        """The repository of that name."""
        query = "SELECT row FROM repositories JOIN details USING (id) WHERE name = ? AND start < ?"
        found = self._one(query, (to_bytes_of_text(name), self._end))
        return from_bytes(found[0], RepositoryRow) if found else None

    def ranked(
        self, choice: Choice = Choice(), order: str = "first", is_turned: bool = False, most: int = -1, first: int = 0
    ) -> Iterator[RankedRow]:
        """The repositories chosen, sorted by one of `ORDERS`, or the other way round."""
        where, values = self._where(choice)
        by = ORDERS[order]
        if is_turned:
            by = ", ".join(
                each.removesuffix(" DESC") if each.endswith(" DESC") else f"{each} DESC" for each in by.split(", ")
            )
        query = (
            "SELECT row, page, sure, licence, (SELECT group_concat(family) FROM members WHERE members.name = "
            f"repositories.name) FROM repositories JOIN details USING (id) WHERE {where} ORDER BY {by} LIMIT ? OFFSET ?"
        )
        for row, page, sure, licence, families in self._each(query, (*values, most, first)):
            yield RankedRow(from_bytes(row, RepositoryRow), page, sure, to_text(licence), _numbers(families))

    def count(self, choice: Choice = Choice()) -> int:
        """How many repositories are chosen."""
        where, values = self._where(choice)
        table = "repositories JOIN details USING (id)" if choice.words else "repositories"
        return int(self._one(f"SELECT count(*) FROM {table} WHERE {where}", values)[0])

    def _where(self, choice: Choice) -> tuple[str, list[object]]:
        parts, values = ["start < ?"], list[object]([self._end])
        for word in choice.words.casefold().split():
            parts.append("instr(search, ?)")
            values.append(word)
        if choice.level in _LEVEL_COLUMNS:
            parts.append(_LEVEL_COLUMNS[choice.level])
        if choice.verdict in Verdict._value2member_map_:
            parts.append(Verdict(choice.verdict).value)
        if choice.project:
            parts.append("id IN (SELECT repository FROM copies WHERE project = ?)")
            values.append(to_bytes_of_text(choice.project))
        if choice.family is not None:
            parts.append("name IN (SELECT name FROM members WHERE family = ?)")
            values.append(choice.family)
        if choice.failed is not None:
            parts.append("failed" if choice.failed else "NOT failed")
        return " AND ".join(parts), values

    def summary(self) -> AuditSummary:
        """All repositories together."""
        count, *sums = self._one(f"SELECT count(*), {_SUMS} FROM repositories WHERE start < ?", (self._end,))
        failed, files, *rest = sums
        verdicts, rest = rest[: len(Verdict)], rest[len(Verdict) :]
        levels, (waived, skipped, seconds, later) = rest[: len(Level)], rest[len(Level) :]
        contents = self._one("SELECT value FROM state WHERE name = 'contents'")
        return AuditSummary(
            repositories=count,
            failed=failed,
            files=files,
            contents=contents[0] if contents else 0,
            by_verdict=dict(zip(Verdict, verdicts, strict=True)),
            by_level=dict(zip(_COUNTED, levels, strict=True)),
            waived=waived,
            skipped=skipped,
            upstreams=tuple(self._upstreams()),
            first=self.first(),
            seconds=seconds,
            not_obeyed=tuple(self._not_obeyed()),
            later=later,
        )

    def _upstreams(self) -> Iterator[UpstreamRow]:
        query = (
            "SELECT project, sum(copies.files), count(*) FROM copies JOIN repositories ON id = repository "
            "WHERE start < ? GROUP BY project ORDER BY 2 DESC, 3 DESC, project"
        )
        for project, files, repositories in self._each(query, (self._end,)):
            yield UpstreamRow(to_text(project), files, repositories)

    def _not_obeyed(self) -> Iterator[LeftOut]:
        """How much of each kind was asked for in vain, over all repositories."""
        query = (
            "SELECT what, count(*), sum(count) FROM refusals JOIN repositories ON id = repository WHERE start < ? "
            "GROUP BY what ORDER BY what"
        )
        for what, places, count in self._each(query, (self._end,)):
            yield LeftOut(to_text(what), "1 repository" if places == 1 else f"{places} repositories", count)

    def repository_at(self, name: str) -> LinePosition | None:
        """Where in the journal a repository stands."""
        query = "SELECT start, length, before FROM repositories WHERE name = ? AND start < ?"
        found = self._one(query, (to_bytes_of_text(name), self._end))
        return LinePosition(*found) if found else None

    def page(self, page: str) -> tuple[str, LinePosition] | None:
        """The repository whose page is called so, and where it stands."""
        query = "SELECT name, start, length, before FROM repositories WHERE page = ? AND start < ?"
        found = self._one(query, (page, self._end))
        return (to_text(found[0]), LinePosition(*found[1:])) if found else None

    def families_of(self, name: str) -> tuple[int, ...]:
        """The numbers of the families that a repository holds files of."""
        rows = self._each("SELECT family FROM members WHERE name = ? ORDER BY family", (to_bytes_of_text(name),))
        return tuple(row[0] for row in rows)

    def pages_by_name(self, names: Sequence[str]) -> dict[str, str]:
        """The pages of those repositories that have one."""
        found = {}
        with self._index.connected() as connection:
            for name in names:
                query = "SELECT page FROM repositories WHERE name = ? AND NOT failed AND start < ?"
                if row := connection.execute(query, (to_bytes_of_text(name), self._end)).fetchone():
                    found[name] = row[0]
        return found

    def pages_of(self, ending: str) -> set[str]:
        """The names of all pages whose digest, the last 12 characters, begins so."""
        query = "SELECT page FROM repositories WHERE substr(page, -12, ?) = ? AND start < ?"
        return {row[0] for row in self._each(query, (len(ending), ending, self._end))}

    def positions(self) -> Iterator[tuple[str, str, LinePosition, tuple[int, ...]]]:
        """The name, page and place of each repository that there is a report on, and its families by number."""
        query = (
            "SELECT name, page, start, length, before, (SELECT group_concat(family) FROM members WHERE members.name = "
            "repositories.name) FROM repositories WHERE NOT failed AND start < ? ORDER BY name"
        )
        for name, page, start, length, before, families in self._each(query, (self._end,)):
            yield to_text(name), page, LinePosition(start, length, before), _numbers(families)

    def contents_at(self, identities: Sequence[ContentIdentity]) -> Iterator[LinePosition | None]:
        """Where each content stands; None where it does not."""
        with self._index.connected() as connection:
            for each in identities:
                query = "SELECT start, length, before FROM contents WHERE key = ? AND start NOT NULL"
                found = connection.execute(query, (key_of(each),)).fetchone()
                yield LinePosition(*found) if found else None

    def families(self) -> Families | None:
        """The families that were found when the journal was so long; None where it has grown since."""
        return self.latest_families() if self.families_end() == self._end else None

    def families_end(self) -> int:
        """How long the journal was when families were looked for last; -1 before they were."""
        found = self._one("SELECT value FROM state WHERE name = 'families'")
        return from_bytes(found[0], _Found).end if found else -1

    def latest_families(self) -> Families | None:
        """The families that were found last, be it when the journal was shorter; None before they were looked for."""
        found = self._one("SELECT value FROM state WHERE name = 'families'")
        if found is None:
            return None
        told = from_bytes(found[0], _Found)
        rows = self._each("SELECT family FROM families ORDER BY number")
        families = tuple(from_bytes(row[0], Family) for row in rows)
        return Families(families, told.left, told.common, told.is_recorded)

    def keep_families(self, found: Families, pages: Sequence[str]) -> None:
        """Keep the families of the journal as it is, with the names of their pages."""
        told = _Found(self._end, found.left, found.common, found.is_recorded)
        with self._index.connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("DELETE FROM families")
            connection.execute("DELETE FROM members")
            for number, (family, page) in enumerate(zip(found.families, pages, strict=True)):
                connection.execute("INSERT INTO families VALUES (?, ?, ?)", (number, page, to_bytes(family)))
                names = {(to_bytes_of_text(each.repository), number) for each in family.members}
                connection.executemany("INSERT INTO members VALUES (?, ?)", names)
            connection.execute("INSERT OR REPLACE INTO state VALUES ('families', ?)", (to_bytes(told),))
            connection.execute("COMMIT")

    def _one(self, query: str, values: Sequence[object] = ()) -> Any:
        with self._index.connected() as connection:
            return connection.execute(query, values).fetchone()

    def _each(self, query: str, values: Sequence[object] = ()) -> Iterator[Any]:
        with self._index.connected() as connection:
            cursor = connection.execute(query, values)
            while rows := cursor.fetchmany(_FETCHED):
                yield from rows


_LEVEL_COLUMNS = {level.value: column for level, column in _COUNTED.items()}


class _Found(Struct, frozen=True):
    """What is kept of a search for families beside the families."""

    end: int
    left: int
    common: int
    is_recorded: bool


def _numbers(joined: str | None) -> tuple[int, ...]:
    return tuple(sorted(map(int, joined.split(",")))) if joined else ()


def _failure(row: Sequence[bytes]) -> tuple[str, str]:
    found = from_bytes(row[0], RepositoryRow)
    return found.name, found.failed
