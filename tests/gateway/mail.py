"""A mail server that does what it is told: a real one, in a thread of this process.

with ScriptedMail() as mail:
    mail.rcpt = "550 5.1.1 no such user"      # what it says at each step; empty: what a server says
    mail.data = "451 try again later"
    mail.drop_at = "DATA"                     # closes the connection there
    Settings(**mail.settings())
"""

import asyncio
import logging
import ssl
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "robot", "smtp-password"
# It tells of every connection that a test drops on purpose, also when nobody listens any more.
logging.getLogger("mail.log").disabled = True


@dataclass(frozen=True)
class Taken:
    """One message that was taken, with its envelope."""

    sender: str
    to: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The message as a reader reads it."""
        return message_from_bytes(self.raw, policy=policy.default)


class ScriptedMail:
    """One mail server on localhost."""

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, implicit: bool = False, with_accounts: bool = False
    ) -> None:
        """With `tls` it offers STARTTLS, or speaks TLS from the first byte if `implicit`."""
        self.mail = self.rcpt = self.data = ""
        self.drop_at = ""
        self.wait = 0.0
        self.taken: list[Taken] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tls = tls if implicit else None

        def speak() -> SMTP:
            return SMTP(
                _Handler(self),
                tls_context=None if implicit else tls,
                auth_required=with_accounts,
                authenticator=_authenticate if with_accounts else None,
                auth_require_tls=tls is not None and not implicit,
                loop=self._loop,
            )

        self._speak = speak

    def __enter__(self) -> "ScriptedMail":
        self._thread.start()
        serving = self._loop.create_server(self._speak, "127.0.0.1", 0, ssl=self._tls)
        self._server = asyncio.run_coroutine_threadsafe(serving, self._loop).result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _hang_up(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def settings(self) -> dict[str, Any]:
        """Return settings by their field names under which e-mail leads here."""
        return {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.port,
            "smtp_security": "none",
            "smtp_sender": "feedback@company.example",
        }


def _authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


class _Handler:
    def __init__(self, mail: ScriptedMail) -> None:
        self._mail = mail

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._say(server, "MAIL", self._mail.mail)

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not self._mail.rcpt:
            envelope.rcpt_tos.append(address)
        return await self._say(server, "RCPT", self._mail.rcpt)

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        answer = await self._say(server, "DATA", self._mail.data)
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self._mail.taken.append(Taken(envelope.mail_from or "", envelope.rcpt_tos, envelope.content))
        return answer

    async def _say(self, server: SMTP, step: str, answer: str) -> str:
        if self._mail.wait:
            await asyncio.sleep(self._mail.wait)
        if self._mail.drop_at == step:
            cast("asyncio.Transport", server.transport).abort()
        return answer or "250 OK"
