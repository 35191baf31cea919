"""Form tokens: ours, for this page, and nothing else."""

from datetime import timedelta

import pytest

from app.responses.forms import BadFormTokenError, issue_form, read_form
from tests.conftest import NOW

KEY = "k" * 40


def test_token_says_when_it_was_issued_and_is_new_each_time() -> None:
    tokens = [issue_form(KEY, "7K3M9PXQ", NOW) for _ in range(50)]
    read = [read_form(KEY, "7K3M9PXQ", token) for token in tokens]
    assert {form.issued_at for form in read} == {NOW}
    assert len({form.nonce for form in read}) == 50


@pytest.mark.parametrize("token", ["", "x", "a.b.c.d", "7K3M9PXQ.n.1", "\x00", "ы" * 300, "." * 500])
def test_anything_else_is_refused(token: str) -> None:
    with pytest.raises(BadFormTokenError):
        read_form(KEY, "7K3M9PXQ", token)


def test_token_of_another_page_or_key_or_time_is_refused() -> None:
    token = issue_form(KEY, "7K3M9PXQ", NOW)
    code, nonce, _, signature = token.split(".")
    later = int((NOW + timedelta(hours=1)).timestamp() * 1000)
    for code_read, key, text in [
        ("00000000", KEY, token),
        ("7K3M9PXQ", "z" * 40, token),
        ("7K3M9PXQ", KEY, f"{code}.{nonce}.{later}.{signature}"),
    ]:
        with pytest.raises(BadFormTokenError):
            read_form(key, code_read, text)
