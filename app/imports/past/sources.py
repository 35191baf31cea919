"""Whose rows a file holds: the source that is proposed for it, and another one under which its ids are known."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.imports.past.models import ImportedFile
from app.imports.report import Reason
from app.invitations.models import Interaction

# More sources than a company has; each costs a look into the index for every id.
_SOURCES = 100
_BATCH = 500
# Of a long file ids from all over it tell enough.
_LOOKED_AT = 2000
_FEWEST, _SHARE = 10, 0.1


def propose_source(session: Session, survey_key: str, name: str) -> str:
    """Return the source of the last file of this survey, so that the next one lands beside it; else the file's name."""
    last = select(ImportedFile.source).where(ImportedFile.survey_key == survey_key)
    found = session.scalar(last.order_by(ImportedFile.taken_at.desc(), ImportedFile.id.desc()).limit(1))
    return found or name.rpartition(".")[0].strip() or name


def note_other_source(session: Session, source: str, new: Sequence[str], *, rows: int) -> Iterator[Reason]:
    """Yield a warning where many ids, `new` under this source, are known under another one.

    Many are ten and a tenth of the file's `rows`.
    """
    if len(new) < max(_FEWEST, _SHARE * rows):
        return
    others = [each for each in _list_sources(session) if each != source]
    step = -(-len(new) // _LOOKED_AT)
    some = new[::step]
    known: Counter[str] = Counter()
    for start in range(0, len(some) if others else 0, _BATCH):
        query = select(Interaction.source, func.count()).where(
            Interaction.source.in_(others), Interaction.external_id.in_(some[start : start + _BATCH])
        )
        for name, count in session.execute(query.group_by(Interaction.source)):
            known[name] += count
    if not known:
        return
    other, count = known.most_common(1)[0]
    if count < _FEWEST or count * step < _SHARE * rows:
        return
    yield Reason(
        f"warning: of {len(some)} ids that were looked for, {count} are known from the source {other!r}: if these "
        f"are the same rows, they would count twice; give the file --source {other!r}",
        "known_elsewhere",
        {"looked_at": len(some), "count": count, "source": other},
    )


def _list_sources(session: Session) -> Sequence[str]:
    """Return the sources of all interactions, each found by one look into the index over (source, id)."""
    walk = select(func.min(Interaction.source).label("source")).cte("walk", recursive=True)
    after = select(func.min(Interaction.source)).where(Interaction.source > walk.c.source).scalar_subquery()
    walk = walk.union_all(select(after).where(walk.c.source.is_not(None)))
    return session.scalars(select(walk.c.source).where(walk.c.source.is_not(None)).limit(_SOURCES)).all()
