"""Who sees a number, and that each time is written down."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import AuditEntry
from app.callbacks.closing import close_case
from app.callbacks.errors import CaseClosedError, InvalidWorkError, NoNumberError, TooManyRevealsError
from app.callbacks.models import CallbackCase
from app.callbacks.numbers import REVEALS_AN_HOUR, NumberState, reveal_number, show_number
from app.callbacks.working import claim_case
from app.contacts.consents import ConsentText
from app.contacts.models import Purpose
from app.contacts.service import record_consent, withdraw_consents
from app.kit.crypto import DataKey, UnreadableValueError, Vault
from app.kit.i18n import Language
from tests.callbacks.factories import RULES, acting, make_case, make_contact, make_office, make_user


@pytest.fixture
def case(session: Session, vault: Vault, now: datetime) -> CallbackCase:
    """An open case with a number."""
    office = make_office(session, now=now)
    return make_case(session, office.id, contact=make_contact(session, vault, now=now), now=now)


def _audit(session: Session) -> list[tuple[str, str | None]]:
    query = select(AuditEntry.action, AuditEntry.object_id).where(AuditEntry.action.startswith("callback."))
    return [(action, object_id) for action, object_id in session.execute(query)]


def test_everybody_sees_the_mask_and_the_claimer_the_number(
    session: Session, vault: Vault, now: datetime, case: CallbackCase
) -> None:
    me, other = make_user(session, "Aigul", now=now), make_user(session, "Bolat", now=now)
    assert show_number(session, vault, case, user_id=me.id).text == "+7 7** *** **67"

    claim_case(session, case.id, actor=acting(me.id), now=now)

    mine, theirs = (show_number(session, vault, case, user_id=user.id) for user in (me, other))
    assert (mine.state, mine.e164, mine.text) == (NumberState.FULL, "+77011234567", "+7 701 123 4567")
    assert (theirs.state, theirs.e164) == (NumberState.MASKED, "")
    assert _audit(session) == [("callback.number_shown", str(case.id))]


def test_number_of_a_closed_case_is_masked_again(
    session: Session, vault: Vault, now: datetime, case: CallbackCase
) -> None:
    me = make_user(session, "Aigul", now=now)
    close_case(session, case.id, actor=acting(me.id), rules=RULES, outcome="settled", cause="other", now=now)

    assert show_number(session, vault, case, user_id=me.id).state == NumberState.MASKED
    with pytest.raises(CaseClosedError):
        reveal_number(session, vault, case, actor=acting(me.id), reason="again", now=now)


def test_reveal_needs_a_reason_and_is_in_the_audit(
    session: Session, vault: Vault, now: datetime, case: CallbackCase
) -> None:
    me = make_user(session, "Aigul", now=now)
    with pytest.raises(InvalidWorkError) as refused:
        reveal_number(session, vault, case, actor=acting(me.id), reason="  ", now=now)
    assert refused.value.field == "reason"

    shown = reveal_number(session, vault, case, actor=acting(me.id), reason="Ring on behalf of Bolat", now=now)

    assert shown.e164 == "+77011234567"
    assert _audit(session) == [("callback.number_revealed", str(case.id))]
    assert show_number(session, vault, case, user_id=me.id).state == NumberState.MASKED


def test_nobody_reads_more_numbers_than_a_person_can_ring(
    session: Session, vault: Vault, now: datetime, case: CallbackCase
) -> None:
    me = make_user(session, "Aigul", now=now)
    for _ in range(REVEALS_AN_HOUR):
        reveal_number(session, vault, case, actor=acting(me.id), reason="collecting", now=now)

    with pytest.raises(TooManyRevealsError):
        reveal_number(session, vault, case, actor=acting(me.id), reason="collecting", now=now + timedelta(minutes=59))
    reveal_number(session, vault, case, actor=acting(me.id), reason="collecting", now=now + timedelta(minutes=61))


def test_number_whose_consent_was_withdrawn_is_shown_to_nobody(
    session: Session, vault: Vault, now: datetime, case: CallbackCase
) -> None:
    me = make_user(session, "Aigul", now=now)
    assert case.contact_id is not None
    text = ConsentText.model_validate({"version": 1, "texts": dict.fromkeys(Language, "{company} may call me")})
    consent = record_consent(
        session,
        contact_id=case.contact_id,
        purpose=Purpose.CALLBACK,
        text=text,
        language=Language.RU,
        company="Aru Bank",
        via="page",
        now=now,
    )
    case.consent_id = consent.id
    claim_case(session, case.id, actor=acting(me.id), now=now)
    assert show_number(session, vault, case, user_id=me.id).state == NumberState.FULL

    assert withdraw_consents(session, contact_id=case.contact_id, purpose=Purpose.CALLBACK, now=now) == 1

    assert show_number(session, vault, case, user_id=me.id).state == NumberState.WITHDRAWN
    with pytest.raises(NoNumberError):
        reveal_number(session, vault, case, actor=acting(me.id), reason="but why", now=now)


def test_without_the_key_the_case_still_shows_and_the_reveal_says_why_not(
    session: Session, now: datetime, case: CallbackCase
) -> None:
    me = make_user(session, "Aigul", now=now)
    elsewhere = Vault([DataKey("t2", bytes(32))])

    assert show_number(session, elsewhere, case, user_id=me.id).state == NumberState.UNREADABLE
    with pytest.raises(UnreadableValueError):
        reveal_number(session, elsewhere, case, actor=acting(me.id), reason="ring", now=now)
