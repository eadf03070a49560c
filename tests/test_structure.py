"""Imports run one way, and heavy ones wait until they are needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import optimizer
import solvers
from optimizer import audit

ROOT = Path(__file__).parents[1]
PACKAGES = {package.__name__: Path(str(package.__file__)).parent for package in (optimizer, solvers)}
SOLVER_LIBRARIES = ("highspy", "ortools", "pulp")
HEAVY = (*SOLVER_LIBRARIES, "pandas", "pyarrow", "scipy", "typer", "rich", "holidays")
BACKENDS = {
    "highspy": {"solvers/highs.py"},
    "ortools": {"solvers/ortools_route.py"},
    "pulp": {"solvers/pulp_route.py", "solvers/cbc.py"},
}


def files() -> Iterator[tuple[str, Path]]:
    """Every source file with its path below the repository."""
    for name, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            yield f"{name}/{path.relative_to(folder).as_posix()}", path


def imports(path: Path) -> set[str]:
    """The modules that a file imports anywhere, at its top or inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


FLOORS = (
    {"errors"},
    {"files"},
    {"scenario"},
    {"schedule", "tariff"},
    {"changes", "model", "auditor"},
    {"planning"},
    {"operating", "insight"},
    {"imports"},
    {"starter", "report"},
    {"cli"},
)
"""The rooms of `optimizer`, and files beside them, from the ground up: a room imports from floors below its own, and
from itself."""
NEVER = {
    "auditor": {"files", "tariff"},
    "cli": {"model"},
    "report": {"model"},
    "starter": {"model", "planning"},
    "imports": {"model", "planning"},
}
"""What a room does not import though it lies below."""


def arrows() -> dict[str, set[str]]:
    """What each module imports of `optimizer` and `solvers`, at its top, inside functions and for types alone."""
    modules = {module_of(name): path for name, path in files()}
    found: dict[str, set[str]] = {}
    for module, path in modules.items():
        taken = {name if name in modules else name.rpartition(".")[0] for name in imports(path)}
        found[module] = (taken & set(modules)) - {module}
    return found


def module_of(name: str) -> str:
    """`optimizer/auditor/__init__.py` is `optimizer.auditor`."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def circle(of: dict[str, set[str]]) -> list[str]:
    """Names that lead back to themselves; empty where none does."""
    left = {name: set(to) for name, to in of.items()}
    while ends := [name for name, to in left.items() if not to & set(left)]:
        for name in ends:
            del left[name]
    return sorted(left)


def loaded_by(statements: str) -> set[str]:
    """The modules that a fresh interpreter has after these statements."""
    code = f"{statements}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def below(modules: set[str], *packages: str) -> list[str]:
    """Those of the modules that lie in the packages."""
    return sorted(m for m in modules if any(m == p or m.startswith(p + ".") for p in packages))


def test_no_room_imports_upward() -> None:
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    wrong = []
    for module, taken in arrows().items():
        room = module.split(".")[1] if module.startswith("optimizer.") else None
        for other in taken if room else ():
            there = other.split(".")[1] if other.startswith("optimizer.") else None
            if there is None or there == room or room is None:
                continue
            if floor[there] >= floor[room] or there in NEVER.get(room, set()):
                wrong.append(f"{module} imports {other}")
    assert not wrong


def test_every_room_has_a_floor() -> None:
    inside = [name.split("/")[1].removesuffix(".py") for name, _ in files() if name.startswith("optimizer/")]
    assert set(inside) - {"__init__"} == set().union(*FLOORS)


def test_no_files_import_each_other_in_a_circle() -> None:
    # A package's face (`__init__`) hands on names of its own files.
    of = {module: {o for o in to if not o.startswith(f"{module}.")} for module, to in arrows().items()}
    assert not circle({module: {o for o in to if not module.startswith(f"{o}.")} for module, to in of.items()})


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]
    assert not circle({"a": {"b", "c"}, "b": {"c"}, "c": set()})


def test_solvers_know_nothing_of_the_optimizer() -> None:
    for name, path in files():
        if name.startswith("solvers/"):
            assert not below(imports(path), "optimizer"), name


def test_the_audit_shares_nothing_with_the_model_and_its_solvers() -> None:
    package = audit.__module__
    modules = loaded_by("from optimizer import audit\nassert callable(audit)")
    assert package in modules
    model = ("optimizer.model", "optimizer.planning", "optimizer.operating", "optimizer.insight", "optimizer.tariff")
    assert not below(modules, *model, "solvers", *SOLVER_LIBRARIES)
    for name, path in files():
        if name.startswith(package.replace(".", "/")):
            assert not below(imports(path), *model, "solvers", *SOLVER_LIBRARIES), name


def test_scenarios_are_read_without_model_and_solvers() -> None:
    modules = loaded_by("from optimizer import Scenario, load")
    model = ("optimizer.model", "optimizer.planning", "optimizer.operating", "optimizer.insight", audit.__module__)
    assert not below(modules, *model, "solvers", *SOLVER_LIBRARIES)
    for name, path in files():
        if name.startswith("optimizer/scenario/"):
            assert not below(imports(path), *model, "solvers", *SOLVER_LIBRARIES), name


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not below(loaded_by("import optimizer"), *HEAVY, "numpy", "pydantic")


def test_planning_loads_no_tables_and_one_solver() -> None:
    modules = loaded_by(
        "from optimizer import plan\n"
        "from tests.toys import group_fleet, scenario\n"
        "assert plan(scenario([50], fleets=[group_fleet()])).profit_usd == 50"
    )
    assert not below(modules, "ortools", "pulp", "pandas", "pyarrow", "rich", "typer")
    assert "highspy" in modules


@pytest.mark.parametrize("library", SOLVER_LIBRARIES)
def test_only_a_backends_own_file_imports_it(library: str) -> None:
    assert {name for name, path in files() if below(imports(path), library)} == BACKENDS[library]


def test_names_of_the_package_stay_what_they_are() -> None:
    done = loaded_by(
        "import optimizer.planning.plan, optimizer.scenario.load\n"
        f"import {audit.__module__}\n"
        "from optimizer import *\n"
        "from optimizer import audit, load, plan, Findings, RejectedByAudit, Scenario, ScenarioError, Schedule\n"
        "assert all(map(callable, (audit, load, plan)))\n"
        "import optimizer\n"
        "assert set(optimizer.__all__) <= set(dir(optimizer)) | set(vars(optimizer))"
    )
    assert "optimizer.planning.plan" in done


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        optimizer.nothing  # noqa: B018


def test_every_module_says_what_it_is() -> None:
    for name, path in files():
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), name
