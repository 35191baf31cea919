"""Consents: texts that are whole, rows that prove what was agreed to."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.contacts.consents import ConsentText, load_consents
from app.contacts.models import Consent, Contact, Purpose
from app.contacts.service import find_or_add_contact, record_consent, withdraw_consents
from app.kit.crypto import Vault
from app.kit.errors import ConfigurationError
from app.kit.i18n import Language
from app.kit.yaml_files import YamlFileError

SHIPPED = Path(__file__).parents[2] / "config" / "consents.yaml"
GOOD = """consents:
  callback:
    version: 2
    texts:
      kk: "{company} kk"
      ru: "{company} ru"
      uk: "{company} uk"
      en: "{company} en"
"""


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "consents.yaml"
    path.write_text(text, "utf-8")
    return path


def _give(session: Session, contact: Contact, text: ConsentText, at: datetime, **more: Any) -> Consent:
    said = {"language": Language.KK, "company": "Aru Bank", "via": "page", **more}
    return record_consent(session, contact_id=contact.id, purpose=Purpose.CALLBACK, text=text, now=at, **said)


@pytest.mark.parametrize("language", Language)
def test_shipped_text_names_the_company_and_is_one_line_in_each_language(language: Language) -> None:
    text = load_consents(SHIPPED).text(Purpose.CALLBACK).render(language, "Aru {Bank}")

    assert "Aru {Bank}" in text
    assert "{company}" not in text
    assert "\n" not in text
    assert "30" in text


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('      uk: "{company} uk"\n', "", "consents.yaml:4: consents.callback.texts: no text in uk"),
        ('"{company} en"', '"en"', "en: the text must name {company}"),
        ('"{company} en"', '"{company} {name}"', "no other placeholder"),
        ('"{company} en"', '"{company} }"', "a brace stands alone"),
        ("      en:", "      de:", "no text in en"),
        ("version: 2", "version: 0", "consents.yaml:3:"),
        ("  callback:", "  marketing:", "exactly one entry for each of: callback"),
        ('"{company} ru"', '" "', "no text in ru"),
    ],
)
def test_mistake_in_the_file_is_told_with_its_line(tmp_path: Path, wrong: str, right: str, said: str) -> None:
    assert wrong in GOOD

    with pytest.raises(YamlFileError) as told:
        load_consents(_file(tmp_path, GOOD.replace(wrong, right)))

    assert said in told.value.message


def test_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot read"):
        load_consents(tmp_path / "consents.yaml")


def test_consent_keeps_what_was_agreed_to_and_when_it_was_withdrawn(
    session: Session, vault: Vault, now: datetime, tmp_path: Path
) -> None:
    text = load_consents(_file(tmp_path, GOOD)).text(Purpose.CALLBACK)
    contact = find_or_add_contact(session, vault, phone="+77011234567", language=Language.KK, now=now)

    def give(at: datetime) -> Consent:
        return _give(session, contact, text, at)

    first = give(now)
    later = now + timedelta(hours=1)
    assert withdraw_consents(session, contact_id=contact.id, purpose=Purpose.CALLBACK, now=later) == 1
    assert withdraw_consents(session, contact_id=contact.id, purpose=Purpose.CALLBACK, now=later) == 0
    second = give(later)

    session.expire_all()
    assert session.scalars(select(Consent).order_by(Consent.given_at)).all() == [first, second]
    assert (first.version, first.language, first.via, first.given_at) == (2, "kk", "page", now)
    assert first.text_hash == hashlib.sha256(b"Aru Bank kk").digest()
    assert (first.withdrawn_at, second.withdrawn_at) == (later, None)


def test_agreeing_again_to_the_same_is_one_consent_while_it_stands(
    session: Session, vault: Vault, now: datetime, tmp_path: Path
) -> None:
    text = load_consents(_file(tmp_path, GOOD)).text(Purpose.CALLBACK)
    newer = load_consents(_file(tmp_path, GOOD.replace("version: 2", "version: 3"))).text(Purpose.CALLBACK)
    contact = find_or_add_contact(session, vault, phone="+77011234567", language=Language.KK, now=now)
    other = find_or_add_contact(session, vault, phone="+77011234568", language=Language.KK, now=now)
    first, later = _give(session, contact, text, now), now + timedelta(hours=1)

    assert _give(session, contact, text, later, since=now) is first
    others = [
        _give(session, contact, text, later, since=later),
        _give(session, contact, newer, later, since=now),
        _give(session, contact, text, later, since=now, language=Language.RU),
        _give(session, contact, text, later, since=now, company="Another Bank"),
        _give(session, contact, text, later, since=now, via="sms"),
        _give(session, other, text, later, since=now),
    ]
    assert len({consent.id for consent in [first, *others]}) == 7
    withdraw_consents(session, contact_id=contact.id, purpose=Purpose.CALLBACK, now=later)
    anew = _give(session, contact, text, later, since=now)
    assert anew.withdrawn_at is None
    assert anew.id not in {consent.id for consent in [first, *others]}
