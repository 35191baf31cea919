"""From what people paste to the link that writes a review. Pure.

Nothing pasted is ever passed on: the link is built anew from the host, which stands in the catalogue's list, and from
the ids found in the address. So a listing cannot become a redirect to somewhere else (no user names, ports, other
schemes, look-alike hosts, or the sites' own redirectors such as `google.com/url`).
Forms of links: those that the sites' own pages and share buttons give, as of 2026.
"""

import base64
import re
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import parse_qs, unquote

from app.kit.errors import InvalidInputError
from app.review_sites.catalogue import Site, SiteRules

MAX_LENGTH = 2000

# Strict on purpose: no user name, no port, no IPv6, no letters beyond ASCII in the host. `re.ASCII` keeps the Kelvin
# sign from being read as a k.
_ADDRESS = re.compile(
    r"https://(?P<host>[a-z0-9.-]+)(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?",
    re.IGNORECASE | re.ASCII,
)
_BARE = re.compile(r"(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)/", re.IGNORECASE | re.ASCII)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,20}", re.ASCII)
_PLACE_ID = re.compile(r"ChIJ[A-Za-z0-9_-]{4,250}", re.ASCII)
_PLACE_ID_INSIDE = re.compile(r"(?:place_?id[=:]|!\d{1,2}s)(ChIJ[A-Za-z0-9_-]{4,250})", re.ASCII)
_FEATURE_INSIDE = re.compile(r"0x([0-9a-f]{1,16}):0x([0-9a-f]{1,16})(?![0-9a-zA-Z])", re.ASCII)
_PAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{1,99}", re.ASCII)
_NUMBER_AT_END = re.compile(r"(?:^|-)([0-9]{6,20})$", re.ASCII)
# What follows the city in an address of 2GIS; without a city it stands first.
_TWOGIS_ROOMS = {"firm", "search", "branches", "inside", "geo", "gallery", "rubrics", "directions"}
# First words of Facebook's addresses that are no pages; among them the redirector `l.php`.
_FACEBOOK_ROOMS = {
    "about", "ads", "business", "dialog", "events", "gaming", "groups", "hashtag", "help", "home", "login",
    "marketplace", "media", "messages", "notes", "permalink", "photo", "photos", "plugins", "policies", "posts",
    "reel", "search", "settings", "share", "sharer", "story", "tr", "video", "videos", "watch",
}  # fmt: skip

_PASTE = {
    Site.GOOGLE: "a place id (ChIJ…), the link of “Ask for reviews” (https://g.page/r/…/review) or a Google Maps link",
    Site.TWOGIS: "the address of the office's page, such as https://2gis.kz/almaty/firm/70000001012345678",
    Site.YANDEX: "the address of the office's card, such as https://yandex.kz/maps/org/name/1234567890",
    Site.FACEBOOK: "the address of the page, such as https://www.facebook.com/name",
    Site.TRUSTPILOT: "the company's domain as Trustpilot has it, such as example.kz",
}


class LinkProblem(StrEnum):
    """Why a pasted text gives no link."""

    EMPTY = "empty"
    NO_LINK = "no_link"
    NOT_HTTPS = "not_https"
    FOREIGN_HOST = "foreign_host"
    TOO_MANY_PARTS = "too_many_parts"
    NO_PAGE = "no_page"
    HOST_NOT_LISTED = "host_not_listed"


_REASONS = {
    LinkProblem.EMPTY: "this is no link",
    LinkProblem.NO_LINK: "this is no link",
    LinkProblem.NOT_HTTPS: "this is not a plain https address",
    LinkProblem.TOO_MANY_PARTS: "this address has too many parts",
    LinkProblem.NO_PAGE: "this address is not an office's or company's page",
    LinkProblem.HOST_NOT_LISTED: "config/review_sites.yaml does not list the host of its review form",
}


class InvalidLinkError(InvalidInputError):
    """The pasted text gives no link to the site; the message says what to paste. `problem` is for other languages."""

    code = "invalid_review_link"

    def __init__(self, site: Site, rules: SiteRules, problem: LinkProblem, host: str = "") -> None:
        reason = _REASONS.get(problem) or f"{host} is not one of its addresses ({', '.join(rules.hosts)})"
        super().__init__(
            f"{rules.name}: {reason}; paste {_PASTE[site]}", field="link", site=site.value, name=rules.name
        )
        self.problem = problem
        self.host = host
        self.hosts = tuple(rules.hosts)


class _Address(NamedTuple):
    host: str
    segments: list[str]
    query: dict[str, list[str]]
    # Everything after the host, unquoted, for ids that stand in the middle of it.
    rest: str


def review_link(site: Site, pasted: str, rules: SiteRules) -> str:
    """Return the link that opens the site's review form, https at one of `rules.hosts`; raises InvalidLinkError."""
    text = pasted.strip()
    if not text:
        raise InvalidLinkError(site, rules, LinkProblem.EMPTY)
    if len(text) > MAX_LENGTH or not text.isprintable() or "\\" in text or " " in text:
        raise InvalidLinkError(site, rules, LinkProblem.NO_LINK)
    link = _shorthand(site, text, rules) or _BUILDERS[site](_read_address(site, text, rules))
    if link is None:
        raise InvalidLinkError(site, rules, LinkProblem.NO_PAGE)
    if link.removeprefix("https://").partition("/")[0] not in rules.hosts:
        raise InvalidLinkError(site, rules, LinkProblem.HOST_NOT_LISTED)
    return link


def firm_id(site: Site, link: str) -> str | None:
    """Return the site's own id of the office, from a link that `review_link` built, or None where there is none.

    Facebook and Trustpilot have one page for a whole company, which tells no office from another.
    """
    patterns = {
        Site.GOOGLE: r"https://search\.google\.com/local/writereview\?placeid=([\w-]+)|https://g\.page/(r/[\w-]+)/review",
        Site.TWOGIS: r"https://[^/]+/(?:[\w-]+/)?firm/(\d+)/",
        Site.YANDEX: r"https://[^/]+/maps/org/(?:[\w-]+/)?(\d+)/",
    }
    found = re.match(patterns[site], link, re.ASCII) if site in patterns else None
    return next(filter(None, found.groups()), None) if found else None


def link_host(link: str) -> str:
    """Return the host of a link that `review_link` built: what a button says about where it leads."""
    return link.removeprefix("https://").partition("/")[0]


def _read_address(site: Site, text: str, rules: SiteRules) -> _Address:
    bare = _BARE.match(text)
    if bare and bare["host"].lower() in rules.hosts:  # browsers show addresses without the scheme
        text = f"https://{text}"
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise InvalidLinkError(site, rules, LinkProblem.NOT_HTTPS)
    host = match["host"].lower()
    if host not in rules.hosts:
        raise InvalidLinkError(site, rules, LinkProblem.FOREIGN_HOST, host)
    path, query, fragment = match["path"] or "/", match["query"] or "", match["fragment"] or ""
    try:
        fields = parse_qs(query, max_num_fields=100)
    except ValueError as error:
        raise InvalidLinkError(site, rules, LinkProblem.TOO_MANY_PARTS) from error
    segments = [unquote(segment) for segment in path.split("/") if segment]
    return _Address(host, segments, fields, unquote(f"{path}?{query}#{fragment}"))


def _shorthand(site: Site, text: str, rules: SiteRules) -> str | None:
    """The link from a bare id, where a site has ids that people copy without an address."""
    if site is Site.GOOGLE and _PLACE_ID.fullmatch(text):
        return _google_place(text)
    if site is Site.TRUSTPILOT and _DOMAIN.fullmatch(text.lower()):
        # Trustpilot's own address without a path is no company.
        return None if text.lower() in rules.hosts else f"https://www.trustpilot.com/evaluate/{text.lower()}"
    return None


def _google(address: _Address) -> str | None:
    host, segments = address.host, address.segments
    if host == "g.page":
        names = segments[1:2] if segments[:1] == ["r"] else segments[:1]
        if not names or not _NAME.fullmatch(names[0]):
            return None
        return f"https://g.page/{'r/' if segments[0] == 'r' else ''}{names[0]}/review"
    if host == "maps.app.goo.gl":  # opens the place in Google Maps: only Google knows which
        return f"https://{host}/{segments[0]}" if len(segments) == 1 and _NAME.fullmatch(segments[0]) else None
    room = segments[0] if segments else "maps"
    if room not in ("maps", "search", "local"):  # not `url`, which sends people anywhere
        return None
    if found := _PLACE_ID_INSIDE.search(address.rest):
        return _google_place(found[1])
    if found := _FEATURE_INSIDE.search(address.rest.lower()):
        return _google_place(_place_id(int(found[1], 16), int(found[2], 16)))
    cid = address.query.get("cid", [""])[0]
    return f"https://www.google.com/maps?cid={cid}" if room == "maps" and _DIGITS.fullmatch(cid) else None


def _google_place(place_id: str) -> str:
    return f"https://search.google.com/local/writereview?placeid={place_id}"


def _place_id(cell: int, feature: int) -> str:
    """Return the place id of the pair that addresses of Google Maps carry (`!1s0x…:0x…`).

    A place id is that pair as a protocol buffer, one message of two fixed64, in base64: hence every `ChIJ`.
    """
    packed = b"\x0a\x12\x09" + cell.to_bytes(8, "little") + b"\x11" + feature.to_bytes(8, "little")
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _twogis(address: _Address) -> str | None:
    segments = address.segments
    if "firm" not in segments:
        return None
    following = segments[segments.index("firm") + 1 :]
    if not following or not _DIGITS.fullmatch(following[0]):
        return None
    first = segments[0]
    has_city = first not in _TWOGIS_ROOMS and segments[1] in _TWOGIS_ROOMS and _NAME.fullmatch(first)
    return f"https://{address.host}/{first + '/' if has_city else ''}firm/{following[0]}/tab/reviews/addreview"


def _yandex(address: _Address) -> str | None:
    segments = address.segments
    # Yandex Maps lives below /maps of each country's host; its old host of its own leads there.
    host = "yandex.ru" if address.host == "maps.yandex.ru" else address.host
    if segments[:1] == ["profile"]:
        slug, oid = "", segments[1] if len(segments) > 1 else ""
    elif "org" in segments:
        following = segments[segments.index("org") + 1 :]
        numbered = next((place for place, segment in enumerate(following[:2]) if _DIGITS.fullmatch(segment)), None)
        # A slug may be a number itself (`/org/1000/1234567890`): the id is then the second one.
        if numbered == 0 and len(following) > 1 and _DIGITS.fullmatch(following[1]):
            numbered = 1
        oid = following[numbered] if numbered is not None else ""
        slug = following[0] if numbered == 1 and _NAME.fullmatch(following[0]) else ""
    elif segments[:1] == ["maps"] or address.host == "maps.yandex.ru":
        # A card opened from a search: `?oid=…`, or `?poi[uri]=ymapsbm1://org?oid=…`.
        found = re.search(r"[?&]oid=([0-9]{1,20})(?![0-9])", unquote(address.rest), re.ASCII)
        slug, oid = "", found[1] if found else ""
    else:
        return None
    if not _DIGITS.fullmatch(oid):
        return None
    return f"https://{host}/maps/org/{slug + '/' if slug else ''}{oid}/reviews/?add-review=true"


def _facebook(address: _Address) -> str | None:
    segments = address.segments
    first = segments[0].lower() if segments else ""
    if first == "profile.php":
        number = address.query.get("id", [""])[0]
        return _facebook_profile(number) if _DIGITS.fullmatch(number) else None
    if first in ("p", "people", "pages"):  # a page known by the number at the end of its address
        found = next(filter(None, (_NUMBER_AT_END.search(segment) for segment in reversed(segments[1:5]))), None)
        return _facebook_profile(found[1]) if found else None
    if first == "pg":
        segments = segments[1:]
        first = segments[0].lower() if segments else ""
    if not _PAGE.fullmatch(first) or first.endswith(".php") or first in _FACEBOOK_ROOMS:
        return None
    return f"https://www.facebook.com/{segments[0]}/reviews"


def _facebook_profile(number: str) -> str:
    return f"https://www.facebook.com/profile.php?id={number}&sk=reviews"


def _trustpilot(address: _Address) -> str | None:
    segments = address.segments
    if len(segments) < 2 or segments[0] not in ("evaluate", "review") or not _DOMAIN.fullmatch(segments[1].lower()):
        return None
    return f"https://{address.host}/evaluate/{segments[1].lower()}"


_BUILDERS: dict[Site, Callable[[_Address], str | None]] = {
    Site.GOOGLE: _google,
    Site.TWOGIS: _twogis,
    Site.YANDEX: _yandex,
    Site.FACEBOOK: _facebook,
    Site.TRUSTPILOT: _trustpilot,
}
