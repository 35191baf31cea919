"""The one table of the bare application, made before several processes would make it at once."""

from sqlalchemy import Column, DateTime, Integer, MetaData, Table, Uuid, create_engine

from app.kit.db import SQLITE

answer = Table(
    "answer", MetaData(), Column("id", Uuid, primary_key=True), Column("rating", Integer), Column("at", DateTime)
)


def create_table(url: str) -> None:
    """Make it in the database at the address."""
    engine = create_engine(url, **({"module": SQLITE} if url.startswith("sqlite") else {}))
    answer.metadata.create_all(engine)
    engine.dispose()
