"""`docs/roles.md` says what the program asks."""

from app.accounts.permissions import Permission
from config.roles_page import DOCUMENT, render_roles


def test_the_page_of_roles_is_up_to_date() -> None:
    """Run `make docs`."""
    assert DOCUMENT.read_text() == render_roles()


def test_every_permission_stands_on_the_page() -> None:
    assert all(f"| `{permission}` |" in render_roles() for permission in Permission)
