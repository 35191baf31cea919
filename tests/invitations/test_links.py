"""Single-use links: derived, not kept; read as people type them; closed alike for every reason."""

import re
import uuid
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.invitations.links import LinkNotInUseError, get_live, invitation_token
from app.invitations.models import Invitation
from app.kit.crypto import DataKey, Vault
from app.kit.ids import CROCKFORD
from tests.callbacks.factories import make_office
from tests.callers import make_asked_call


def test_a_token_opens_its_invitation_in_any_case_and_with_letters_for_digits(
    session: Session, vault: Vault, now: datetime
) -> None:
    call = make_asked_call(session, vault, make_office(session, now=now).id, now=now)
    typed = call.token.lower().replace("0", "o").replace("1", "l")
    assert get_live(session, typed, now=now) == call.invitation


@pytest.mark.parametrize("token", ["", "A" * 15, "A" * 16, "U" * 16, "я" * 16, "\0" * 16, "x" * 5000])
def test_what_is_no_token_opens_nothing(session: Session, now: datetime, token: str) -> None:
    with pytest.raises(LinkNotInUseError):
        get_live(session, token, now=now)


@pytest.mark.parametrize("changed", [{"answer_by": 0}, {"withdrawn_at": 0}])
def test_expired_and_withdrawn_are_told_like_unknown(
    session: Session, vault: Vault, now: datetime, changed: dict[str, int]
) -> None:
    call = make_asked_call(session, vault, make_office(session, now=now).id, now=now)
    session.execute(update(Invitation).values(send_at=now - timedelta(days=9), **dict.fromkeys(changed, now)))
    with pytest.raises(LinkNotInUseError):
        get_live(session, call.token, now=now)


def test_the_database_holds_no_token(session: Session, vault: Vault, now: datetime) -> None:
    call = make_asked_call(session, vault, make_office(session, now=now).id, now=now)
    kept = session.execute(select(Invitation.__table__)).one()
    assert call.token not in repr(kept)
    assert call.token.encode() not in b"".join(value for value in kept if isinstance(value, bytes))


def test_tokens_are_sixteen_even_characters_that_another_key_does_not_make() -> None:
    one, other = Vault([DataKey("a", bytes(32))]), Vault([DataKey("a", bytes([1] * 32))])
    ids = [uuid.UUID(int=number) for number in range(20_000)]
    tokens = [invitation_token(one, each) for each in ids]
    assert all(re.fullmatch(f"[{CROCKFORD}]{{16}}", token) for token in tokens)
    assert len(set(tokens)) == len(ids)
    assert invitation_token(other, ids[0]) != tokens[0]
    # Pearson's chi-squared over 32 letters: beyond 80 an even draw comes once in some hundred thousand.
    expected = len(ids) * 16 / 32
    assert sum((seen - expected) ** 2 / expected for seen in Counter("".join(tokens)).values()) < 80
