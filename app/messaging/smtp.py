"""E-mail by SMTP: plain text and HTML, with one-click unsubscribing (RFC 8058)."""

import re
import smtplib
import socket
import ssl
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_LINES
from email.utils import formatdate
from typing import Any, Literal, TypeVar

from app.messaging.gateway import Accepted, DeliveryError, Outgoing
from app.messaging.watch import Watch, watch_socket, within

T = TypeVar("T")

TOTAL_SECONDS = 25.0
_STEP_SECONDS = 10.0
# Lines end as SMTP wants them, and no server needs to know 8BITMIME.
_LINES = SMTP_LINES.clone(cte_type="7bit")
# What goes into a header or an envelope as it is: one address, nothing that could end a line or begin another.
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_ADDRESS_OF_OURS = re.compile(r"https?://[\x21-\x7e]+")
# The receiving server's policy (RFC 3463): it may be about us and not about the person.
_POLICY = re.compile(rb"\b5\.7\.\d+")


@dataclass(frozen=True, slots=True)
class Smtp:
    """One mail server that takes our messages in."""

    host: str
    port: int
    sender: str
    sender_name: str
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    per_second: float = 5
    name: str = "smtp"
    seconds: float = TOTAL_SECONDS
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Send it by a connection of its own, under a Message-ID made of our own id."""
        to = _read_address(outgoing.to)
        content = self.write(outgoing, to)
        with within(self.seconds) as watch:
            server = _told(watch, self._connect)
            try:
                _told(watch, lambda: self._hand_over(server, to, content))
            finally:
                server.close()
        return Accepted(_message_id(outgoing.message_id, self.sender))

    def write(self, outgoing: Outgoing, to: str) -> bytes:
        """Return the message as it goes over the line."""
        message = EmailMessage(policy=_LINES)
        message["From"] = Address(_one_line(self.sender_name), addr_spec=self.sender)
        message["To"] = Address(addr_spec=to)
        message["Subject"] = _one_line(outgoing.subject) or _one_line(outgoing.text)[:60]
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = _message_id(outgoing.message_id, self.sender)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(outgoing.text)
        if outgoing.html:
            message.add_alternative(outgoing.html, subtype="html")
        for file in outgoing.attachments:
            main, _, sub = file.media_type.partition("/")
            message.add_attachment(file.content, maintype=main, subtype=sub, filename=_one_line(file.name))
        message["Content-Language"] = outgoing.language.value
        # By hand: the library would fold a long address or encode it, and no reader finds it then.
        return _unsubscribing(outgoing.unsubscribe_url) + message.as_bytes()

    def _connect(self) -> smtplib.SMTP:
        server = _TLS(self.host, self.port, self.context) if self.security == "tls" else _Plain(self.host, self.port)
        try:
            if self.security == "starttls":
                server.starttls(context=self.context)
                watch_socket(server.sock)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, to: str, content: bytes) -> None:
        server.sendmail(self.sender, [to], content)
        with suppress(smtplib.SMTPException, OSError):  # taken already, whatever it says to our goodbye
            server.quit()


class _Plain(smtplib.SMTP):
    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port, timeout=_STEP_SECONDS, local_hostname="localhost")

    def _get_socket(self, *arguments: Any) -> socket.socket:
        return _watched(super()._get_socket(*arguments))  # type: ignore[misc]  # not in typeshed


class _TLS(smtplib.SMTP_SSL):
    def __init__(self, host: str, port: int, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=_STEP_SECONDS, local_hostname="localhost", context=context)

    def _get_socket(self, *arguments: Any) -> socket.socket:
        return _watched(super()._get_socket(*arguments))  # type: ignore[misc]


def _watched(used: socket.socket) -> socket.socket:
    watch_socket(used)  # before the server's greeting, which may drip already
    return used


def _told(watch: Watch, step: Callable[[], T]) -> T:
    """Return what the step returned; raises DeliveryError without the exception's words, which may repeat addresses."""
    try:
        return step()
    except smtplib.SMTPAuthenticationError as error:
        raise _down("bad_credentials", error.smtp_code) from None
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused_person(*next(iter(error.recipients.values()))) from None
    except smtplib.SMTPSenderRefused as error:
        raise _by_code(error.smtp_code, _down("misconfigured", error.smtp_code)) from None
    except smtplib.SMTPDataError as error:
        refused = DeliveryError(f"SMTP {error.smtp_code}", code="refused_as_spam", permanent=True)
        raise _by_code(error.smtp_code, refused) from None
    except smtplib.SMTPNotSupportedError:
        raise DeliveryError("no STARTTLS or no AUTH there", code="misconfigured", gateway_down=True) from None
    except smtplib.SMTPResponseException as error:
        raise _down("timeout" if watch.is_late else "unavailable", error.smtp_code) from None
    except ssl.SSLError:
        raise DeliveryError("its certificate or TLS is not right", code="unavailable", gateway_down=True) from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        late = watch.is_late or isinstance(error, TimeoutError)
        code = "timeout" if late else "unavailable"
        raise DeliveryError(type(error).__name__, code=code, gateway_down=True) from None


def _down(code: str, smtp_code: int) -> DeliveryError:
    return DeliveryError(f"SMTP {smtp_code}", code=code, gateway_down=True)


def _by_code(smtp_code: int, for_good: DeliveryError) -> DeliveryError:
    """Return the refusal by its class: 421 ends the connection, 4xx is for now, 5xx for good."""
    if smtp_code == 421:
        return _down("unavailable", smtp_code)
    return for_good if smtp_code >= 500 else DeliveryError(f"SMTP {smtp_code}", code="delivery_failed")


def _refused_person(smtp_code: int, words: bytes) -> DeliveryError:
    if smtp_code >= 500 and _POLICY.search(words):
        return DeliveryError(f"SMTP {smtp_code} 5.7", code="refused")
    return _by_code(smtp_code, DeliveryError(f"SMTP {smtp_code}", code="unknown_number", permanent=True))


def _read_address(text: str) -> str:
    """Return the address with its domain in ASCII; raises DeliveryError for what is none."""
    local, _, domain = text.rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode()
        if _LOCAL.fullmatch(local) and ".." not in local and local.strip(".") == local and _DOMAIN.fullmatch(domain):
            return f"{local}@{domain}"
    raise DeliveryError(code="unknown_number", permanent=True)


def _message_id(message_id: uuid.UUID, sender: str) -> str:
    return f"<{message_id}@{sender.rpartition('@')[2]}>"


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _unsubscribing(url: str) -> bytes:
    if not _ADDRESS_OF_OURS.fullmatch(url):
        return b""
    return f"List-Unsubscribe: <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode()
