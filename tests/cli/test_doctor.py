"""What the doctor says about the way in."""

from pathlib import Path
from typing import Any

import pytest

from app.cli.doctor import examine
from app.factory import create_app
from app.kit.db import Database
from config.settings import Settings

EVERYWHERE = "0.0.0.0"  # noqa: S104 -- told to the settings, bound by nobody
WARNING = "lets others in without a proxy"


@pytest.mark.parametrize(
    ("facts", "warned"),
    [
        ({"HOST": EVERYWHERE}, True),
        ({"HOST": "::"}, True),
        ({"HOST": "192.0.2.7"}, True),
        ({"HOST": "feedback.example.kz"}, True),
        ({"HOST": EVERYWHERE, "proxies": 1}, False),
        ({"HOST": "127.0.0.1"}, False),
        ({"HOST": "127.0.0.2"}, False),
        ({"HOST": "::1"}, False),
        ({"HOST": "localhost"}, False),
    ],
)
def test_a_public_address_without_a_proxy_is_warned_of(
    database: Database, tmp_path: Path, facts: dict[str, Any], warned: bool
) -> None:
    settings = Settings(var_dir=tmp_path, **facts)
    app = create_app(settings, database=database)

    found = [finding for finding in examine(app.extensions["otklik"], settings) if WARNING in finding.what]

    assert [finding.level for finding in found] == (["warn"] if warned else [])
    assert all("docs/deploying.md" in finding.cure for finding in found)
