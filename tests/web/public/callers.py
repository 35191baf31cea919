"""Somebody whom we asked about a call, with the link in hand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

from app.invitations.models import Invitation
from tests.callers import AskedCall, make_asked_call
from tests.web.public.conftest import Person, Place


@dataclass
class Caller(Person):
    """A person with a browser of their own, who opens links rather than scanning codes."""

    def open(self, call: AskedCall, query: str = "?lang=en", **headers: str) -> TestResponse:
        """Open the link, and what it leads to at once."""
        return self.go(f"/i/{call.token}{query}", **headers)

    def go(self, address: str, **headers: str) -> TestResponse:
        """Look at an address."""
        reply = self.client.get(address, headers=headers)
        if reply.status_code == 303:
            self.address = reply.location.partition("?")[0]
        self.page = BeautifulSoup(reply.text, "html.parser")
        return reply

    def answer(self, call: AskedCall, rating: int, query: str = "?lang=en") -> TestResponse:
        """Open the link, tap, and look at what follows."""
        self.open(call, query)
        reply = self.tap(rating)
        assert reply.status_code == 303
        self.look()
        return reply


def caller_at(place: Place) -> Caller:
    """Return somebody with a new browser."""
    return Caller(place.app.test_client(), place)


def ask(place: Place, **about: Any) -> AskedCall:
    """Return a call at the office that somebody was invited to rate."""
    vault = place.app.extensions["otklik"].vault
    with place.database.transaction() as session:
        return make_asked_call(session, vault, place.office.touchpoint.unit_id, now=place.clock.now, **about)


def invitation_of(place: Place, call: AskedCall) -> Invitation:
    """Return the invitation as it stands."""
    with place.database.reading() as session:
        return session.get_one(Invitation, call.invitation.id)


def withdraw(place: Place, call: AskedCall, now: datetime) -> None:
    """Take the invitation back."""
    with place.database.transaction() as session:
        session.get_one(Invitation, call.invitation.id).withdrawn_at = now
