"""What people paste, and what becomes of it."""

import string
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.review_sites.catalogue import Catalogue, Site, load_catalogue
from app.review_sites.links import InvalidLinkError, firm_id, link_host, review_link

CATALOGUE: Catalogue = load_catalogue(Path(__file__).parents[2] / "config" / "review_sites.yaml")
PLACE = "ChIJ3S-JXmauEmsRUcIaWtf4MzE"
GOOGLE = f"https://search.google.com/local/writereview?placeid={PLACE}"
FIRM = "70000001027475000"


def build(site: Site, pasted: str) -> str:
    return review_link(site, pasted, CATALOGUE.rules(site))


@pytest.mark.parametrize(
    ("pasted", "link"),
    [
        (PLACE, GOOGLE),
        (f"  {PLACE}\n", GOOGLE),
        (GOOGLE, GOOGLE),
        (f"https://search.google.com/local/writereview?hl=ru&placeid={PLACE}&source=g", GOOGLE),
        (f"https://www.google.com/maps/place/?q=place_id:{PLACE}", GOOGLE),
        (f"https://www.google.com/maps/search/?api=1&query=bank&query_place_id={PLACE}", GOOGLE),
        # The pair that every address of Google Maps carries is the place id in other letters.
        (
            "https://www.google.com/maps/place/Opera/@-33.8,151.2,17z/data=!3m1!4b1!4m6!3m5"
            "!1s0x6b12ae665e892fdd:0x3133f8d75a1ac251!8m2!3d-33.8!4d151.2!16zL20v?entry=ttu",
            GOOGLE,
        ),
        ("https://www.google.com/search?q=opera#lrd=0x6b12ae665e892fdd:0x3133f8d75a1ac251,3,,,", GOOGLE),
        (f"https://www.google.com/maps/place/Опера/data=!4m2!3m1!19s{PLACE}?g_st=ic", GOOGLE),
        ("https://g.page/r/CQabc-1_EBM/review", "https://g.page/r/CQabc-1_EBM/review"),
        ("https://g.page/r/CQabc-1_EBM", "https://g.page/r/CQabc-1_EBM/review"),
        ("g.page/r/CQabc-1_EBM/review", "https://g.page/r/CQabc-1_EBM/review"),
        ("https://g.page/halyk-bank?share", "https://g.page/halyk-bank/review"),
        ("https://maps.app.goo.gl/AbC123xyz?g_st=ic", "https://maps.app.goo.gl/AbC123xyz"),
        ("https://maps.google.com/?cid=3545450935484072529", "https://www.google.com/maps?cid=3545450935484072529"),
    ],
)
def test_google_is_asked_for_a_review_from_whatever_google_hands_out(pasted: str, link: str) -> None:
    assert build(Site.GOOGLE, pasted) == link


@pytest.mark.parametrize(
    ("pasted", "link"),
    [
        (f"https://2gis.com/firm/{FIRM}", f"https://2gis.com/firm/{FIRM}/tab/reviews/addreview"),
        (f"HTTPS://2GIS.KZ/firm/{FIRM}", f"https://2gis.kz/firm/{FIRM}/tab/reviews/addreview"),
        (f"2gis.kz/almaty/firm/{FIRM}", f"https://2gis.kz/almaty/firm/{FIRM}/tab/reviews/addreview"),
        (
            f"https://2gis.kz/almaty/firm/{FIRM}/76.94%2C43.23?m=76.94%2C43.23%2F16",
            f"https://2gis.kz/almaty/firm/{FIRM}/tab/reviews/addreview",
        ),
        (
            f"https://2gis.ru/habarovsk/search/сбербанк/firm/{FIRM}/tab/reviews",
            f"https://2gis.ru/habarovsk/firm/{FIRM}/tab/reviews/addreview",
        ),
        (
            f"https://2gis.ru/search/%D0%B1%D0%B0%D0%BD%D0%BA/firm/{FIRM}",
            f"https://2gis.ru/firm/{FIRM}/tab/reviews/addreview",
        ),
        (
            f"https://2gis.kz/almaty/branches/9429940000/firm/{FIRM}",
            f"https://2gis.kz/almaty/firm/{FIRM}/tab/reviews/addreview",
        ),
        (
            f"https://2gis.kz/almaty/firm/{FIRM}/tab/reviews/addreview",
            f"https://2gis.kz/almaty/firm/{FIRM}/tab/reviews/addreview",
        ),
        # Not a slug: the city may be left out, so it is.
        (f"https://2gis.kz/..%2f..%2fx/firm/{FIRM}", f"https://2gis.kz/firm/{FIRM}/tab/reviews/addreview"),
    ],
)
def test_any_page_of_a_2gis_firm_is_understood_as_the_firm(pasted: str, link: str) -> None:
    assert build(Site.TWOGIS, pasted) == link


@pytest.mark.parametrize(
    ("pasted", "link"),
    [
        (
            "https://yandex.kz/maps/162/almaty/org/halyk_bank/1124715036/?ll=76.9%2C43.2&z=16",
            "https://yandex.kz/maps/org/halyk_bank/1124715036/reviews/?add-review=true",
        ),
        ("https://yandex.ru/maps/org/1124715036", "https://yandex.ru/maps/org/1124715036/reviews/?add-review=true"),
        (
            "https://yandex.ru/maps/org/1124715036/reviews/",
            "https://yandex.ru/maps/org/1124715036/reviews/?add-review=true",
        ),
        (
            "https://yandex.ru/maps/org/1000/1124715036",
            "https://yandex.ru/maps/org/1000/1124715036/reviews/?add-review=true",
        ),
        ("https://yandex.ru/profile/1124715036", "https://yandex.ru/maps/org/1124715036/reviews/?add-review=true"),
        (
            "https://yandex.ru/maps/213/moscow/?mode=poi&poi%5Buri%5D=ymapsbm1%3A%2F%2Forg%3Foid%3D1124715036&z=10",
            "https://yandex.ru/maps/org/1124715036/reviews/?add-review=true",
        ),
        (
            "https://maps.yandex.ru/org/sber/1124715036/",
            "https://yandex.ru/maps/org/sber/1124715036/reviews/?add-review=true",
        ),
    ],
)
def test_a_card_of_yandex_maps_becomes_its_review_form(pasted: str, link: str) -> None:
    assert build(Site.YANDEX, pasted) == link


@pytest.mark.parametrize(
    ("pasted", "link"),
    [
        ("https://www.facebook.com/halykbank.kz", "https://www.facebook.com/halykbank.kz/reviews"),
        ("https://m.facebook.com/halykbank.kz/about?ref=page", "https://www.facebook.com/halykbank.kz/reviews"),
        ("facebook.com/pg/halykbank.kz/posts/", "https://www.facebook.com/halykbank.kz/reviews"),
        (
            "https://www.facebook.com/profile.php?id=100064123&ref=x",
            "https://www.facebook.com/profile.php?id=100064123&sk=reviews",
        ),
        (
            "https://www.facebook.com/p/Halyk-Bank-100064123/",
            "https://www.facebook.com/profile.php?id=100064123&sk=reviews",
        ),
        (
            "https://www.facebook.com/people/Халык/100064123/",
            "https://www.facebook.com/profile.php?id=100064123&sk=reviews",
        ),
    ],
)
def test_a_facebook_page_becomes_its_reviews(pasted: str, link: str) -> None:
    assert build(Site.FACEBOOK, pasted) == link


@pytest.mark.parametrize(
    ("pasted", "link"),
    [
        ("example.kz", "https://www.trustpilot.com/evaluate/example.kz"),
        ("WWW.Example.co.uk", "https://www.trustpilot.com/evaluate/www.example.co.uk"),
        ("https://uk.trustpilot.com/review/example.kz?sort=x", "https://uk.trustpilot.com/evaluate/example.kz"),
        ("https://www.trustpilot.com/evaluate/example.kz", "https://www.trustpilot.com/evaluate/example.kz"),
    ],
)
def test_a_domain_becomes_its_page_on_trustpilot(pasted: str, link: str) -> None:
    assert build(Site.TRUSTPILOT, pasted) == link


HOSTILE = [
    "",
    "   ",
    "нет",
    "//evil.example/firm/1",
    "https:/\\evil.example/firm/1",
    "https:\\\\2gis.kz\\firm\\1",
    "https://2gis.kz\\@evil.example/firm/1",
    "javascript:alert(1)//2gis.kz/firm/1",
    "data:text/html,<script>alert(1)</script>",
    "http://2gis.kz/firm/1",
    "ftp://2gis.kz/firm/1",
    "https://2gis.kz@evil.example/firm/1",
    "https://user:password@2gis.kz/firm/1",
    "https://2gis.kz:8443/firm/1",
    "https://2gis.kz.evil.example/firm/1",
    "https://evil-2gis.kz/firm/1",
    "https://sub.2gis.kz/firm/1",
    "https://2gis.kz./firm/1",
    "https://2gis.kz%2eevil.example/firm/1",
    "https://[::1]/firm/1",
    "https://127.0.0.1/firm/1",
    "https://2gis.kz/firm/1\r\nSet-Cookie: a=b",
    "https://2gis.kz/firm/1\x00",
    "https://2gis.kz/fi\u202erm/1",
    "https://2gis.kz/firm /1",
    "https://2gis.\u212az/firm/1",  # the Kelvin sign, which folds to k
    "https://2gіs.kz/firm/1",  # a Ukrainian і
    "https://xn--2gs-jed.kz/firm/1",
    "https://2gis。kz/firm/1",
    "https://2gis.kz/",
    "https://2gis.kz/firm/",
    "https://2gis.kz/firm/1;evil",
    "https://2gis.kz/firm/١٢٣",  # digits, but not ours
    "https://go.2gis.com/abc12",
    "https://2gis.kz/firm/" + "1" * 3000,
    "https://2gis.kz/firm?" + "&".join(f"a{number}=1" for number in range(200)),
    "https://www.google.com/url?q=https://evil.example/maps",
    "https://www.google.com/maps",
    "https://maps.app.goo.gl/../url?q=https://evil.example",
    "https://www.facebook.com/l.php?u=https://evil.example",
    "https://www.facebook.com/sharer/sharer.php?u=https://evil.example",
    "https://www.facebook.com/profile.php?id=1%0d%0aX",
    "https://yandex.ru/redir?url=https://evil.example",
    "https://yandex.ru/maps/-/CDabc123",
    "https://www.trustpilot.com/evaluate/evil.example%2f..",
    "https://www.trustpilot.com/",
    "www.trustpilot.com",
]


@pytest.mark.parametrize("pasted", HOSTILE)
@pytest.mark.parametrize("site", list(Site))
def test_nothing_but_a_listed_page_becomes_a_link(site: Site, pasted: str) -> None:
    with pytest.raises(InvalidLinkError) as caught:
        build(site, pasted)
    assert caught.value.message.startswith(CATALOGUE.rules(site).name)
    assert "paste" in caught.value.message
    assert caught.value.code == "invalid_review_link"


def test_the_refusal_of_a_foreign_host_names_the_hosts_that_are_allowed() -> None:
    with pytest.raises(InvalidLinkError, match=r"evil\.example is not one of its addresses \(2gis\.kz, "):
        build(Site.TWOGIS, "https://evil.example/firm/1")


def test_a_link_whose_host_the_catalogue_has_dropped_is_refused() -> None:
    rules = CATALOGUE.rules(Site.TRUSTPILOT).model_copy(update={"hosts": ["uk.trustpilot.com"]})
    with pytest.raises(InvalidLinkError, match="does not list the host"):
        review_link(Site.TRUSTPILOT, "example.kz", rules)


_PIECES = st.sampled_from(
    [
        *("https://", "//", "2gis.kz", "www.google.com", "yandex.ru", "www.facebook.com", "evil.example"),
        *("/firm/", "/maps/org/", "maps", "/r/", "profile.php?id=", "place_id:ChIJabcdef", "12", "a"),
        *("@", ":", "\\", "?", "#", "%2f", "..", "\n"),
    ]
)


@given(site=st.sampled_from(list(Site)), pasted=st.lists(_PIECES, max_size=9).map("".join) | st.text(max_size=60))
def test_whatever_is_typed_leads_to_a_listed_host_or_nowhere(site: Site, pasted: str) -> None:
    try:
        link = build(site, pasted)
    except InvalidLinkError:
        return
    parts = urlsplit(link)
    assert parts.scheme == "https"
    assert parts.netloc in CATALOGUE.rules(site).hosts
    assert parts.netloc == link_host(link)
    assert set(link) <= set(string.ascii_letters + string.digits + "-._:/?=&")
    assert ".." not in link
    assert build(site, link) == link


@pytest.mark.parametrize(
    ("site", "pasted", "identity"),
    [
        (Site.TWOGIS, f"https://2gis.kz/almaty/firm/{FIRM}", FIRM),
        (Site.TWOGIS, f"https://2gis.com/firm/{FIRM}/tab/reviews", FIRM),
        (Site.YANDEX, "https://yandex.kz/maps/162/almaty/org/halyk_bank/1124715036", "1124715036"),
        (Site.GOOGLE, PLACE, PLACE),
        (Site.GOOGLE, "https://g.page/r/CQabc/review", "r/CQabc"),
        (Site.GOOGLE, "https://maps.app.goo.gl/AbC123xyz", None),
        (Site.FACEBOOK, "https://www.facebook.com/halykbank.kz", None),
        (Site.TRUSTPILOT, "example.kz", None),
    ],
)
def test_an_office_is_recognised_by_the_sites_own_id(site: Site, pasted: str, identity: str | None) -> None:
    assert firm_id(site, build(site, pasted)) == identity
