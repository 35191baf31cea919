"""The console takes everything and writes one readable line."""

import pytest

from app.messaging.console import Console, describe
from app.messaging.models import MessagingChannel
from tests.messaging.gateways.accounts import LINK, MESSAGE_ID, outgoing


def test_the_console_writes_one_line_and_accepts(capsys: pytest.CaptureFixture[str]) -> None:
    accepted = Console().send(outgoing("telegram", text=f"Оцените\nзвонок:\r\n{LINK}\x1b[31m"))
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.count("\n") == 1
    assert written.err.startswith('[telegram] to ***789 (ru) "Оцените звонок: ')
    assert LINK in written.err
    assert "[😀 5 = r:7K3M9PXQ7K3M9PXQ:5]" in written.err
    assert "\x1b" not in written.err
    assert (accepted.provider_id, accepted.cost) == (f"console-{MESSAGE_ID}", 0)


@pytest.mark.parametrize(
    ("channel", "to", "shown"),
    [
        (MessagingChannel.SMS, "+77011234567", "+7 7"),
        (MessagingChannel.EMAIL, "aigul.s@example.kz", "a***@example.kz"),
        (MessagingChannel.VIBER, "aB+/cd==", "***d=="),
    ],
)
def test_addresses_are_masked(channel: MessagingChannel, to: str, shown: str) -> None:
    line = describe(outgoing("smsc", channel=channel, to=to))
    assert to not in line
    assert f"to {shown}" in line
