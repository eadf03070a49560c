"""Mutants of a source file: one small change each, spliced into its text so that line numbers stay.

Changed are comparisons (the other side of the boundary; the opposite), arithmetic and signs, and/or, not, conditions,
numbers (one more, or twice where that is more; zero), booleans, min/max, any/all, floor/ceil, first/last index, slices,
keyword arguments (left out), statements (left out), returned values (None).

Left alone, as no behaviour that a plan or a bill is judged by: text (strings, f-strings, what an exception says, units,
__repr__ and the like), annotations, decorators, asserts and `strict=` (checks of the code on itself), `encoding=`, the
boundary of a comparison that has a tolerance, where either side is right, and a tolerance set to zero.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TOLERANCE = re.compile(
    r"1e-\d+|tiny|tolerance|slack|[A-Z_]*(SLACK|LEAST|SHARE|ABSOLUTE|WHOLE|ROUNDING|NUMERICAL|VIOLATED|NOTICED|LEFT|SAME)"
)
"""What names a tolerance in a comparison."""
TOLERANCES = 1e-4
"""Numbers up to this are tolerances: none at all only makes a check more strict than rounding is."""
TEXT_FUNCTIONS = {"__repr__", "__str__", "__format__", "_words"}
TEXTS = {"message", "what", "why", "words"}
"""Names of text that is shown."""
SKIPPED_KEYWORDS = {"strict", "encoding", "message", "unit", "description", "help", "title"}
BOUNDARY = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
OPPOSITE = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
SWAPPED = {
    a: b
    for one, other in (
        ("min", "max"),
        ("minimum", "maximum"),
        ("any", "all"),
        ("ceil", "floor"),
        ("argmin", "argmax"),
        ("logical_and", "logical_or"),
    )
    for a, b in ((one, other), (other, one))
}


@dataclass(frozen=True)
class Mutant:
    """One change. `start`, `end`: bytes of the file that `new` replaces; `function`: first line of the function (its
    decorators included) in whose body it lies, None where it is what a module or class is made of."""

    path: str
    line: int
    start: int
    end: int
    new: str
    function: int | None
    text: str
    name: str
    """The enclosing function."""
    change: str
    """What is changed, in words: as a harmless one is named."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.text}   [{self.change}]"

    def applied(self, source: bytes) -> bytes:
        """The file with the change."""
        return source[: self.start] + self.new.encode() + source[self.end :]


def mutants_of(root: Path, path: str) -> list[Mutant]:
    """All mutants of a file, in the order of its text."""
    finder = _Finder(path, (root / path).read_bytes())
    finder.visit(finder.tree)
    return sorted(set(finder.found), key=lambda m: (m.start, m.end, m.new))


def sampled(mutants: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """So many of them, in no order; the choice of one does not hang on the other files or on line numbers."""
    seen: dict[str, int] = {}
    keyed = []
    for mutant in mutants:
        key = f"{seed} {mutant.path} {mutant.name} {mutant.text} {mutant.change}"
        seen[key] = seen.get(key, -1) + 1
        keyed.append((hashlib.sha256(f"{key} {seen[key]}".encode()).hexdigest(), mutant))
    return [mutant for _, mutant in sorted(keyed, key=lambda pair: pair[0])[:count]]


class _Finder(ast.NodeVisitor):
    def __init__(self, path: str, source: bytes) -> None:
        self.path, self.source = path, source
        self.lines = source.splitlines(keepends=True)
        self.offsets = [0]
        for line in self.lines:
            self.offsets.append(self.offsets[-1] + len(line))
        self.tree = ast.parse(source)
        self.found: list[Mutant] = []
        self.functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = []

    def replace(self, node: ast.expr | ast.stmt, new: str, change: str = "") -> None:
        assert node.end_lineno is not None and node.end_col_offset is not None
        start = self.offsets[node.lineno - 1] + node.col_offset
        end = self.offsets[node.end_lineno - 1] + node.end_col_offset
        padding = "\n" * (node.end_lineno - node.lineno)
        spliced = f"({new}{padding})" if isinstance(node, ast.expr) else new + padding
        function = self.functions[-1] if self.functions else None
        first = None if function is None else min([function.lineno, *(d.lineno for d in function.decorator_list)])
        text = self.lines[node.lineno - 1].decode().strip()
        old = " ".join(self.source[start:end].decode().split())
        name = "" if function is None else function.name
        change = change or f"{old} → {new}"
        self.found.append(Mutant(self.path, node.lineno, start, end, spliced, first, text, name, change))

    def change(self, node: ast.expr | ast.stmt, **parts: object) -> None:
        """Replace a node by itself with other parts."""
        changed = copy.copy(node)
        for part, value in parts.items():
            setattr(changed, part, value)
        self.replace(node, ast.unparse(changed))

    # What is left alone.

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if node.name in TEXT_FUNCTIONS:
            return
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        self.functions.append(node)
        for statement in node.body:
            self.visit(statement)
        self.functions.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for statement in node.body:
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Assert(self, node: ast.Assert) -> None:
        pass

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        pass

    def visit_Raise(self, node: ast.Raise) -> None:
        self.replace(node, "pass")

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        pass

    visit_ImportFrom = visit_Import

    # Expressions.

    def visit_Compare(self, node: ast.Compare) -> None:
        near = TOLERANCE.search(ast.unparse(node)) is not None
        for i, op in enumerate(node.ops):
            for table in (OPPOSITE,) if near else (BOUNDARY, OPPOSITE):
                if type(op) in table:
                    self.change(node, ops=[*node.ops[:i], table[type(op)](), *node.ops[i + 1 :]])
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        made_of_types = isinstance(node.op, ast.BitOr) and not self.functions
        if type(node.op) in ARITHMETIC and not made_of_types and not (_is_text(node.left) or _is_text(node.right)):
            self.change(node, op=ARITHMETIC[type(node.op)]())
        if not (isinstance(node.op, ast.Mod) and _is_text(node.left)):
            self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self.change(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.USub | ast.Invert):
            self.replace(node, ast.unparse(node.operand))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self.replace(node, repr(not value))
        elif isinstance(value, int | float):
            self.replace(node, repr(value * 2 if abs(value) >= 1000 else value + 1))
            if abs(value) > TOLERANCES:
                self.replace(node, repr(type(value)(0)))

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        index = node.slice
        if isinstance(index, ast.Constant) and index.value == 0 and isinstance(index.value, int):
            self.replace(index, "-1")
        elif ast.unparse(index) == "-1":
            self.replace(index, "0")
        elif isinstance(index, ast.Slice):
            for bound in (index.lower, index.upper):
                if bound is not None:
                    self.replace(bound, "None")
        else:
            self.visit(index)

    def visit_Call(self, node: ast.Call) -> None:
        for keyword in node.keywords:
            if keyword.arg is not None and keyword.arg not in SKIPPED_KEYWORDS and not _is_text(keyword.value):
                left = ast.Call(node.func, node.args, [k for k in node.keywords if k is not keyword])
                self.replace(node, ast.unparse(left), f"without {ast.unparse(keyword)}")
        for part in (node.func, *node.args):
            self.visit(part)
        for keyword in node.keywords:
            if keyword.arg not in SKIPPED_KEYWORDS:
                self.visit(keyword.value)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in SWAPPED and isinstance(node.ctx, ast.Load):
            self.replace(node, SWAPPED[node.id])

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr in SWAPPED and isinstance(node.ctx, ast.Load):
            self.change(node, attr=SWAPPED[node.attr])
        self.generic_visit(node)

    def condition(self, test: ast.expr) -> None:
        """Negate a condition that is no comparison of its own."""
        if not isinstance(test, ast.Compare | ast.BoolOp) and not (
            isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        ):
            self.replace(test, f"not ({ast.unparse(test)})")

    def visit_IfExp(self, node: ast.IfExp) -> None:
        texts = _is_text(node.body) and _is_text(node.orelse)
        if texts and (isinstance(node.body, ast.JoinedStr) or isinstance(node.orelse, ast.JoinedStr)):
            return
        self.condition(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self.condition(test)
        self.generic_visit(node)

    # Statements.

    def visit_If(self, node: ast.If | ast.While) -> None:
        if ast.unparse(node.test) not in ("TYPE_CHECKING", "__name__ == '__main__'"):
            self.condition(node.test)
            self.generic_visit(node)

    visit_While = visit_If

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        self.replace(node, "pass")
        self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        if any(isinstance(target, ast.Name) and target.id in TEXTS for target in node.targets):
            return
        if all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
            self.replace(node, "pass")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.replace(node, "pass")
        if type(node.op) in ARITHMETIC and not _is_text(node.value):
            self.change(node, op=ARITHMETIC[type(node.op)]())
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue | ast.Break) -> None:
        self.replace(node, "pass")

    visit_Break = visit_Continue

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is None or _is_text(node.value):
            return
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self.replace(node.value, "None")
        self.visit(node.value)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def files(root: Path, *folders: str) -> Iterator[str]:
    """Source files below the folders (or those files themselves), as paths below the root."""
    for folder in folders:
        found = [root / folder] if folder.endswith(".py") else (root / folder).rglob("*.py")
        yield from sorted(path.relative_to(root).as_posix() for path in found)
