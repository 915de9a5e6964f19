"""Statements that Python's grammar takes and its compiler refuses: `return` outside a function, and their like.

Python is not asked to compile what somebody typed: a kilobyte of `finally` in `finally` takes it seconds.
Reading takes time in proportion. What only a compiler finds beyond these, loading the code in the sandbox tells.
"""

import ast
from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_LOOPS = ast.For | ast.AsyncFor | ast.While


class _Place(Struct, frozen=True):
    """What stands around a statement."""

    in_function: bool = False
    in_async: bool = False
    in_loop: bool = False


def misplaced(tree: ast.Module) -> tuple[int, str] | None:
    """Find the first statement that stands where it may not: its line, and what is wrong in Python's words."""
    return min(_all(tree), default=None)


def _all(tree: ast.Module) -> Iterator[tuple[int, str]]:
    waiting: list[tuple[ast.AST, _Place]] = [(tree, _Place())]
    while waiting:  # no recursion: what is nested as deep as the grammar allows is deeper than Python calls
        node, place = waiting.pop()
        if wrong := _wrong(node, place):
            yield node.lineno, wrong  # type: ignore[attr-defined]  # what can be wrong stands on a line
        body = _body(node)
        waiting += ((one, place) for one in ast.iter_child_nodes(node) if one not in body)
        waiting += ((one, _inside(node, place)) for one in body)


def _body(node: ast.AST) -> Collection[ast.AST]:
    """Tell what of a node stands inside it: what a function takes and a loop goes through does not."""
    if isinstance(node, _FUNCTIONS | _LOOPS | ast.ClassDef):
        return frozenset(node.body if isinstance(node.body, list) else [node.body])
    return ()


def _inside(node: ast.AST, place: _Place) -> _Place:
    if isinstance(node, _LOOPS):
        return _Place(place.in_function, place.in_async, in_loop=True)
    is_function = isinstance(node, _FUNCTIONS)
    return _Place(in_function=is_function, in_async=isinstance(node, ast.AsyncFunctionDef))


def _wrong(node: ast.AST, place: _Place) -> str | None:
    if isinstance(node, _FUNCTIONS):
        return _given_twice(node.args)
    wanted, sentence = _OUTSIDE.get(type(node), ("", ""))
    return sentence if wanted and not getattr(place, wanted) else None


_OUTSIDE: Mapping[type[ast.AST], tuple[str, str]] = {
    ast.Return: ("in_function", "'return' outside function"),
    ast.Yield: ("in_function", "'yield' outside function"),
    ast.YieldFrom: ("in_function", "'yield' outside function"),
    ast.Await: ("in_async", "'await' outside async function"),
    ast.AsyncFor: ("in_async", "'async for' outside async function"),
    ast.AsyncWith: ("in_async", "'async with' outside async function"),
    ast.Break: ("in_loop", "'break' outside loop"),
    ast.Continue: ("in_loop", "'continue' not properly in loop"),
}


def _given_twice(taken: ast.arguments) -> str | None:
    places = (*taken.posonlyargs, *taken.args, taken.vararg, *taken.kwonlyargs, taken.kwarg)
    names = [one.arg for one in places if one]
    twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    return twice and f"duplicate argument '{twice}' in function definition"
