"""What accepting an interaction is handed: the policy, the channels that are on, the surveys, how to keep people."""

from dataclasses import dataclass

from app.invitations.rules import DeliveryPolicy
from app.kit.crypto import Vault
from app.kit.errors import ConfigurationError
from app.kit.i18n import Language
from app.messaging.models import MessagingChannel
from app.surveys.loader import SurveyLibrary


@dataclass(frozen=True, slots=True)
class AskDesk:
    """One installation's way of asking. `channels` are those that a gateway carries, `phone_region` reads numbers
    typed without a country code, `language` is the company's. Raises ConfigurationError for an unknown survey."""

    vault: Vault
    policy: DeliveryPolicy
    channels: frozenset[MessagingChannel]
    surveys: SurveyLibrary
    phone_region: str
    language: Language
    company: str

    def __post_init__(self) -> None:
        check_surveys(self.policy, self.surveys)


def check_surveys(policy: DeliveryPolicy, surveys: SurveyLibrary) -> None:
    """Raise ConfigurationError if the policy asks a survey that there is not."""
    unknown = sorted(key for key in policy.survey_keys() if key not in surveys)
    if unknown:
        raise ConfigurationError(
            f"delivery.yaml: surveys: no survey {', '.join(unknown)}; there are: {', '.join(surveys.keys())}"
        )
