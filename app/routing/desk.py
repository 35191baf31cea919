"""What the respondent's use cases are handed: the policy, the sites, the words of consent, and how to keep a number."""

import uuid
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from app.callbacks.rules.case_rules import CaseRules
from app.contacts.consents import ConsentText
from app.kit.crypto import Vault
from app.review_sites.catalogue import Catalogue
from app.routing.policy import RoutingPolicy


@dataclass(frozen=True, slots=True)
class Desk:
    """One installation's way of serving respondents. `phone_region` reads numbers typed without a country code,
    `zone` is the company's: a unit's own comes from `organisation.working_time`."""

    policy: RoutingPolicy
    catalogue: Catalogue
    vault: Vault
    consent: ConsentText
    case_rules: CaseRules
    company: str
    phone_region: str
    zone: ZoneInfo
    # Ids of stored survey versions, filled as they are met; they never change.
    version_ids: dict[tuple[str, int], uuid.UUID] = field(default_factory=dict)
