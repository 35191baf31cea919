"""Every detail that the code records has words: read off the code, as `test_audit_words` reads its actions."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from app.web.manage.accounts.audit_details import DETAILS, NOT_TOLD, list_details
from config.settings import ROOT

_AUDIT = {"app.accounts.audit", "app.web.manage.noted"}
_WRITERS = {"record", "record_apart", "note"}
# Hand on what they are given; who calls them is read.
_HANDS_ON = {ROOT / "app" / "web" / "manage" / "noted.py", ROOT / "app" / "accounts" / "audit.py"}


def test_every_detail_has_words_and_every_word_a_detail() -> None:
    recorded = {key for path in (ROOT / "app").rglob("*.py") for key in _keys(path)}
    assert recorded - set(DETAILS) - NOT_TOLD == set(), "say in audit_details what this is"
    assert (set(DETAILS) | NOT_TOLD) - recorded == set(), "nothing records this any more"


def test_what_is_recorded_is_told_in_words() -> None:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        told = list_details(
            {"channel": "call", "moved": True, "fields": ["hours", "name"], "until_on": None, "old": 3, "case_id": "x"}
            | {"method": "password+code", "how": "handed_over"}
        )
    assert told[:4] == ["channel: Call", "another address: yes", "changed: hours, name", "old: 3"]
    assert told[4:] == ["how: password, code", "how: Handed over"]


def test_a_detail_that_cannot_be_read_off_the_code_is_told(tmp_path: Path) -> None:
    module = tmp_path / "strange.py"
    module.write_text(
        "from app.accounts.audit import record\n\ndef act(session):\n    record(session, 'a', details=find())\n"
    )
    with pytest.raises(LookupError, match=r"find\(\)"):
        list(_keys(module))


def _keys(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    writers = _WRITERS & {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in _AUDIT
        for alias in node.names
    }
    if path in _HANDS_ON or not writers:
        return
    for function, call in _calls(tree, writers):
        for keyword in call.keywords:
            if _name_of(call) == "note":
                yield from [keyword.arg] if keyword.arg else _read(keyword.value, function, tree, path)
            elif keyword.arg == "details":
                yield from _read(keyword.value, function, tree, path)
            elif keyword.arg is None:  # what callers hand in; details among it
                for caller, handing in _calls(tree, {function.name}):
                    for given in handing.keywords:
                        if given.arg == "details":
                            yield from _read(given.value, caller, tree, path)


def _read(node: ast.expr, function: ast.FunctionDef, tree: ast.Module, path: Path) -> Iterator[str]:
    """Yield the keys of an expression: a dictionary, a local name of one, or what callers hand in by name."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                yield from _read(value, function, tree, path)
            else:
                yield str(ast.literal_eval(key))
        return
    if isinstance(node, ast.Name):
        assigned = [
            each.value
            for each in ast.walk(function)
            if isinstance(each, ast.Assign | ast.AnnAssign)
            and any(isinstance(to, ast.Name) and to.id == node.id for to in _targets(each))
        ]
        if any(each is not None for each in assigned):
            for value in filter(None, assigned):
                yield from _read(value, function, tree, path)
            return
        if function.args.kwarg is not None and function.args.kwarg.arg == node.id:
            named = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
            for _, call in _calls(tree, {function.name}):
                yield from (each.arg for each in call.keywords if each.arg is not None and each.arg not in named)
            return
    raise LookupError(f"{path.name}: what is {ast.unparse(node)}?")


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _calls(tree: ast.Module, names: set[str]) -> Iterator[tuple[ast.FunctionDef, ast.Call]]:
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if _name_of(call) in names:
                yield function, call


def _name_of(call: ast.Call) -> str | None:
    return call.func.id if isinstance(call.func, ast.Name) else None
