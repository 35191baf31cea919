"""The scripted gateway, a fresh one for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.server import ScriptedGateway


@pytest.fixture
def scripted(tmp_path: Path) -> Iterator[ScriptedGateway]:
    with ScriptedGateway(ledger=tmp_path / "ledger") as gateway:
        yield gateway
