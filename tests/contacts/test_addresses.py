"""Addresses of messengers: a chat becomes somebody's, moves on, or is forgotten."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.contacts.addresses import forget_address, move_address
from app.contacts.models import AddressKind
from app.contacts.service import find_contact_by, find_or_add_contact, read_address
from app.kit.crypto import Vault

TELEGRAM = AddressKind.TELEGRAM


def test_a_chat_becomes_a_persons_and_can_be_read(session: Session, vault: Vault, now: datetime) -> None:
    contact = find_or_add_contact(session, vault, phone="+77011234567", language=None, now=now)
    move_address(session, vault, contact, TELEGRAM, "900")
    assert read_address(vault, contact, TELEGRAM) == "900"
    assert find_contact_by(session, vault, TELEGRAM, "900") is contact


def test_a_chat_moves_from_one_person_to_another(session: Session, vault: Vault, now: datetime) -> None:
    old = find_or_add_contact(session, vault, telegram="900", language=None, now=now)
    new = find_or_add_contact(session, vault, phone="+77011234567", language=None, now=now)
    move_address(session, vault, new, TELEGRAM, "900")
    assert (old.telegram_enc, old.telegram_index) == (None, None)
    assert read_address(vault, new, TELEGRAM) == "900"


def test_moving_to_whom_it_belongs_changes_nothing(session: Session, vault: Vault, now: datetime) -> None:
    contact = find_or_add_contact(session, vault, telegram="900", language=None, now=now)
    sealed = contact.telegram_enc
    move_address(session, vault, contact, TELEGRAM, "900")
    assert contact.telegram_enc == sealed


def test_a_forgotten_chat_is_nobodys_and_the_number_stays(session: Session, vault: Vault, now: datetime) -> None:
    contact = find_or_add_contact(session, vault, phone="+77011234567", telegram="900", language=None, now=now)
    forget_address(session, contact, TELEGRAM)
    assert find_contact_by(session, vault, TELEGRAM, "900") is None
    assert read_address(vault, contact, AddressKind.PHONE) == "+77011234567"
