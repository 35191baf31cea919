"""The state of a staff page's table as it stands in the address: what is sought, which filter, which order, which page.

Reading an address never fails: what is not known is left out, so that an old bookmark still shows the table.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from werkzeug.datastructures import MultiDict

PER_PAGE = 50
# Beyond it an offset alone would make the database walk for seconds.
LAST_PAGE = 2000
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Table:
    """One table as it was asked for. `sort` is a known column; `filters` hold only known choices."""

    search: str
    sort: str
    descending: bool
    page: int
    filters: Mapping[str, str]
    default: str
    per_page: int = PER_PAGE

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.per_page

    def address(self, **changes: str | int | None) -> str:
        """Return this page's address with changes: `q`, `sort`, `page` or a filter; None or "" leaves one out.

        Any change but that of the page begins at the first page again.
        """
        values: dict[str, str | int | None] = {
            "q": self.search,
            "sort": _write_sort(self.sort, self.descending),
            "page": self.page,
            **self.filters,
        }
        if changes.keys() - {"page"}:
            values["page"] = 1
        values.update(changes)
        if values["sort"] == self.default:
            values["sort"] = None
        if values["page"] == 1:
            values["page"] = None
        arguments: dict[str, Any] = {key: value for key, value in values.items() if value}
        return url_for(str(request.endpoint), **(request.view_args or {}), **arguments)

    def sort_address(self, column: str) -> str:
        """Return the address that sorts by the column, or the other way round if it already does."""
        return self.address(sort=_write_sort(column, column == self.sort and not self.descending))

    def direction(self, column: str) -> str | None:
        """Return the column's `aria-sort`, or None when the table is sorted by another."""
        if column != self.sort:
            return None
        return "descending" if self.descending else "ascending"

    def sort_given(self) -> str | None:
        """Return the sort as the address carries it, or None for the default one."""
        written = _write_sort(self.sort, self.descending)
        return None if written == self.default else written

    def is_narrowed(self) -> bool:
        """Tell whether something is sought or filtered, so that an empty table can say so."""
        return bool(self.search or self.filters)


def read_table(
    args: MultiDict[str, str],
    *,
    sorts: Sequence[str],
    default: str | None = None,
    filters: Mapping[str, Collection[str]] | None = None,
    per_page: int = PER_PAGE,
) -> Table:
    """Return the table of the address: `q`, `sort` (a column, `-` before it for descending), `page`, the filters.

    `sorts` are the columns that may be sorted by; `default` is the sort without one in the address, else the first.
    """
    chosen = default or sorts[0]
    asked = args.get("sort", "")
    sort = asked if asked.removeprefix("-") in sorts else chosen
    page = args.get("page", "1")
    known = {name: args.get(name, "") for name in filters or {}}
    return Table(
        search="".join(letter for letter in args.get("q", "") if letter.isprintable()).strip()[:LONGEST_SEARCH],
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        page=min(max(int(page), 1), LAST_PAGE) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
        filters={name: value for name, value in known.items() if value and value in (filters or {})[name]},
        default=chosen,
        per_page=per_page,
    )


def _write_sort(column: str, descending: bool) -> str:
    return f"-{column}" if descending else column
