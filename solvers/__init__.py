"""Routes to mixed-integer solvers that take the same arrays and give the same six outcomes.

Importing this imports numpy and nothing heavier; each backend is imported when it is asked for.
"""

from solvers.builder import ProblemBuilder
from solvers.isolation import isolation
from solvers.outcome import Options, Progress, Result, Status
from solvers.problem import Problem, ProblemError
from solvers.registry import abilities, available, solve
from solvers.route import Abilities, SolverError, SolverUnavailable, SolverUnsuitable, UnknownSolver
from solvers.session import Session, session

__all__ = [
    "Abilities",
    "Options",
    "Problem",
    "ProblemBuilder",
    "ProblemError",
    "Progress",
    "Result",
    "Session",
    "SolverError",
    "SolverUnavailable",
    "SolverUnsuitable",
    "Status",
    "UnknownSolver",
    "abilities",
    "available",
    "isolation",
    "session",
    "solve",
]
