"""SMS by Mobizon (api.mobizon.kz, .ua, .com). https://help.mobizon.kz/help/api-docs/message"""

from dataclasses import dataclass, field

from app.messaging.gateway import Accepted, DeliveryError, Outgoing
from app.messaging.http import Answer, Http

# Taken at once, or handed to a task in the background.
_TAKEN = (0, 100)
_NO_MONEY = ("balance", "баланс", "средств", "funds", "saldo")


@dataclass(frozen=True, slots=True)
class Mobizon:
    """One account."""

    url: str
    key: str = field(repr=False)
    sender: str = ""
    per_second: float = 10
    name: str = "mobizon"
    http: Http = field(default_factory=Http, repr=False)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Send it; the key is a part of the address, as their API asks for it."""
        answer = self.http.post(
            f"{self.url}/service/message/sendsmsmessage",
            query={"output": "json", "api": "v1", "apiKey": self.key},
            form={
                "recipient": outgoing.to.lstrip("+"),
                "text": outgoing.text,
                **({"from": self.sender} if self.sender else {}),
            },
            request_id=str(outgoing.message_id),
        )
        code, data = answer.fields.get("code"), answer.fields.get("data")
        if answer.status != 200 or not isinstance(code, int):
            raise answer.refuse()
        if code not in _TAKEN:
            raise _refusal(answer, code, data)
        name = data.get("messageId") if isinstance(data, dict) else None
        return Accepted(str(name) if name else None)


def _refusal(answer: Answer, code: int, data: object) -> DeliveryError:
    said = str(answer.fields.get("message", "")).lower()
    wrong = set(data) if isinstance(data, dict) else set()
    if any(word in said for word in _NO_MONEY):
        return DeliveryError(f"Mobizon {code}: balance", code="no_money", gateway_down=True)
    if code in (1, 10, 11, 12):  # a field is wrong, and `data` says which
        if "recipient" in wrong:
            return DeliveryError(f"Mobizon {code}: number", code="unknown_number", permanent=True)
        if "text" in wrong:
            return DeliveryError(f"Mobizon {code}: text", code="refused_as_spam", permanent=True)
        return DeliveryError(f"Mobizon {code}: fields", code="misconfigured", gateway_down=True)
    if code in (8, 9, 13):
        return DeliveryError(f"Mobizon {code}: key", code="bad_credentials", gateway_down=True)
    if code in (4, 5, 6, 999):
        return DeliveryError(f"Mobizon {code}: call", code="misconfigured", gateway_down=True)
    return DeliveryError(f"Mobizon {code}", code="unavailable", gateway_down=True)
