"""SMS by Twilio. https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from app.messaging.gateway import Accepted, Outgoing
from app.messaging.http import Http
from app.messaging.refusals import Refuse, down, for_good, slower

_REFUSALS: Mapping[int, Refuse] = {
    **dict.fromkeys((21211, 21217, 21219, 21265, 21401, 21604, 21614, 21635), for_good("unknown_number")),
    **dict.fromkeys((21612, 30003, 30005, 30006), for_good("unreachable")),
    21610: for_good("opted_out"),  # they answered STOP to Twilio itself
    **dict.fromkeys((21408, 21608), for_good("refused")),  # the account may not write to that country or number
    **dict.fromkeys((21605, 21617), for_good("too_long")),
    30007: for_good("refused_as_spam"),
    **dict.fromkeys((20003, 20005, 20006, 20008, 20404, 10001, 30002), down("bad_credentials")),
    **dict.fromkeys((20001, 20002, 30010), down("no_money")),
    **dict.fromkeys((21212, 21602, 21603, 21606, 21609, 21659, 21660, 21701, 21703), down("misconfigured")),
    **dict.fromkeys((14107, 20429, 30022, 63018), slower(timedelta(seconds=2))),
    **dict.fromkeys((21611, 30001), slower(timedelta(minutes=1))),  # their queue for this sender is full
    63038: slower(timedelta(minutes=15)),  # so many a day
}


@dataclass(frozen=True, slots=True)
class Twilio:
    """One account; messages come from `sender` or from the messaging `service`."""

    url: str
    account: str
    token: str = field(repr=False)
    sender: str = ""
    service: str = ""
    # Where receipts are posted; empty where Twilio could not reach it anyway.
    callback_url: str = field(default="", repr=False)
    per_second: float = 10
    name: str = "twilio"
    http: Http = field(default_factory=Http, repr=False)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Send it; what it costs Twilio says only later, in a currency of its own."""
        answer = self.http.post(
            f"{self.url}/2010-04-01/Accounts/{self.account}/Messages.json",
            form={
                "To": outgoing.to,
                **({"MessagingServiceSid": self.service} if self.service else {"From": self.sender}),
                "Body": outgoing.text,
                **({"StatusCallback": self.callback_url} if self.callback_url else {}),
            },
            user=(self.account, self.token),
            request_id=str(outgoing.message_id),
        )
        said = answer.fields
        code = said.get("code") if answer.status >= 400 else said.get("error_code")
        if isinstance(code, int) and code in _REFUSALS:
            raise _REFUSALS[code](answer)
        if answer.status not in (200, 201) or not said.get("sid"):
            raise answer.refuse()
        return Accepted(str(said["sid"]))
