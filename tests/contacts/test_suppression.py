"""Who said stop gets nothing by any way, whatever happens to the contact or the keys; and the links that say so."""

import uuid
from datetime import datetime

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.contacts.links import get_by_unsubscribe, opt_in_token, read_opt_in, unsubscribe_token
from app.contacts.models import AddressKind, Contact, SuppressionReason
from app.contacts.service import find_contact_by, find_or_add_contact, read_address
from app.contacts.suppression import find_suppression, lift_suppression, opt_in, opt_out, suppress_address
from app.kit.crypto import DataKey, Vault
from app.kit.errors import InvalidInputError, NotFoundError

PHONE, EMAIL = "+77011234567", "aigul@example.kz"
OLD, NEW = DataKey("old", bytes(range(32))), DataKey("new", bytes(range(32, 64)))


def test_addresses_of_one_person_meet_in_one_contact(session: Session, vault: Vault, now: datetime) -> None:
    first = find_or_add_contact(session, vault, phone=PHONE, language=None, now=now)
    second = find_or_add_contact(session, vault, phone=PHONE, email=EMAIL, telegram="42", language=None, now=now)
    assert second.id == first.id
    assert read_address(vault, second, AddressKind.EMAIL) == EMAIL
    assert find_contact_by(session, vault, AddressKind.TELEGRAM, "42") is second
    assert read_address(vault, second, AddressKind.VIBER) is None


def test_an_address_of_somebody_else_stays_theirs(session: Session, vault: Vault, now: datetime) -> None:
    other = find_or_add_contact(session, vault, email=EMAIL, language=None, now=now)
    caller = find_or_add_contact(session, vault, phone=PHONE, email=EMAIL, language=None, now=now)
    assert caller is other  # known by the e-mail; the number is noted as theirs
    third = find_or_add_contact(session, vault, phone="+77019999999", language=None, now=now)
    find_or_add_contact(session, vault, phone="+77019999999", email=EMAIL, language=None, now=now)
    assert third.email_index is None


def test_nobody_can_be_kept_without_an_address(session: Session, vault: Vault, now: datetime) -> None:
    with pytest.raises(InvalidInputError):
        find_or_add_contact(session, vault, language=None, now=now)


def test_stop_holds_for_every_address_and_outlives_the_contact(session: Session, vault: Vault, now: datetime) -> None:
    person = find_or_add_contact(session, vault, phone=PHONE, email=EMAIL, language=None, now=now)
    opt_out(session, person, via="sms", now=now)
    opt_out(session, person, via="page", now=now)
    session.execute(delete(Contact).where(Contact.id == person.id))
    session.expunge_all()
    by_mail = find_or_add_contact(session, vault, email=EMAIL, language=None, now=now)
    assert find_suppression(session, vault, by_mail) is SuppressionReason.OPTED_OUT
    assert opt_in(session, by_mail) == 1
    assert find_suppression(session, vault, by_mail) is None


def test_staff_stay_suppressed_when_they_take_an_opt_out_back(session: Session, vault: Vault, now: datetime) -> None:
    clerk = find_or_add_contact(session, vault, phone=PHONE, language=None, now=now)
    suppress_address(session, vault, AddressKind.PHONE, PHONE, reason=SuppressionReason.STAFF, via="staff", now=now)
    opt_out(session, clerk, via="sms", now=now)
    opt_in(session, clerk)
    assert find_suppression(session, vault, clerk) is SuppressionReason.STAFF
    assert lift_suppression(session, vault, AddressKind.PHONE, PHONE, reason=SuppressionReason.STAFF)
    assert find_suppression(session, vault, clerk) is None


def test_stop_said_before_the_keys_were_rotated_still_holds(session: Session, now: datetime) -> None:
    before = Vault([OLD])
    person = find_or_add_contact(session, before, phone=PHONE, language=None, now=now)
    opt_out(session, person, via="sms", now=now)
    session.execute(delete(Contact))
    session.expunge_all()
    after = Vault([NEW, OLD])
    again = find_or_add_contact(session, after, phone=PHONE, language=None, now=now)
    assert find_suppression(session, after, again) is SuppressionReason.OPTED_OUT


def test_an_unsubscribe_link_leads_to_its_person_alone(session: Session, vault: Vault, now: datetime) -> None:
    person = find_or_add_contact(session, vault, phone=PHONE, language=None, now=now)
    token = unsubscribe_token(vault, person)
    assert token == unsubscribe_token(vault, person)
    assert get_by_unsubscribe(session, token.lower()) is person
    for wrong in ("", "0" * 16, token[:-1], "\0" * 16):
        with pytest.raises(NotFoundError):
            get_by_unsubscribe(session, wrong)


def test_a_start_parameter_is_read_back_and_a_forged_one_is_not(vault: Vault) -> None:
    contact_id = uuid.uuid4()
    token = opt_in_token(vault, contact_id)
    assert len(token) <= 64
    assert read_opt_in(vault, token) == contact_id
    forged = ("A" if token[0] != "A" else "B") + token[1:]
    for wrong in (forged, token[:-2], "", "я", "=" * 80, "a"):
        assert read_opt_in(vault, wrong) is None
