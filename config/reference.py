"""Writes `config/.env.example` and the tables of `docs/configuration.md` from the settings and the models of the files.

`make docs` runs it; tests/test_docs.py fails when what it would write is not what stands there.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.callbacks.rules.case_rules import CaseRules
from app.contacts.consents import Consents
from app.invitations.rules import DeliveryPolicy
from app.organisation.holidays import HolidayRules
from app.review_sites.catalogue import Catalogue
from app.routing.policy import RoutingPolicy
from config.installed import in_order, variable_of
from config.settings import ROOT, Settings

EXAMPLE = ROOT / "config" / ".env.example"
DOCUMENT = ROOT / "docs" / "configuration.md"
# A section begins with the setting named; the order is that of the class.
SECTIONS: Mapping[str, str] = {
    "host": "Where it answers",
    "database_url": "Data and keys",
    "company_name": "The company",
    "sign_in_idle_minutes": "Staff",
    "log_level": "Operations",
    "console": "Messages",
    "sms_gateways": "SMS",
    "smtp_host": "E-mail",
    "telegram_token": "Telegram",
    "whatsapp_token": "WhatsApp",
    "viber_token": "Viber",
    "google_places_key": "Public ratings",
}
FIELDS: Mapping[str, FieldInfo] = {name: Settings.model_fields[name] for name in in_order()}
_WIDTH = 120
_HEAD = """\
Every setting, with its default; `make docs` writes this file. Copy it to `.env` in the repository's root and take the \
`#` off what you change, or set the same names in the environment, which wins. A wrong or unknown OTKLIK_ name stops \
the start and says what to do."""
_WORDS: Mapping[Any, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    date: "day",
}
_BLOCK = re.compile(r"(<!-- made: (?P<name>[\w-]+) -->\n).*?(<!-- /made -->)", re.DOTALL)


def render_example() -> str:
    """Return `.env.example`: each setting's meaning and, commented out, its name with its default."""
    lines = list(_comment(_HEAD))
    for name, field in FIELDS.items():
        if name in SECTIONS:
            lines += ["", f"# --- {SECTIONS[name]} ".ljust(_WIDTH, "-")]
        allowed = _allowed(field)
        text = _meaning(field) + (f" ({allowed})" if allowed not in _WORDS.values() else "")
        if _depends_on_place(field):
            text += f" Default: {_default(field)} beside this code."
        lines += [
            *_comment(text),
            f"# {variable_of(name, field)}={'' if _depends_on_place(field) else _default(field)}",
        ]
    return "\n".join(lines) + "\n"


def render_document(document: str) -> str:
    """Return the document with what stands between its marks made anew; raises KeyError for a mark nobody fills."""
    made = {
        "settings": _settings(),
        "routing": key_table(RoutingPolicy),
        "callbacks": key_table(CaseRules),
        "holidays": key_table(HolidayRules),
        "review-sites": key_table(Catalogue),
        "consents": key_table(Consents),
        "delivery": key_table(DeliveryPolicy),
    }
    return _BLOCK.sub(lambda found: f"{found[1]}\n{made[found['name']]}\n{found[3]}", document)


def write_all() -> None:
    """Write both files."""
    EXAMPLE.write_text(render_example())
    DOCUMENT.write_text(render_document(DOCUMENT.read_text()))


def _settings() -> str:
    lines: list[str] = []
    for name, field in FIELDS.items():
        if name in SECTIONS:
            lines += [f"### {SECTIONS[name]}", "", "| variable | default | may be | meaning |", "|---|---|---|---|"]
        default = _default(field)
        told = f"`{default}`" + (" beside the code" if _depends_on_place(field) else "") if default else "empty"
        lines.append(f"| `{variable_of(name, field)}` | {told} | {_allowed(field)} | {_meaning(field)} |")
        following = list(FIELDS)[list(FIELDS).index(name) + 1 :]
        if following and following[0] in SECTIONS:
            lines.append("")
    return "\n".join([*lines, ""])


def key_table(model: type[BaseModel]) -> str:
    """Return a file's keys as a table; raises ValueError for one that does not say what it means."""
    lines = ["| key | may be | meaning |", "|---|---|---|"]
    lines += [f"| `{key}` | {_allowed(field)} | {_meaning(field)} |" for key, field in _walk(model, "")]
    return "\n".join([*lines, ""])


def _walk(model: type[BaseModel], above: str) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        key = f"{above}{name}"
        yield key, field
        below, step = _below(field.annotation)
        if below is not None:
            yield from _walk(below, f"{key}{step}.")


def _below(annotation: Any) -> tuple[type[BaseModel] | None, str]:
    """Return the model that a place holds, and how its key goes on: one of a list, one of a mapping, or itself."""
    kind = _bare(annotation)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind, ""
    inside = [_bare(part) for part in get_args(kind)]
    if inside and isinstance(inside[-1], type) and issubclass(inside[-1], BaseModel):
        return inside[-1], "[]" if len(inside) == 1 else ".*"
    return None, ""


def _allowed(field: FieldInfo) -> str:
    kind = _bare(field.annotation)
    words = _kind(kind)
    optional = NoneType in get_args(field.annotation)
    bounds = {type(rule): rule for rule in _rules(field)}
    low, high = bounds.get(Ge), bounds.get(Le)
    if isinstance(low, Ge) and isinstance(high, Le):
        words += f", {low.ge} to {high.le}"
    elif isinstance(low, Ge):
        words += f", at least {low.ge}"
    if isinstance(above := bounds.get(Gt), Gt):
        words += f", above {above.gt}"
        words += f" and at most {high.le}" if isinstance(high, Le) else ""
    if isinstance(below := bounds.get(Lt), Lt):
        words += f", below {below.lt}"
    shortest, longest = bounds.get(MinLen), bounds.get(MaxLen)
    if isinstance(shortest, MinLen) and isinstance(longest, MaxLen):
        words += f", {shortest.min_length} to {longest.max_length} characters"
    if field.is_required() or not optional:
        return words
    return f"{words}, or left out"


def _kind(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{member.value}`" for member in kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "lines of `key: value`"
    if get_origin(kind) in (list, tuple):
        return "list"
    if get_args(kind):
        return "lines for each of " + _kind(_bare(get_args(kind)[0]))
    return _WORDS[kind]


def _bare(annotation: Any) -> Any:
    """Take off `Annotated` and `| None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _bare(next(part for part in get_args(annotation) if part is not NoneType))
    return annotation


def _rules(field: FieldInfo) -> Iterator[Any]:
    yield from field.metadata
    for part in get_args(field.annotation):  # of `Annotated[int, Field(ge=1)] | None`
        if get_origin(part) is Annotated:
            for rule in get_args(part)[1:]:
                yield from getattr(rule, "metadata", [rule])


def _meaning(field: FieldInfo) -> str:
    if not field.description:
        raise ValueError("a setting or key without a description; say in Field(description=…) what it means")
    return field.description


def _depends_on_place(field: FieldInfo) -> bool:
    return str(ROOT) in str(field.default)


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return ""
    value = field.default.value if isinstance(field.default, Enum) else field.default
    return str(value).removeprefix("sqlite:///").replace(f"{ROOT}/", "")


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


if __name__ == "__main__":
    write_all()
