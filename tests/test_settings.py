"""Settings: read once, told whole when wrong; keys made once and kept to their owner."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.kit.crypto import parse_data_keys
from app.kit.errors import ConfigurationError
from config.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting but those of the test; keys go to a folder of its own."""
    for name in ("HOST", "PORT", "OTKLIK_DATABASE_URL", "OTKLIK_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OTKLIK_VAR_DIR", str(tmp_path))


def test_defaults_are_those_of_the_contract() -> None:
    settings = load_settings()
    assert settings.database_url.endswith("/var/otklik.db")
    assert (settings.time_zone, settings.hours, settings.port) == ("Asia/Almaty", "Mo-Fr 09:00-18:00", 8000)
    assert settings.public_url == "http://localhost:8000"
    assert not settings.secure


def test_everything_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "OTKLIK_DATABASE_URL": "mysql://x",
        "OTKLIK_BASE_URL": "https://a.kz/path",
        "OTKLIK_TIME_ZONE": "Asia/Atlantis",
        "OTKLIK_HOURS": "whenever",
        "OTKLIK_PHONE_REGION": "XX",
        "OTKLIK_SECRET_KEY": "short",
        "OTKLIK_COMPNAY_NAME": "typo",
        "PORT": "high",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    for name in wrong:
        assert f"  {name}: " in caught.value.message
    assert "short" not in caught.value.message.replace("OTKLIK_SECRET_KEY", "")


def test_the_name_of_the_queue_is_known_and_a_value_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_QUEUE_URL", "")
    assert load_settings().queue_url == ""
    for url in ("redis://localhost:6379/0", "rediss://cache.example/1", "postgresql://otklik:secret@localhost/queue"):
        monkeypatch.setenv("OTKLIK_QUEUE_URL", url)
        assert load_settings().queue_url == url
        assert "secret" not in repr(load_settings())
    monkeypatch.setenv("OTKLIK_QUEUE_URL", "amqp://localhost")
    with pytest.raises(ConfigurationError, match="OTKLIK_QUEUE_URL: write postgresql://"):
        load_settings()


def test_bad_data_keys_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_DATA_KEYS", "k1:nonsense")
    with pytest.raises(ConfigurationError, match="openssl rand"):
        load_settings()


@pytest.mark.parametrize(
    ("given", "read"),
    [("https://op.kz", "https://op.kz"), ("https://op.kz/", "https://op.kz"), ("http://a:8080", "http://a:8080")],
)
def test_base_url_is_scheme_and_host(monkeypatch: pytest.MonkeyPatch, given: str, read: str) -> None:
    monkeypatch.setenv("OTKLIK_BASE_URL", given)
    assert load_settings().public_url == read


def test_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    first, second = load_settings(), load_settings()
    assert first.signing_key == second.signing_key
    assert len(first.signing_key) >= 32
    assert first.encryption_keys == second.encryption_keys
    for file in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(file.name for file in (tmp_path / "keys").iterdir()) == ["data_keys", "secret_key"]


def test_many_first_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    def start(_: int) -> str:
        return Settings(var_dir=tmp_path).signing_key

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(start, range(32)))) == 1


def test_a_key_is_on_the_disk_before_its_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    fsync, link = os.fsync, os.link

    def note_fsync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def note_link(draft: Path, path: Path) -> None:
        steps.append("link")
        link(draft, path)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "link", note_link)
    assert Settings(var_dir=tmp_path).signing_key
    assert steps == ["file", "link", "folder", "folder"]


@pytest.mark.parametrize("content", ["", " \n", "k1:AAAA", "k1:" + "A" * 40])
def test_a_key_file_without_a_key_stops_the_start_and_says_what_to_do(tmp_path: Path, content: str) -> None:
    assert load_settings().encryption_keys
    file = tmp_path / "keys" / "data_keys"
    file.write_text(content)
    with pytest.raises(ConfigurationError, match="copy from the backup") as caught:
        assert load_settings().encryption_keys
    assert str(file) in caught.value.message
    assert file.read_text() == content  # never made anew over what may be saved


@pytest.mark.parametrize("content", ["", "\n", "half a key"])
def test_a_file_without_a_signing_key_stops_the_start(tmp_path: Path, content: str) -> None:
    assert load_settings().signing_key
    (tmp_path / "keys" / "secret_key").write_text(content)
    with pytest.raises(ConfigurationError, match="copy from the backup"):
        assert load_settings().signing_key


def test_keys_from_the_environment_make_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keys = "k2:" + "B" * 42 + "A=,k1:" + "A" * 43 + "="
    monkeypatch.setenv("OTKLIK_DATA_KEYS", keys)
    monkeypatch.setenv("OTKLIK_SECRET_KEY", "s" * 32)
    settings = load_settings()
    assert settings.encryption_keys == parse_data_keys(keys)
    assert settings.signing_key == "s" * 32
    assert not (tmp_path / "keys").exists()


def test_secrets_do_not_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_SECRET_KEY", "very-secret-very-secret-very-secret")
    assert "very-secret" not in repr(load_settings())


def test_every_setting_is_described_in_the_example() -> None:
    example = (Path(__file__).resolve().parent.parent / "config" / ".env.example").read_text()
    named = {line.lstrip("# ").partition("=")[0] for line in example.splitlines() if "=" in line}
    expected = {
        str(field.validation_alias or f"OTKLIK_{name.upper()}") for name, field in Settings.model_fields.items()
    }
    assert expected <= named
    assert {name for name in named if name.startswith("OTKLIK_")} <= expected


def test_a_directory_of_data_that_cannot_be_used_is_told_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")

    for place in (tmp_path / "file", Path("/proc/x")):
        with pytest.raises(ConfigurationError, match="OTKLIK_VAR_DIR: set it to a directory"):
            _ = Settings(var_dir=place).signing_key
        with pytest.raises(ConfigurationError, match="OTKLIK_VAR_DIR: set it to a directory"):
            _ = Settings(var_dir=place).encryption_keys
