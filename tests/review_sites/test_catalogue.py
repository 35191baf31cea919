"""The catalogue of review sites and its policy guard."""

from pathlib import Path

import pytest

from app.kit.yaml_files import YamlFileError
from app.review_sites.catalogue import (
    Audience,
    Site,
    Stance,
    UnknownSiteError,
    load_catalogue,
    parse_catalogue,
)

SHIPPED = Path(__file__).parents[2] / "config" / "review_sites.yaml"


def a_site(key: str = "google", **changes: str) -> str:
    fields = {
        "name": "Somewhere",
        "enabled": "true",
        "offer_to": "everyone",
        "selective_asking": "forbidden",
        "rewards": "forbidden",
        "policy_url": "https://policy.example/rules",
        "on_premises": "true",
        "hosts": "[reviews.example]",
        **changes,
    }
    return f"sites:\n  {key}:\n" + "".join(f"    {name}: {value}\n" for name, value in fields.items())


def refusal(text: str) -> str:
    with pytest.raises(YamlFileError) as caught:
        parse_catalogue(text.encode(), "review_sites.yaml")
    return caught.value.message


def test_the_shipped_catalogue_asks_everyone_and_has_nothing_to_warn_about() -> None:
    catalogue = load_catalogue(SHIPPED)
    assert list(catalogue.sites) == [Site.GOOGLE, Site.TWOGIS, Site.YANDEX, Site.FACEBOOK, Site.TRUSTPILOT]
    assert {rules.offer_to for rules in catalogue.sites.values()} == {Audience.EVERYONE}
    assert {rules.selective_asking for rules in catalogue.sites.values()} == {Stance.FORBIDDEN}
    assert catalogue.policy_warnings() == []
    assert not catalogue.rules(Site.TRUSTPILOT).on_premises


def test_asking_only_the_happy_against_the_policy_is_refused_with_line_and_cure() -> None:
    message = refusal(a_site(offer_to="happy"))
    assert message.startswith("review_sites.yaml:5: sites.google.offer_to: the site's policy forbids asking only happy")
    assert "acknowledge_policy: true" in message


def test_asking_only_the_happy_knowingly_starts_and_is_told() -> None:
    catalogue = parse_catalogue(a_site(offer_to="happy", acknowledge_policy="true").encode(), "review_sites.yaml")
    [warning] = catalogue.policy_warnings()
    assert (warning.site, warning.stance) == (Site.GOOGLE, Stance.FORBIDDEN)
    assert str(warning) == (
        "Somewhere: only happy customers are offered the link; the site's policy forbids it (https://policy.example/rules)"
    )


def test_a_policy_that_does_not_say_is_told_but_not_refused() -> None:
    catalogue = parse_catalogue(a_site(offer_to="happy", selective_asking="unknown").encode(), "review_sites.yaml")
    [warning] = catalogue.policy_warnings()
    assert "does not say" in str(warning)


def test_a_site_that_is_switched_off_needs_no_warning() -> None:
    text = a_site(offer_to="happy", acknowledge_policy="true", enabled="false")
    assert parse_catalogue(text.encode(), "review_sites.yaml").policy_warnings() == []


@pytest.mark.parametrize("key", ["yelp", "Yelp", "yelp_us"])
def test_yelp_is_refused_by_name_with_the_reason(key: str) -> None:
    message = refusal(a_site(key))
    assert message.startswith(f"review_sites.yaml:2: sites.{key}: Yelp forbids asking customers for reviews at all")


def test_an_unknown_site_is_refused_with_those_that_are_known() -> None:
    message = refusal(a_site("tripadvisor"))
    assert message == (
        "review_sites.yaml:2: sites.tripadvisor: no such site; known are google, 2gis, yandex, facebook, trustpilot"
    )


@pytest.mark.parametrize(
    ("changes", "line", "words"),
    [
        ({"hosts": '["https://reviews.example"]'}, 10, "no host name"),
        ({"hosts": "[Reviews.example]"}, 10, "no host name"),
        ({"hosts": '["reviews.example:443"]'}, 10, "no host name"),
        ({"hosts": '["*.example"]'}, 10, "no host name"),
        ({"hosts": "[localhost]"}, 10, "no host name"),
        ({"hosts": "[]"}, 10, "at least 1"),
        ({"redirects_to": '["evil.example; script-src *"]'}, 11, "no host name"),
        ({"daily_cap": "0"}, 11, "must be at least 1"),
        ({"daily_cap": "'30'"}, 11, "must be a whole number"),
        ({"on_premises": "sometimes"}, 9, "must be true or false"),
        ({"offer_to": "unhappy"}, 5, "'everyone' or 'happy'"),
        ({"policy_url": "http://policy.example"}, 8, "pattern"),
        ({"dayly_cap": "3"}, 11, "not known here"),
    ],
)
def test_a_mistake_is_told_with_its_line(changes: dict[str, str], line: int, words: str) -> None:
    message = refusal(a_site(**changes))
    assert message.startswith(f"review_sites.yaml:{line}: ")
    assert words in message


def test_a_file_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(YamlFileError, match=r"review_sites\.yaml:1: cannot be read"):
        load_catalogue(tmp_path / "review_sites.yaml")


def test_a_site_that_was_taken_out_is_still_called_by_its_key() -> None:
    catalogue = parse_catalogue(a_site().encode(), "review_sites.yaml")
    assert (catalogue.name(Site.GOOGLE), catalogue.name(Site.YANDEX)) == ("Somewhere", "yandex")


def test_a_site_the_catalogue_lacks_is_unknown() -> None:
    catalogue = parse_catalogue(a_site().encode(), "review_sites.yaml")
    with pytest.raises(UnknownSiteError):
        catalogue.rules(Site.YANDEX)
