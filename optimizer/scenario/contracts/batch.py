"""Batch work: GPU-hours owed between a release and a deadline."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic.types import Strict

from optimizer.scenario.base import Flag, LocalTime, Rate, Usd
from optimizer.scenario.contracts.terms import ContractTerms
from optimizer.scenario.quantity import Quantity


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
