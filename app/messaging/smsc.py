"""SMS by SMSC (smsc.kz, smsc.ru, smsc.ua: one API). https://smsc.kz/api/http/send/sms/"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from app.messaging.gateway import Accepted, DeliveryError, Outgoing
from app.messaging.http import Answer, ConnectionFailedError, Http
from app.messaging.refusals import Refuse, down, for_good, slower

_REFUSALS: Mapping[int, Refuse] = {
    1: down("misconfigured"),
    2: down("bad_credentials"),
    3: down("no_money"),
    # Our address is blocked for wrong requests before this one; it ends by itself.
    4: down("unavailable", timedelta(minutes=5)),
    5: down("misconfigured"),
    6: for_good("refused_as_spam"),  # the text or the sender
    7: for_good("unknown_number"),
    8: for_good("unreachable"),
    # The same message twice within a minute, or too many calls at once.
    9: slower(timedelta(minutes=1)),
}


@dataclass(frozen=True, slots=True)
class Smsc:
    """One account. `urls` are asked in order while nobody is there: the host and its reserve."""

    urls: tuple[str, ...]
    login: str = ""
    password: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    sender: str = ""
    per_second: float = 30
    name: str = "smsc"
    http: Http = field(default_factory=Http, repr=False)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Send it under our own id, which receipts then repeat, and learn its price."""
        form = {
            **({"apikey": self.key} if self.key else {"login": self.login, "psw": self.password}),
            "phones": outgoing.to,
            "mes": outgoing.text,
            # Up to 40 Latin letters, digits and hyphens.
            "id": str(outgoing.message_id),
            "fmt": "3",
            "charset": "utf-8",
            "cost": "3",
            **({"sender": self.sender} if self.sender else {}),
        }
        answer = self._ask(form, str(outgoing.message_id))
        said = answer.fields
        if "error_code" in said:
            number = _number(said["error_code"])
            if number in _REFUSALS:
                raise _REFUSALS[number](answer)
            raise DeliveryError(f"SMSC {number}", code="delivery_failed")
        if answer.status != 200 or "id" not in said:
            raise answer.refuse()
        return Accepted(str(said["id"]), _hundredths(said.get("cost")))

    def _ask(self, form: Mapping[str, str], request_id: str) -> Answer:
        for url in self.urls[:-1]:
            try:
                return self.http.post(f"{url}/sys/send.php", form=form, request_id=request_id)
            except ConnectionFailedError:
                continue
        return self.http.post(f"{self.urls[-1]}/sys/send.php", form=form, request_id=request_id)


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _hundredths(price: object) -> int | None:
    try:
        amount = Decimal(str(price)) * 100
    except InvalidOperation:
        return None
    return round(amount) if amount.is_finite() and 0 <= amount < 10**9 else None
