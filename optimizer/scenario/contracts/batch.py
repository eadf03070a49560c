"""Batch work: GPU-hours owed between a release and a deadline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field
from pydantic.types import Strict

from optimizer.scenario.base import Flag, GpuHours, LocalTime, Name, Number, Rate, Usd
from optimizer.scenario.checker import Checker
from optimizer.scenario.contracts.terms import LEAST_GPUS, ContractSoFar, ContractTerms
from optimizer.scenario.horizon import Horizon, localize
from optimizer.scenario.pool import Pool
from optimizer.scenario.quantity import Quantity


class BatchState(ContractSoFar):
    """What has become of a batch contract so far."""

    kind: Literal["batch"]
    """The kind of the contract."""
    done_gpu_hours: GpuHours = 0.0
    """Owed work done so far."""
    missed_gpu_hours: GpuHours = 0.0
    """Owed work given up so far, its penalty paid: it is owed no more, and the job is never done."""
    started: Flag = False
    """Whether it has ever run."""
    running: Flag = False
    """Whether it ran in the period before the horizon; if not and `started`, going on is a restart."""
    pool: Name | None = None
    """Pool of a job that is not preemptible and under way."""
    restart_gpu_hours_owed: GpuHours = 0.0
    """Restart work that is still to be run before owed work goes on."""
    completion_accrued_usd: Number = 0.0
    """Payment on completion that earlier plans have accrued or paid."""
    closed: Flag = False
    """Whether it is over: complete and paid, or past its hard end (up to which one that is never done is late)."""

    @property
    def gave_work_up(self) -> bool:
        return self.missed_gpu_hours > 0


class Batch(ContractTerms):
    """GPU-hours owed. Work runs in whole periods between the release and the hard end."""

    shows: ClassVar[tuple[Quantity, ...]] = (
        *ContractTerms.shows,
        Quantity("owed_gpu_hours", "GPU-hours", "owed work done in the period"),
        Quantity("restart_gpu_hours", "GPU-hours", "work of restarts done in the period"),
        Quantity("running", "0/1", "whether it runs"),
        Quantity("restarts", "0/1", "whether it is started again"),
    )

    kind: Literal["batch"]
    """Says that this is a batch contract."""
    gpu_hours: Annotated[float, Strict(), Field(gt=0, le=1e9)]
    """GPU-hours owed in all, the part done before the horizon (in `state`) included."""
    release: LocalTime
    """No work before; a period that begins earlier is not used."""
    deadline: LocalTime
    """What is missing then costs its penalty, unless `hard_end` allows lateness."""
    hard_end: LocalTime | None = None
    """Latest end with lateness; each hour from the deadline until done costs `lateness_usd_per_hour`, and the
    penalty is for what is missing then. Default: the deadline."""
    max_gpus: Annotated[float, Strict(), Field(gt=0, le=1e7)]
    """Most GPUs at once; not preemptible: the GPU count at which it runs."""
    min_gpus: Annotated[float, Strict(), Field(ge=0, le=1e7)] = 0.0
    """Least GPUs in each period in which it runs (not preemptible: unused)."""
    preemptible: Flag = True
    """Whether it may stop and go on. If not, it runs once, on one pool, at `max_gpus`, without a break."""
    restart_gpu_hours: Annotated[float, Strict(), Field(ge=0, le=1e9)] = 0.0
    """GPU-hours that each restart after a stop adds: run before owed work goes on, paid by nobody."""
    price_usd_per_gpu_hour: Rate = 0.0
    """Paid per GPU-hour of owed work done."""
    completion_usd: Usd = 0.0
    """Paid when all owed work is done by the hard end."""
    penalty_usd_per_gpu_hour: Rate = 0.0
    """Per GPU-hour missing at the hard end."""
    lateness_usd_per_hour: Usd = 0.0
    """Per hour from the deadline until done."""
    all_or_nothing: Flag = False
    """Paid and penalised only as a whole; a job that is not done runs nothing."""

    so_far: ClassVar[type[ContractSoFar]] = BatchState
    gets_done: ClassVar[bool] = True
    least_words: ClassVar[str] = "nothing would be owed"

    def summary(self) -> str:
        return f"{self.gpu_hours:g} GPU-hours by {self.deadline.isoformat()}"

    def begun(self, said: ContractSoFar | None) -> BatchState:
        return said if isinstance(said, BatchState) else BatchState(kind="batch")

    def with_gpu_hours(self, horizon: Horizon, period: int, gpu_hours: float) -> Self | None:
        owed = self.gpu_hours + gpu_hours
        return None if owed <= 0 else self.model_copy(update={"gpu_hours": owed})

    def notes(self, horizon: Horizon) -> Iterator[str]:
        for name in ("release", "deadline", "hard_end"):
            when = getattr(self, name)
            if when is None:
                continue
            steps = horizon.hours_until(localize(when, horizon.zone))[0] / horizon.hours
            if abs(steps - round(steps)) > 1e-6:
                yield (
                    f"contract {self.name}: {name} {when.isoformat()} lies inside a "
                    f"{horizon.step_minutes}-minute period, which the job does not use"
                )

    def check(self, checker: Checker, place: str, pools: Sequence[Pool], said: ContractSoFar | None) -> None:
        release = checker.local(f"{place}.release", self.release)
        deadline = checker.local(f"{place}.deadline", self.deadline)
        if release and deadline and release.timestamp() >= deadline.timestamp():
            checker.add(f"{place}.deadline", deadline.isoformat(), f"later than its release {release.isoformat()}")
        if self.hard_end is not None:
            hard_end = checker.local(f"{place}.hard_end", self.hard_end)
            if hard_end and deadline and hard_end.timestamp() < deadline.timestamp():
                checker.add(
                    f"{place}.hard_end", hard_end.isoformat(), f"not before its deadline {deadline.isoformat()}"
                )
        elif self.lateness_usd_per_hour:
            checker.add(f"{place}.hard_end", "missing", "a latest end: lateness_usd_per_hour has a price")
        self._check_end(checker, place, said)
        if self.max_gpus < LEAST_GPUS:
            checker.add(f"{place}.max_gpus", f"{self.max_gpus:g}", f"at least {LEAST_GPUS:g}")
        if self.min_gpus > self.max_gpus:
            checker.add(f"{place}.min_gpus", f"{self.min_gpus:g}", f"at most max_gpus, {self.max_gpus:g}")
        if self.restart_gpu_hours and self.preemptible and self.min_gpus < 1:
            checker.add(f"{place}.min_gpus", f"{self.min_gpus:g}", "at least 1, for restart_gpu_hours")
        for name in ("min_gpus", "max_gpus"):
            gpus = getattr(self, name)
            if self.gpu_unit != "fraction" and gpus != round(gpus):
                checker.add(f"{place}.{name}", f"{gpus:g}", "a whole number: the contract asks for whole GPUs")
        if self.preemptible:
            return
        sizes = [pool.gpus_per_node for pool in pools]
        if self.gpu_unit == "node" and any(self.max_gpus % size for size in sizes):
            checker.add(f"{place}.max_gpus", f"{self.max_gpus:g}", f"whole nodes of {sizes} GPUs")
        if pools and self.max_gpus > max(pool.nodes * pool.gpus_per_node for pool in pools):
            most = max(pool.nodes * pool.gpus_per_node for pool in pools)
            checker.add(
                f"{place}.max_gpus",
                f"{self.max_gpus:g} on one pool, not preemptible",
                f"at most {most}: the largest of its pools",
            )

    def _check_end(self, checker: Checker, place: str, said: ContractSoFar | None) -> None:
        """A job whose end is over before the horizon begins, of which nothing is known, would cost its penalty in every
        plan anew."""
        name = "deadline" if self.hard_end is None else "hard_end"
        end = checker.local(f"{place}.{name}", self.deadline if self.hard_end is None else self.hard_end)
        if said is not None or end is None or checker.horizon is None:
            return
        start = checker.horizon.starts[0]
        if end.timestamp() <= start.timestamp():
            checker.add(
                f"{place}.{name}",
                f"{end.isoformat()}, of contract {self.name!r}, is not after the horizon's start {start.isoformat()}",
                f"a later one; or say in state.contracts.{self.name} what became of it, or remove the contract",
            )

    def check_state(self, checker: Checker, place: str, said: ContractSoFar) -> None:
        state = self.begun(said)
        spent = state.done_gpu_hours + state.missed_gpu_hours
        if spent > self.gpu_hours * (1 + 1e-9):
            checker.add(
                f"{place}.done_gpu_hours",
                f"{spent:g} GPU-hours done or missed",
                f"at most the {self.gpu_hours:g} owed",
            )
        if state.running and not state.started:
            checker.add(f"{place}.started", "false, with running true", "true")
        all_run = state.missed_gpu_hours > 0 and spent >= self.gpu_hours * (1 - 1e-6)
        under_way = not self.preemptible and state.started and not state.closed and not all_run
        if under_way and not state.running:
            checker.add(f"{place}.running", "false, of a started job that runs without a break", "true")
        if under_way and state.pool not in self.pools:
            checker.add(f"{place}.pool", f"{state.pool}", f"where it runs: one of {', '.join(self.pools)}")
