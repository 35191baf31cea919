"""What the respondent's use cases are handed: the policy, the sites, the words of consent, and how to keep a number."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.contacts.consents import ConsentText
from app.kit.crypto import Vault
from app.review_sites.catalogue import Catalogue
from app.routing.policy import RoutingPolicy


@dataclass(frozen=True, slots=True)
class Desk:
    """One installation's way of serving respondents. `phone_region` reads numbers typed without a country code."""

    policy: RoutingPolicy
    catalogue: Catalogue
    vault: Vault
    consent: ConsentText
    company: str
    phone_region: str
    zone: ZoneInfo
