"""The plan's distances stand in the plan and nowhere in code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import qxgeo
from qxgeo.plan import load_plan

CODE = Path(qxgeo.__file__).parent
SCALING = (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)
NAMES_A_DISTANCE = re.compile(r"radi(us|i)|distance|dist\b|_m$|reach|threshold")
SPOKEN = re.compile(r"(?<![\d.])(?:(?:1|5)\s*(?:km\b(?!²)|公里|千米)|(?:1000|5000)\s*(?:m\b|米))")

DEFINES_A_UNIT = "1 km = 1000 m"


def plan_radii() -> set[float]:
    return {rule.radius_m for rule in load_plan("qixing-2023").rules if rule.radius_m is not None}


def find_radii(source: str, radii: set[float]) -> list[int]:
    """Lines on which a number of the plan is used as a distance.

    Multiplying by 1000 turns kilometres into metres and is allowed; so is a count of rows.
    """
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            if not isinstance(node.value, bool) and node.value in radii:
                lines += [node.lineno] * _is_distance(node, parents)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            parent = parents[node]
            words = node.value.replace(DEFINES_A_UNIT, "")
            if not isinstance(parent, ast.Expr) and SPOKEN.search(words):
                lines.append(node.lineno)
    return sorted(set(lines))


def _is_distance(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether a number is compared, or given to something that is named like a distance."""
    parent: ast.AST = parents[node]
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, SCALING):
        return False
    names: list[str] = []
    while not isinstance(parent, ast.stmt):
        if isinstance(parent, ast.keyword):
            names.append(parent.arg or "")
            break
        if isinstance(parent, ast.Compare):
            return NAMES_A_DISTANCE.search(ast.unparse(parent)) is not None
        if isinstance(parent, ast.Call):
            names.append(ast.unparse(parent.func))
            break
        parent = parents[parent]
    if isinstance(parent, ast.Assign):
        names += [ast.unparse(target) for target in parent.targets]
    elif isinstance(parent, ast.AnnAssign):
        names.append(ast.unparse(parent.target))
    elif isinstance(parent, ast.FunctionDef):
        names += [one.arg for one in (*parent.args.args, *parent.args.kwonlyargs)]
    return any(NAMES_A_DISTANCE.search(name.lower()) for name in names)


@pytest.mark.parametrize(
    "source",
    [
        "RADIUS_M = 1000",
        "radius_m: float = 5_000.0",
        "buffer(points, radius_m=1e3)",
        "is_near = distance_m <= 5000",
        "def f(radius_m=1000): pass",
        "RADII = [1000, 5000]",
        "title = '国控站点1公里内'",
        "label = f'within 5 km of {name}'",
    ],
)
def test_the_search_finds_a_radius(source: str) -> None:
    assert find_radii(source, {1000.0, 5000.0}) == [1]


@pytest.mark.parametrize(
    "source",
    ["km = length_m / 1000", "CHUNK = 5000", "'''within 5 km'''", "label = '15 km'", "n = 999"],
)
def test_the_search_lets_other_numbers_pass(source: str) -> None:
    assert find_radii(source, {1000.0, 5000.0}) == []


def test_no_radius_of_the_plan_stands_in_code() -> None:
    radii = plan_radii()
    assert radii == {1000.0, 5000.0}
    found = {
        str(path.relative_to(CODE)): lines
        for path in sorted(CODE.rglob("*.py"))
        if "_assets" not in path.parts and (lines := find_radii(path.read_text("utf-8"), radii))
    }
    assert found == {}
