"""Links by which a password is chosen: what they are made of, when they open, and that they open once."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.administration import give_role, switch_off, take_role
from app.accounts.invitations import (
    InvitationGoneError,
    NameMissingError,
    UserIsOffError,
    accept_invitation,
    get_invitation,
    make_invitation,
    tidy_name,
)
from app.accounts.models import AuditEntry, Role, SignIn, StaffGrant, StaffInvitation, StaffUser
from app.accounts.passwords import NO_PASSWORD, WeakPasswordError, password_matches
from app.accounts.scope import EVERYTHING
from app.accounts.service import (
    add_user,
    change_password,
    get_user,
    grant_role,
    has_admin,
    set_active,
    set_password,
)
from app.accounts.sign_ins import WrongCredentialsError, begin_sign_in, check_credentials
from app.kit.db import Database
from app.kit.errors import OtklikError
from app.kit.ids import CROCKFORD, new_id
from tests.web.staff import PASSWORD, Company, add_staff, email_of, make_company

CHOSEN = "another few words"
AT_ONCE = 4


@pytest.fixture
def company(session: Session, now: datetime) -> Company:
    """Two regions and the cast."""
    return make_company(session, now=now)


@pytest.fixture
def invited(session: Session, company: Company, now: datetime) -> StaffUser:
    """Somebody who has no password yet."""
    return add_user(
        session, email="new@otklik.example", password=None, role=Role.MANAGER, unit_id=company.east, now=now
    )


def opens(session: Session, token: str, now: datetime) -> bool:
    """Tell whether the link opens."""
    try:
        get_invitation(session, token, now=now)
    except InvitationGoneError:
        return False
    return True


def test_a_token_is_32_letters_that_no_message_breaks_and_none_comes_twice(
    session: Session, invited: StaffUser, now: datetime
) -> None:
    tokens = [make_invitation(session, invited, by=None, now=now) for _ in range(200)]
    assert len(set(tokens)) == 200
    assert all(len(token) == 32 and set(token) <= set(CROCKFORD) for token in tokens)  # 5 bits each: 160


def test_the_database_holds_no_token(session: Session, invited: StaffUser, now: datetime) -> None:
    token = make_invitation(session, invited, by=None, now=now)
    session.flush()
    tables = inspect(session.connection()).get_table_names()
    rows = [row for table in tables for row in session.execute(text(f"SELECT * FROM {table}"))]
    assert rows
    assert token not in str(rows)
    assert token.encode() not in b"".join(value for row in rows for value in row if isinstance(value, bytes))


def test_a_link_opens_for_seven_days_however_it_is_typed(session: Session, invited: StaffUser, now: datetime) -> None:
    token = make_invitation(session, invited, by=None, now=now)
    link = get_invitation(session, token.lower(), now=now + timedelta(days=6, hours=23))
    assert (link.email, link.is_first) == ("new@otklik.example", True)
    assert not opens(session, token, now + timedelta(days=7))
    for made_up in ("", "x", "!" * 32, "A" * 32, token[:-1], f"{token}0", "й" * 32):
        assert not opens(session, made_up, now)


def test_looking_spends_nothing(session: Session, invited: StaffUser, now: datetime) -> None:
    token = make_invitation(session, invited, by=None, now=now)
    assert all(opens(session, token, now) for _ in range(50))
    assert not session.dirty


def test_a_newer_link_takes_the_place_of_the_older(session: Session, invited: StaffUser, now: datetime) -> None:
    older, newer = (make_invitation(session, invited, by=None, now=now) for _ in range(2))
    assert (opens(session, older, now), opens(session, newer, now)) == (False, True)


def test_switching_off_ends_a_link_for_good(session: Session, invited: StaffUser, now: datetime) -> None:
    token = make_invitation(session, invited, by=None, now=now)
    set_active(session, invited, active=False, now=now)
    with pytest.raises(UserIsOffError):
        make_invitation(session, invited, by=None, now=now)
    set_active(session, invited, active=True, now=now)
    session.flush()
    assert not opens(session, token, now)


def test_a_link_ends_with_the_power_of_whoever_made_it(
    session: Session, company: Company, invited: StaffUser, now: datetime
) -> None:
    boss = get_user(session, email_of("admin"))
    for number, lose in enumerate(("off", "role", "beyond")):
        maker = add_staff(session, f"regional-{number}", Role.ADMIN, company.east, now=now)
        token = make_invitation(session, invited, by=maker.id, now=now)
        give_role(
            session,
            invited.id,
            role=Role.ANALYST if number == 0 else Role.ADMIN,
            unit_id=company.east_office,
            scope=EVERYTHING,
            by=boss.id,
            now=now,
        )
        assert opens(session, token, now), "within what its maker administers nothing ends"
        if lose == "off":
            switch_off(session, maker.id, scope=EVERYTHING, by=boss.id, now=now)
        elif lose == "role":
            grant_role(session, maker, role=Role.ANALYST, unit_id=company.east, now=now)
            session.flush()
            held = select(StaffGrant.id).where(StaffGrant.user_id == maker.id, StaffGrant.role == Role.ADMIN)
            take_role(session, maker.id, session.scalars(held).one(), scope=EVERYTHING, by=boss.id, now=now)
        else:
            give_role(
                session, invited.id, role=Role.ANALYST, unit_id=company.west, scope=EVERYTHING, by=boss.id, now=now
            )
        assert not opens(session, token, now), lose
    by_boss = make_invitation(session, invited, by=boss.id, now=now)
    grant_role(session, invited, role=Role.MANAGER, unit_id=company.west_office, now=now)
    assert opens(session, by_boss, now)


def test_a_password_set_otherwise_ends_a_link(session: Session, company: Company, now: datetime) -> None:
    assert company
    manager = get_user(session, email_of("manager"))
    token = make_invitation(session, manager, by=None, now=now)
    change_password(session, manager.id, present=PASSWORD, new=CHOSEN, address="192.0.2.1", now=now)
    assert not opens(session, token, now)
    token = make_invitation(session, manager, by=None, now=now)
    set_password(session, manager, PASSWORD, one_time=True, now=now)
    assert not opens(session, token, now)


def test_whoever_is_invited_signs_in_with_the_chosen_password_and_not_before(
    session: Session, invited: StaffUser, now: datetime
) -> None:
    token = make_invitation(session, invited, by=None, now=now)
    for guess in ("", NO_PASSWORD, CHOSEN):
        with pytest.raises(WrongCredentialsError):
            check_credentials(session, email=invited.email, password=guess, address="", now=now)

    link = get_invitation(session, token, now=now)
    accept_invitation(session, link, password=CHOSEN, name="  Aigul\n Aitova ", now=now)

    assert check_credentials(session, email=invited.email, password=CHOSEN, address="", now=now).name == "Aigul Aitova"
    assert not opens(session, token, now)
    with pytest.raises(InvitationGoneError):
        accept_invitation(session, link, password="yet another few words", name="Mallory", now=now)


@pytest.mark.parametrize("password", ["short", "123456789012", "x" * 129, "new@new@new@"])
def test_a_password_that_does_not_do_spends_nothing(
    session: Session, invited: StaffUser, now: datetime, password: str
) -> None:
    link = get_invitation(session, token := make_invitation(session, invited, by=None, now=now), now=now)
    with pytest.raises(WeakPasswordError):
        accept_invitation(session, link, password=password, name="Aigul", now=now)
    with pytest.raises(NameMissingError):
        accept_invitation(session, link, password=CHOSEN, name=" \n\u200b", now=now)
    assert opens(session, token, now)
    assert invited.password == NO_PASSWORD


def test_a_forgotten_password_is_replaced_every_sign_in_ends_and_the_audit_says_how(
    session: Session, company: Company, now: datetime
) -> None:
    assert company
    manager, admin = get_user(session, email_of("manager")), get_user(session, email_of("admin"))
    begin_sign_in(session, manager, address="", user_agent="", lasts=timedelta(hours=12), now=now)
    link = get_invitation(session, make_invitation(session, manager, by=admin.id, now=now), now=now)
    assert not link.is_first
    assert password_matches(manager.password, PASSWORD)  # until the link is used
    accept_invitation(session, link, password=CHOSEN, address="192.0.2.7", now=now)
    session.flush()
    assert manager.name == "manager"
    assert password_matches(manager.password, CHOSEN)
    session.expire_all()
    assert session.scalars(select(SignIn.ended_at)).one() == now
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.object_id == str(manager.id)).order_by(AuditEntry.id)
    ).all()
    told = [(entry.action, entry.user_id) for entry in entries if not entry.action.startswith(("user.added", "role."))]
    assert told == [
        ("user.link_made", admin.id),
        ("sign_in.all_ended", manager.id),
        ("password.chosen_by_link", manager.id),
    ]


def test_somebody_without_a_password_is_no_administrator_to_count_on(session: Session, now: datetime) -> None:
    company = make_company(session, now=now)
    set_active(session, get_user(session, email_of("admin")), active=False, now=now)
    add_user(session, email="a@otklik.example", password=None, role=Role.ADMIN, unit_id=company.root, now=now)
    assert not has_admin(session)


def test_the_database_lets_one_link_of_a_user_be_open(session: Session, invited: StaffUser, now: datetime) -> None:
    make_invitation(session, invited, by=None, now=now)
    session.add(
        StaffInvitation(
            id=new_id(),
            user_id=invited.id,
            secret_hash=b"x",
            created_at=now,
            expires_at=now,
            used_at=None,
            revoked_at=None,
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize(
    ("typed", "name"),
    [("  Aigul  ", "Aigul"), ("A\r\nB\tC", "A B C"), ("\x00\u202eevil", "evil"), ("", ""), ("x" * 130, "x" * 120)],
)
def test_a_name_is_one_line_that_can_be_seen(typed: str, name: str) -> None:
    assert tidy_name(typed) == name


def test_of_many_who_use_one_link_at_once_one_gets_in(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        company = make_company(session, now=now)
        user = add_user(session, email="n@x.kz", password=None, role=Role.ADMIN, unit_id=company.root, now=now)
        token = make_invitation(session, user, by=None, now=now)
    barrier, said = threading.Barrier(AT_ONCE), []

    def use(number: int) -> None:
        with database.reading() as reading:
            link = get_invitation(reading, token, now=now)
        barrier.wait()
        try:
            with database.transaction() as session:
                accept_invitation(session, link, password=f"words of thread {number}", name=f"Thread {number}", now=now)
            said.append(f"Thread {number}")
        except OtklikError as error:
            said.append(error.code)

    _all(use)

    assert said.count("invitation_gone") == AT_ONCE - 1
    with database.reading() as session:
        assert get_user(session, "n@x.kz").name in said


def test_links_made_at_once_leave_one_that_opens(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        make_company(session, now=now)
    barrier = threading.Barrier(AT_ONCE)
    tokens: list[str] = []

    def make(_number: int) -> None:
        barrier.wait()
        with database.transaction() as session:
            tokens.append(make_invitation(session, get_user(session, email_of("manager")), by=None, now=now))

    _all(make)

    with database.reading() as session:
        assert [opens(session, token, now) for token in tokens].count(True) == 1
        assert session.scalar(select(func.count()).select_from(StaffInvitation)) == AT_ONCE


def _all(act: object) -> None:
    threads = [threading.Thread(target=act, args=(number,)) for number in range(AT_ONCE)]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
