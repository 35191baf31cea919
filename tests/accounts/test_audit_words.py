"""Every action that the code records has words: the code is read, not run, so that none is missed."""

import ast
import importlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import ModuleType

import pytest

from app.callbacks.compensation.models import CompensationState
from app.imports.models import DraftKind
from app.responses.reading.models import MarkKind
from app.web.manage.accounts.audit_words import ACTIONS
from config.settings import ROOT

# Where the action is put together: what it can be.
_MADE = {
    "f'compensation.{given.state}'": [f"compensation.{state}" for state in CompensationState],
    "f'response.{kind}'": [f"response.{kind}" for kind in (MarkKind.SUSPECT, MarkKind.GENUINE)],
    "f'{kind.value}.imported'": [f"{kind}.imported" for kind in DraftKind],
}
# By which names entries are written, and at which place the action stands among what they are given.
_WRITERS = {"record": 1, "record_apart": 1, "note": 0}
_AUDIT = {"app.accounts.audit", "app.web.manage.noted"}
# Writes what its callers give it; they import it, and so are read themselves.
_HANDS_ON = ROOT / "app" / "web" / "manage" / "noted.py"


def test_every_action_has_words_and_every_word_an_action() -> None:
    recorded = {action for path in (ROOT / "app").rglob("*.py") for action in _actions(path)}
    assert recorded - set(ACTIONS) == set(), "say in audit_words what this is"
    assert set(ACTIONS) - recorded == set(), "nothing records this any more"


def test_an_action_that_cannot_be_read_off_the_code_is_told(tmp_path: Path) -> None:
    module = tmp_path / "strange.py"
    module.write_text(
        "from app.accounts.audit import record\n\ndef act(session):\n    record(session, find_action())\n"
    )
    with pytest.raises(LookupError, match="find_action"):
        list(_actions(module))


def _actions(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in _AUDIT
        for alias in node.names
    }
    writers = {name: place for name, place in _WRITERS.items() if name in imported}
    if writers and path != _HANDS_ON:
        yield from _find(tree, path, writers)


def _find(tree: ast.Module, path: Path, writers: dict[str, int]) -> Iterator[str]:
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id in writers:
                yield from _values(call.args[writers[call.func.id]], function, tree, path)


def _values(node: ast.expr, function: ast.FunctionDef, tree: ast.Module, path: Path) -> Iterator[str]:
    """Yield what the expression can be: a text, a choice, a constant, a local name, or what callers hand in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from chain(_values(node.body, function, tree, path), _values(node.orelse, function, tree, path))
    elif ast.unparse(node) in _MADE:
        yield from _MADE[ast.unparse(node)]
    elif isinstance(node, ast.Name):
        yield from _named(node.id, function, tree, path)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and hasattr(_module(path), node.value.id):
        yield getattr(getattr(_module(path), node.value.id), node.attr)
    else:
        raise LookupError(f"{path.name}: what is {ast.unparse(node)}?")


def _named(name: str, function: ast.FunctionDef, tree: ast.Module, path: Path) -> Iterator[str]:
    parameters = [argument.arg for argument in function.args.args]
    assigned = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets)
    ]
    if assigned:
        for value in assigned:
            yield from _values(value, function, tree, path)
    elif name in parameters:
        place, found = parameters.index(name), False
        for caller in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            for call in (node for node in ast.walk(caller) if isinstance(node, ast.Call)):
                if isinstance(call.func, ast.Name) and call.func.id == function.name:
                    found = True
                    yield from _values(call.args[place], caller, tree, path)
        if not found:
            raise LookupError(f"{path.name}: nobody calls {function.name}, so what is its {name}?")
    else:
        yield getattr(_module(path), name)


def _module(path: Path) -> ModuleType:
    return importlib.import_module(path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."))
