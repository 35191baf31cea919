"""Running an import as the command line does, in the test's own session."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.imports.mapping import parse_mapping
from app.imports.report import ImportReport
from app.imports.tables import read_table
from app.imports.units import plan_units, read_unit_file, write_plan
from app.organisation.models import Unit, UnitAncestor
from app.review_sites.catalogue import Catalogue, load_catalogue
from app.review_sites.models import ReviewListing

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)

ImportUnits = Callable[..., ImportReport]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The catalogue that comes with the service."""
    return load_catalogue(Path(__file__).parents[2] / "config" / "review_sites.yaml")


@pytest.fixture
def import_units(session: Session, catalogue: Catalogue) -> ImportUnits:
    """Imports text, bytes or the name of a file in data/; options as on the command line."""

    def run(content: str | bytes, *, mapping: str | None = None, now: datetime = NOW, **options: Any) -> ImportReport:
        if isinstance(content, str) and "\n" not in content and (DATA / content).exists():
            name, data = content, (DATA / content).read_bytes()
        else:
            name, data = "units.csv", content.encode() if isinstance(content, str) else content
        pairs = parse_mapping(mapping) if mapping else None
        file = read_unit_file(read_table(data, name), catalogue, mapping=pairs, **options)
        return write_plan(session, file, plan_units(session, file), now=now)

    return run


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return report.read, report.taken, report.repeated, report.changed, len(report.refused)


def refusals(report: ImportReport) -> dict[int, str]:
    return {remark.line: remark.text for remark in report.refused}


def state(session: Session) -> list[object]:
    """Everything an import may write, to compare before and after."""
    session.expire_all()
    return [
        list(session.execute(select(*Unit.__table__.columns).order_by(Unit.id))),
        sorted(map(str, session.execute(select(*UnitAncestor.__table__.columns)))),
        sorted(map(str, session.execute(select(*ReviewListing.__table__.columns)))),
    ]
