"""The settings of the gateways: accounts, keys, senders and rates. A part of `config.settings.Settings`.

What belongs together is asked for together: an account without its password stops the start.
"""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, model_validator

SMS_GATEWAYS = ("smsc", "mobizon", "twilio")
_SHORTEST_SECRET = 16
_MAILBOX = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_BOT = re.compile(r"[A-Za-z0-9_]{5,32}")


def _address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise ValueError("write scheme and host, such as https://api.example.kz")
    return value.rstrip("/")


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("one line of printable characters")
    return value


def _mailbox(value: str) -> str:
    if value and not _MAILBOX.fullmatch(value):
        raise ValueError("write one e-mail address, such as feedback@example.kz")
    return value


def _bot(value: str) -> str:
    name = value.removeprefix("@")
    if name and not _BOT.fullmatch(name):
        raise ValueError("write the bot's name, 5 to 32 letters, digits and _, such as example_feedback_bot")
    return name


def _order(value: str) -> str:
    names = [name.strip() for name in value.split(",") if name.strip()]
    unknown = [name for name in names if name not in SMS_GATEWAYS]
    if unknown or len(set(names)) != len(names):
        raise ValueError(f"write each of {', '.join(SMS_GATEWAYS)} at most once, comma-separated")
    return ",".join(names)


def _hook_secret(value: str) -> str:
    if value and len(value) < _SHORTEST_SECRET:
        raise ValueError("at least 16 characters; `openssl rand -hex 16` makes one")
    return value


def _start_secret(value: str) -> str:
    if value and not (len(value) <= 256 and value.isascii() and value.replace("-", "").replace("_", "").isalnum()):
        raise ValueError("up to 256 letters, digits, - and _")
    return value


Address = Annotated[str, AfterValidator(_address)]
Line = Annotated[str, AfterValidator(_one_line)]
Rate = Annotated[float, Field(gt=0, le=1000)]


class ChannelSettings(BaseModel):
    """By which gateways people are written to; every name has the prefix `OTKLIK_`."""

    console: Literal["trial", "always", "never"] = Field(
        default="trial",
        description="What the console stands in for, which writes messages to standard error instead of sending them: "
        "`trial`: every channel as long as no gateway at all is set up; `always`: every channel that has no gateway; "
        "`never`.",
    )
    hook_secret: Annotated[str, AfterValidator(_hook_secret)] = Field(
        default="",
        repr=False,
        description="What the secret part of the gateways' addresses (`/hooks/…`) is derived from. Empty: from the "
        "data keys. `flask hooks` prints the addresses; set another secret to change them all.",
    )

    sms_gateways: Annotated[str, AfterValidator(_order)] = Field(
        default="",
        description="The SMS gateways in the order in which they are used, comma-separated; the second one sends when "
        "the first is down. Empty: all that are set up, smsc first, then mobizon, then twilio.",
    )
    smsc_login: Line = Field(default="", description="SMSC: the account's login; with it goes the password.")
    smsc_password: Line = Field(default="", repr=False, description="SMSC: the password, best the one for the API.")
    smsc_key: Line = Field(default="", repr=False, description="SMSC: an API key in place of login and password.")
    smsc_host: Literal["smsc.kz", "smsc.ru", "smsc.ua"] = Field(
        default="smsc.kz",
        description="SMSC: where the account is. Its reserve host is asked when it cannot be reached.",
    )
    smsc_sender: Line = Field(default="", max_length=15, description="SMSC: sender name as agreed; empty: theirs.")
    smsc_per_second: Rate = Field(default=30, description="SMSC: messages a second at most, for each worker.")
    smsc_url: Address = Field(default="", description="SMSC: another address than https://<host>, for a test server.")
    mobizon_key: Line = Field(default="", repr=False, description="Mobizon: the API key.")
    mobizon_sender: Line = Field(default="", max_length=15, description="Mobizon: sender name; empty: theirs.")
    mobizon_per_second: Rate = Field(default=10, description="Mobizon: messages a second at most, for each worker.")
    mobizon_url: Address = Field(
        default="https://api.mobizon.kz",
        description="Mobizon: where the account is: https://api.mobizon.kz, https://api.mobizon.ua or "
        "https://api.mobizon.com.",
    )
    twilio_account: Line = Field(default="", description="Twilio: Account SID, begins with AC.")
    twilio_token: Line = Field(
        default="", repr=False, description="Twilio: the account's auth token; it also signs what Twilio tells us."
    )
    twilio_sender: Line = Field(default="", description="Twilio: the number (E.164) or name that messages come from.")
    twilio_service: Line = Field(
        default="", description="Twilio: a Messaging Service SID (begins with MG) in place of the sender."
    )
    twilio_per_second: Rate = Field(default=10, description="Twilio: messages a second at most, for each worker.")
    twilio_url: Address = Field(default="https://api.twilio.com", description="Twilio: where its API answers.")

    smtp_host: Line = Field(default="", description="E-mail: the mail server's name. Empty: no e-mail is sent.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="E-mail: the mail server's port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="E-mail: `starttls` (port 587), `tls` from the first byte (port 465), or `none` for a server on "
        "this machine. A password is never sent without TLS.",
    )
    smtp_user: Line = Field(default="", description="E-mail: the account, if the server asks for one.")
    smtp_password: Line = Field(default="", repr=False, description="E-mail: the account's password.")
    smtp_sender: Annotated[str, AfterValidator(_mailbox)] = Field(
        default="", description="E-mail: the address that messages come from."
    )
    smtp_sender_name: Line = Field(
        default="", max_length=120, description="E-mail: the name beside that address. Empty: the company's name."
    )
    smtp_per_second: Rate = Field(default=5, description="E-mail: messages a second at most, for each worker.")

    telegram_token: Line = Field(default="", repr=False, description="Telegram: the bot's token, from @BotFather.")
    telegram_bot: Annotated[str, AfterValidator(_bot)] = Field(
        default="", description="Telegram: the bot's name, for t.me links."
    )
    telegram_secret: Annotated[str, AfterValidator(_start_secret)] = Field(
        default="",
        repr=False,
        description="Telegram: what it repeats with every update, so that we know it. Empty: made from the data keys.",
    )
    telegram_per_second: Rate = Field(default=25, description="Telegram: messages a second at most, for each worker.")
    telegram_url: Address = Field(default="https://api.telegram.org", description="Telegram: where its API answers.")

    whatsapp_token: Line = Field(
        default="", repr=False, description="WhatsApp: the access token of a system user that does not expire."
    )
    whatsapp_phone_id: Line = Field(default="", description="WhatsApp: Phone number ID (not the number itself).")
    whatsapp_app_secret: Line = Field(
        default="", repr=False, description="WhatsApp: the app's secret, by which we know what Meta tells us."
    )
    whatsapp_verify_token: Line = Field(
        default="",
        repr=False,
        description="WhatsApp: what Meta says when the webhook is registered. Empty: made from the data keys, "
        "`flask hooks` prints it.",
    )
    whatsapp_template: Line = Field(
        default="", description="WhatsApp: name of the approved template of the invitation (docs/channels.md)."
    )
    whatsapp_buttons: Literal["replies", "link"] = Field(
        default="replies",
        description="WhatsApp: what the template ends with: `replies` (five quick replies) or `link` (one button that "
        "opens the survey, for accounts whose template got no more than three).",
    )
    whatsapp_per_second: Rate = Field(default=20, description="WhatsApp: messages a second at most, for each worker.")
    whatsapp_url: Address = Field(
        default="https://graph.facebook.com/v23.0", description="WhatsApp: where its API answers, with the version."
    )

    viber_token: Line = Field(default="", repr=False, description="Viber: the bot's authentication token.")
    viber_sender: Line = Field(
        default="", max_length=28, description="Viber: the name over the messages. Empty: the company's."
    )
    viber_per_second: Rate = Field(default=10, description="Viber: messages a second at most, for each worker.")
    viber_url: Address = Field(default="https://chatapi.viber.com", description="Viber: where its API answers.")

    @model_validator(mode="after")
    def _whole(self) -> "ChannelSettings":
        problems = list(self._missing())
        if problems:
            raise ValueError("\n  ".join(problems))
        return self

    def _missing(self) -> list[str]:
        """Return a line for each setting without which those given are of no use."""
        found = []
        for given, needed in (
            ("smsc_login", "smsc_password"),
            ("smsc_password", "smsc_login"),
            ("twilio_account", "twilio_token"),
            ("twilio_token", "twilio_account"),
            ("smtp_host", "smtp_sender"),
            ("smtp_sender", "smtp_host"),
            ("smtp_user", "smtp_password"),
            ("smtp_password", "smtp_user"),
            ("telegram_token", "telegram_bot"),
            ("telegram_bot", "telegram_token"),
            ("whatsapp_token", "whatsapp_phone_id"),
            ("whatsapp_phone_id", "whatsapp_token"),
            ("whatsapp_token", "whatsapp_app_secret"),
            ("whatsapp_token", "whatsapp_template"),
        ):
            if getattr(self, given) and not getattr(self, needed):
                found.append(f"{_variable(needed)}: missing, {_variable(given)} needs it")
        if self.twilio_account and not (self.twilio_sender or self.twilio_service):
            found.append(f"{_variable('twilio_sender')}: missing; or set {_variable('twilio_service')}")
        if self.smsc_key and self.smsc_login:
            found.append(f"{_variable('smsc_key')}: the key stands in place of login and password; keep one of them")
        if self.smtp_password and self.smtp_security == "none":
            found.append(f"{_variable('smtp_security')}: a password is not sent without TLS; write starttls or tls")
        found.extend(
            f"{_variable('sms_gateways')}: {name} is not set up"
            for name in filter(None, self.sms_gateways.split(","))
            if name not in self.sms_set_up
        )
        return found

    @property
    def sms_set_up(self) -> tuple[str, ...]:
        """The SMS gateways that have an account, in the order of the list."""
        accounts = (
            ("smsc", self.smsc_key or self.smsc_login),
            ("mobizon", self.mobizon_key),
            ("twilio", self.twilio_account),
        )
        return tuple(name for name, account in accounts if account)

    @property
    def sms_order(self) -> tuple[str, ...]:
        """The SMS gateways in the order in which they are used."""
        return tuple(self.sms_gateways.split(",")) if self.sms_gateways else self.sms_set_up


def _variable(name: str) -> str:
    return f"OTKLIK_{name.upper()}"
