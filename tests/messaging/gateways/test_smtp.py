"""E-mail against a real mail server: what it is sent, and what is made of what it says."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.kit.i18n import Language
from app.messaging.gateway import DeliveryError, Outgoing
from app.messaging.models import MessagingChannel
from app.messaging.smtp import Smtp
from tests.gateway.mail import PASSWORD, USER, ScriptedMail
from tests.messaging.gateways.accounts import MESSAGE_ID, outgoing

UNSUBSCRIBE = "https://feedback.a-company-with-a-rather-long-name.example/u/7K3M9PXQ7K3M9PXQ"
SECONDS = 1.0


@pytest.fixture
def mail() -> Iterator[ScriptedMail]:
    with ScriptedMail() as server:
        yield server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def gateway(port: int, **changed: Any) -> Smtp:
    given: dict[str, Any] = {"security": "none", "seconds": SECONDS, **changed}
    return Smtp("127.0.0.1", port, "feedback@company.example", "Сапар Сервис", **given)


def letter(**changed: Any) -> Outgoing:
    given: dict[str, Any] = {
        "channel": MessagingChannel.EMAIL,
        "to": "aigul@example.kz",
        "subject": "Оцените звонок в отделение на проспекте Абая, пожалуйста: это займёт меньше минуты",
        "text": "Здравствуйте!\nОцените: https://fb.example/i/7K3M9PXQ7K3M9PXQ?rating=5\n",
        "html": '<p>Оцените: <a href="https://fb.example/i/7K3M9PXQ7K3M9PXQ?rating=5">😀 5</a></p>',
        "unsubscribe_url": UNSUBSCRIBE,
        **changed,
    }
    return outgoing("smtp", **given)


def test_a_letter_arrives_as_it_was_written(mail: ScriptedMail) -> None:
    accepted = gateway(mail.port).send(letter())
    (taken,) = mail.taken
    assert (taken.sender, taken.to) == ("feedback@company.example", ["aigul@example.kz"])
    message = taken.message
    assert message["Subject"] == letter().subject
    assert str(message["From"]) == "Сапар Сервис <feedback@company.example>"
    assert message["To"] == "aigul@example.kz"
    assert message["Message-ID"] == f"<{MESSAGE_ID}@company.example>" == accepted.provider_id
    assert message["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Content-Language"] == "ru"
    assert message["Auto-Submitted"] == "auto-generated"
    assert abs(parsedate_to_datetime(message["Date"]) - datetime.now(UTC)) < timedelta(minutes=1)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == letter().text
    assert html.get_content().strip() == letter().html
    # An address that is folded or encoded is none to most readers.
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in taken.raw
    assert f"List-Unsubscribe: <{UNSUBSCRIBE}>\r\n".encode() in taken.raw
    assert max(map(len, taken.raw.split(b"\r\n"))) <= 998
    assert taken.raw.isascii(), "no server needs to know 8BITMIME"


def test_a_letter_sent_again_has_the_same_id(mail: ScriptedMail) -> None:
    for _ in range(2):
        gateway(mail.port).send(letter())
    assert len({taken.message["Message-ID"] for taken in mail.taken}) == 1


def test_a_letter_without_html_is_plain_text(mail: ScriptedMail) -> None:
    gateway(mail.port).send(letter(html="", unsubscribe_url="", language=Language.KK))
    assert mail.taken[0].message.get_content_type() == "text/plain"
    assert mail.taken[0].message["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    ("changed", "forbidden"),
    [
        ({"subject": "Оценка\r\nBcc: all@example.kz\r\n\r\nfree"}, "Bcc"),
        ({"subject": "a\nX-Evil: 1"}, "X-Evil"),
        ({"subject": "a\x85X-Evil: 1\u2028X-Evil: 2"}, "X-Evil"),
        ({"unsubscribe_url": "https://a.example/u/x>\r\nX-Evil: 1"}, "X-Evil"),
    ],
)
def test_lines_in_a_name_add_no_header(mail: ScriptedMail, changed: dict[str, Any], forbidden: str) -> None:
    gateway(mail.port).send(letter(**changed))
    message = mail.taken[0].message
    assert message[forbidden] is None
    assert mail.taken[0].to == ["aigul@example.kz"]
    plain = message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == letter().text


def test_a_company_of_any_name_is_the_sender(mail: ScriptedMail) -> None:
    name = 'ТОО "Рога, копыта" <evil@example.kz>\r\nBcc: all@example.kz'
    Smtp("127.0.0.1", mail.port, "feedback@company.example", name, "none").send(letter())
    message = mail.taken[0].message
    (sender,) = message["From"].addresses
    assert (sender.addr_spec, message["Bcc"]) == ("feedback@company.example", None)


@pytest.mark.parametrize(
    "to",
    [
        "nobody",
        "@example.kz",
        "a@",
        "a b@example.kz",
        "a@example.kz, b@example.kz",
        "a@example.kz\r\nRCPT TO:<b@example.kz>",
        "<a@example.kz>",
        "айгуль@example.kz",
        "a..b@example.kz",
        ".a@example.kz",
    ],
)
def test_an_address_that_is_none_is_refused_for_good(mail: ScriptedMail, to: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        gateway(mail.port).send(letter(to=to))
    assert (caught.value.code, caught.value.permanent) == ("unknown_number", True)
    assert not mail.taken


def test_a_domain_of_any_alphabet_is_reached(mail: ScriptedMail) -> None:
    gateway(mail.port).send(letter(to="info@почта.қаз"))
    assert mail.taken[0].to == ["info@xn--80a1acny.xn--80ao21a"]


@pytest.mark.parametrize(
    ("step", "said", "code", "whose"),
    [
        ("rcpt", "550 5.1.1 no such user", "unknown_number", "for good"),
        ("rcpt", "553 mailbox name not allowed", "unknown_number", "for good"),
        ("rcpt", "450 4.2.0 greylisted, come back", "delivery_failed", "later"),
        ("rcpt", "452 4.2.2 mailbox full", "delivery_failed", "later"),
        ("rcpt", "554 5.7.1 relay access denied", "refused", "later"),
        ("rcpt", "421 too busy", "unavailable", "down"),
        ("mail", "550 5.7.1 sender not allowed", "misconfigured", "down"),
        ("mail", "451 later", "delivery_failed", "later"),
        ("data", "554 5.7.1 spam", "refused_as_spam", "for good"),
        ("data", "451 try again later", "delivery_failed", "later"),
        ("data", "421 shutting down", "unavailable", "down"),
    ],
)
def test_what_the_server_says_is_read(mail: ScriptedMail, step: str, said: str, code: str, whose: str) -> None:
    setattr(mail, step, said)
    with pytest.raises(DeliveryError) as caught:
        gateway(mail.port).send(letter())
    assert caught.value.code == code
    assert (caught.value.permanent, caught.value.gateway_down) == (whose == "for good", whose == "down")
    assert not mail.taken


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_line_cut_off_is_the_servers_fault(mail: ScriptedMail, step: str) -> None:
    mail.drop_at = step
    with pytest.raises(DeliveryError) as caught:
        gateway(mail.port).send(letter())
    assert (caught.value.code, caught.value.gateway_down) == ("unavailable", True)


def test_a_slow_server_is_left_in_time(mail: ScriptedMail) -> None:
    mail.wait = 3
    began = time.monotonic()
    with pytest.raises(DeliveryError) as caught:
        gateway(mail.port, seconds=0.5).send(letter())
    assert (caught.value.code, caught.value.gateway_down) == ("timeout", True)
    assert time.monotonic() - began < 1.5


def test_a_server_that_drips_is_left_in_time() -> None:
    """A byte now and then keeps a socket's own time-out from ever coming."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                while not stop.wait(0.1):
                    try:
                        connection.sendall(b"2")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        with pytest.raises(DeliveryError) as caught:
            gateway(listener.getsockname()[1], seconds=0.5).send(letter())
        stop.set()
        thread.join()
    assert (caught.value.code, caught.value.gateway_down) == ("timeout", True)
    assert time.monotonic() - began < 1.5


def test_nobody_there_is_the_servers_fault() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(DeliveryError) as caught:
        gateway(port).send(letter())
    assert (caught.value.code, caught.value.gateway_down) == ("unavailable", True)


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "tls"])
def test_a_password_goes_over_tls(tls: ssl.SSLContext, certificate: Path, implicit: bool) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    security = "tls" if implicit else "starttls"
    with ScriptedMail(tls=tls, implicit=implicit, with_accounts=True) as mail:
        secured = {"security": security, "context": trusting, "user": USER, "seconds": 5}
        gateway(mail.port, password=PASSWORD, **secured).send(letter())
        assert len(mail.taken) == 1
        with pytest.raises(DeliveryError) as caught:
            gateway(mail.port, password="wrong", **secured).send(letter())
        assert (caught.value.code, caught.value.gateway_down) == ("bad_credentials", True)
        assert "wrong" not in f"{caught.value!r} {gateway(mail.port, password='wrong', **secured)!r}"
        assert caught.value.__suppress_context__


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "tls"])
def test_a_certificate_that_nobody_knows_is_not_trusted(tls: ssl.SSLContext, implicit: bool) -> None:
    with ScriptedMail(tls=tls, implicit=implicit) as mail:
        with pytest.raises(DeliveryError) as caught:
            gateway(mail.port, security="tls" if implicit else "starttls", seconds=5).send(letter())
        assert (caught.value.code, caught.value.gateway_down) == ("unavailable", True)
        assert not mail.taken


def test_a_server_without_starttls_is_told_nothing(mail: ScriptedMail) -> None:
    with pytest.raises(DeliveryError) as caught:
        gateway(mail.port, security="starttls").send(letter())
    assert (caught.value.code, caught.value.gateway_down) == ("misconfigured", True)
    assert not mail.taken
