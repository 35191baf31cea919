"""The catalogue of review sites: who is offered which, where its links may lead, and what its policy says. Pure.

`config/review_sites.yaml` is the catalogue; its order is the order on the page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    ValidationInfo,
    field_validator,
)

from app.kit.errors import NotFoundError
from app.kit.yaml_files import YamlDocument, YamlFileError, parse_yaml, validate_yaml

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.(?!-)[a-z0-9-]{1,63})+", re.ASCII)
_YELP = (
    "Yelp forbids asking customers for reviews at all and shows a public warning on businesses that do, "
    "so it cannot be offered; delete it"
)


class Site(StrEnum):
    """The sites we send people to. No Yelp: asking for reviews at all is against its rules."""

    GOOGLE = "google"
    TWOGIS = "2gis"
    YANDEX = "yandex"
    FACEBOOK = "facebook"
    TRUSTPILOT = "trustpilot"


class Audience(StrEnum):
    """Who is shown a site's links."""

    EVERYONE = "everyone"
    HAPPY = "happy"


class Stance(StrEnum):
    """What a site's published policy says about a practice."""

    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
    ALLOWED = "allowed"


class UnknownSiteError(NotFoundError):
    """The catalogue has no such site."""

    code = "unknown_review_site"


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError(f"{value!r} is no host name; write it bare and in lower case, such as 2gis.kz")
    return value


Host = Annotated[str, AfterValidator(_host)]


class SiteRules(BaseModel):
    """One site of the catalogue. `daily_cap` counts people who left for a listing in a day; None is no cap."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=60, description="What its button and the staff pages call it.")
    enabled: StrictBool = Field(description="Switched off, a site is never offered; its listings stay.")
    selective_asking: Stance = Field(description="Whether its policy allows asking only happy customers.")
    acknowledge_policy: StrictBool = Field(
        default=False, description="Takes the risk of `offer_to: happy` against the policy; shown to staff and logged."
    )
    # After the two it depends on, so that a mistake is told with this line.
    offer_to: Audience = Field(description="Who is offered its link: everyone, or only who rated high.")
    rewards: Stance = Field(
        description="Whether its policy allows rewarding a review; Otklik never does, whatever stands here."
    )
    policy_url: str = Field(pattern=r"^https://[^\s]+$", description="Where the policy stands.")
    on_premises: StrictBool = Field(
        description="Whether the link may be offered after a code that hangs in an office (channel `visit`)."
    )
    daily_cap: Annotated[StrictInt, Field(ge=1)] | None = Field(
        default=None,
        description="People sent to one listing in a day of its unit's zone, after whom its link rests until tomorrow; "
        "leave it out for no cap.",
    )
    hosts: list[Host] = Field(
        min_length=1, description="Where a listing may lead and what may be pasted; whole names, each spelt out."
    )
    redirects_to: list[Host] = Field(
        default_factory=list,
        description="Hosts that the site itself sends people on to (sign-in, consent); browsers block other ways out.",
    )

    @field_validator("offer_to")
    @classmethod
    def _follows_the_policy(cls, value: Audience, info: ValidationInfo) -> Audience:
        forbidden = info.data.get("selective_asking") is Stance.FORBIDDEN
        if value is Audience.HAPPY and forbidden and not info.data.get("acknowledge_policy"):
            raise ValueError(
                "the site's policy forbids asking only happy customers; write `offer_to: everyone`, "
                "or add `acknowledge_policy: true` to this site to take the risk knowingly"
            )
        return value


@dataclass(frozen=True, slots=True)
class PolicyWarning:
    """A site that is offered to the happy only although its policy forbids it, or does not say."""

    site: Site
    name: str
    stance: Stance
    policy_url: str

    def __str__(self) -> str:
        policy = "forbids it" if self.stance is Stance.FORBIDDEN else "does not say whether it may be so"
        return f"{self.name}: only happy customers are offered the link; the site's policy {policy} ({self.policy_url})"


class Catalogue(BaseModel):
    """The sites in the order in which they are shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sites: dict[Site, SiteRules] = Field(description="The sites by their keys, in the order in which they are shown.")

    def rules(self, site: Site) -> SiteRules:
        """Return the rules of a site; raises UnknownSiteError."""
        rules = self.sites.get(site)
        if rules is None:
            raise UnknownSiteError(f"config/review_sites.yaml has no site {site.value}", site=site.value)
        return rules

    def name(self, site: Site) -> str:
        """Return what people call the site; its key where the file lists it no longer, for what was stored before."""
        rules = self.sites.get(site)
        return rules.name if rules else site.value

    def enabled(self) -> Iterator[tuple[Site, SiteRules]]:
        """Yield the sites that are switched on, in order."""
        return ((site, rules) for site, rules in self.sites.items() if rules.enabled)

    def policy_warnings(self) -> list[PolicyWarning]:
        """Return what staff are told and the audit log keeps: sites offered to the happy only, against their policy."""
        return [
            PolicyWarning(site, rules.name, rules.selective_asking, rules.policy_url)
            for site, rules in self.enabled()
            if rules.offer_to is Audience.HAPPY and rules.selective_asking is not Stance.ALLOWED
        ]


def parse_catalogue(content: bytes, name: str) -> Catalogue:
    """Return the catalogue in `content`; raises YamlFileError with every mistake, its line and its cure."""
    document = parse_yaml(content, name)
    _refuse_unknown_sites(document)
    return validate_yaml(document, Catalogue)


def load_catalogue(path: Path) -> Catalogue:
    """Return the catalogue of a file; raises YamlFileError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise YamlFileError([f"{path.name}:1: cannot be read: {error.strerror}"]) from error
    return parse_catalogue(content, path.name)


def _refuse_unknown_sites(document: YamlDocument) -> None:
    """Told before the rest: what is written below a site that cannot be offered does not matter."""
    sites = document.data.get("sites") if isinstance(document.data, dict) else None
    if not isinstance(sites, dict):
        return
    known = ", ".join(Site)
    mistakes = [
        document.describe(("sites", key), _YELP if "yelp" in str(key).lower() else f"no such site; known are {known}")
        for key in sites
        if key not in set(Site)
    ]
    if mistakes:
        raise YamlFileError(mistakes)
