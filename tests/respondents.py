"""A made-up office with a code on its wall, and the people who scan it: where tests of their side start from."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.callbacks.rules.case_rules import load_case_rules
from app.contacts.consents import load_consents
from app.contacts.models import Purpose
from app.kit.crypto import Vault
from app.kit.i18n import Language
from app.organisation.models import Unit
from app.organisation.service import add_unit, get_company
from app.responses.forms import FormToken
from app.review_sites.catalogue import Site, load_catalogue
from app.review_sites.service import set_listing
from app.routing.desk import Desk
from app.routing.policy import load_policy
from app.routing.service import Taken, take_rating
from app.surveys.definition import Definition
from app.surveys.loader import load_surveys
from app.surveys.service import store_version
from app.touchpoints.models import Channel
from app.touchpoints.service import LiveTouchpoint, add_touchpoint, find_live
from config.settings import ROOT

SURVEYS = load_surveys(ROOT / "surveys")
VISIT = SURVEYS.current("office-visit")
FIRM = "https://2gis.kz/firm/70000001027475000/tab/reviews/addreview"
_NONCES = count(1)


def make_desk(vault: Vault) -> Desk:
    """Return a desk with the shipped policy, sites and consent."""
    return Desk(
        policy=load_policy(ROOT / "config" / "routing.yaml"),
        catalogue=load_catalogue(ROOT / "config" / "review_sites.yaml"),
        vault=vault,
        consent=load_consents(ROOT / "config" / "consents.yaml").text(Purpose.CALLBACK),
        case_rules=load_case_rules(ROOT / "config" / "callbacks.yaml"),
        company="Made-up Telecom",
        phone_region="KZ",
        zone=ZoneInfo("Asia/Almaty"),
    )


@dataclass
class Office:
    """One office open Mo-Fr 09:00-18:00 in Almaty, on 2GIS, with a code for `definition`; `rate` is one tap."""

    desk: Desk
    touchpoint: LiveTouchpoint
    definition: Definition
    now: datetime
    devices: "count[int]" = field(default_factory=lambda: count(1))

    def form(self, *, shown_before: timedelta = timedelta(seconds=9), now: datetime | None = None) -> FormToken:
        """Return the token of a page shown so long ago."""
        return FormToken(f"nonce-{next(_NONCES)}", (now or self.now) - shown_before)

    def rate(
        self,
        session: Session,
        rating: int,
        *,
        form: FormToken | None = None,
        device: str | None = "",
        address: str | None = "198.51.100.7",
        now: datetime | None = None,
        definition: Definition | None = None,
        trap_filled: bool = False,
    ) -> Taken:
        """Tap; by a new device unless one is named (None: without cookies)."""
        return take_rating(
            session,
            self.desk,
            touchpoint=self.touchpoint,
            definition=definition or self.definition,
            rating=rating,
            form=form or self.form(now=now),
            device=f"device-{next(self.devices)}" if device == "" else device,
            address=address,
            language=Language.RU,
            trap_filled=trap_filled,
            now=now or self.now,
        )


def make_office(
    session: Session,
    vault: Vault,
    *,
    now: datetime,
    definition: Definition = VISIT,
    channel: Channel = Channel.VISIT,
    listed: bool = True,
) -> Office:
    """Put an office, its listing and its touchpoint into the database."""
    unit: Unit = add_unit(
        session,
        name="Office in Abay street",
        kind="office",
        parent_id=get_company(session).id,
        hours="Mo-Fr 09:00-18:00",
        time_zone="Asia/Almaty",
        now=now,
    )
    if listed:
        set_listing(session, unit_id=unit.id, site=Site.TWOGIS, link=FIRM, now=now)
    store_version(session, definition, now=now)
    code = add_touchpoint(
        session, unit_id=unit.id, survey_key=definition.key, placement="hall", channel=channel, now=now
    ).code
    live = find_live(session, code)
    assert live is not None
    return Office(make_desk(vault), live, definition, now)
