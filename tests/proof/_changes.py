"""Scenarios changed as a whole: money scaled, prices and limits moved, renamed, reordered, periods split.

All work on the scenario as a document: what stands in its fields. Series are numbers or one value per period, as
`tests.proof._scenarios` draws them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from optimizer.scenario.scenario import Scenario

Document = dict[str, Any]
Change = Callable[[Document], None]
Named = tuple[str, Change]
"""What is changed, and how."""


def document_of(scenario: Scenario) -> Document:
    """Only what was given, so that defaults stay defaults."""
    return scenario.model_dump(mode="json", exclude_unset=True)


def changed(scenario: Scenario, *changes: Change) -> Scenario:
    """A copy with the changes made; checked as a scenario of its own."""
    document = document_of(scenario)
    for change in changes:
        change(document)
    return Scenario.model_validate(document)


def scaled(value: Any, factor: float) -> Any:
    """A series, or None, times a factor."""
    if isinstance(value, list):
        return [scaled(part, factor) for part in value]
    return value if value is None else value * factor


def raised(value: Any, by: float) -> Any:
    """A series plus an amount."""
    return [part + by for part in value] if isinstance(value, list) else value + by


# --- money


def scale_money(document: Any, factor: float) -> None:
    """Every field whose name carries usd, wherever it stands."""
    if isinstance(document, list):
        for part in document:
            scale_money(part, factor)
    elif isinstance(document, dict):
        for name, value in document.items():
            if "usd" in name.split("_"):
                document[name] = scaled(value, factor)
            else:
                scale_money(value, factor)


# --- prices


def _parts(document: Document, *path: str) -> list[Document]:
    """The items of a list somewhere in the document; [] where there are none."""
    here: Any = document
    for name in path:
        here = here.get(name) or {}
    return list(here)


def _of(document: Document, path: tuple[str | int, ...]) -> Document:
    here: Any = document
    for step in path:
        here = here[step]
    return here


def set_field(path: tuple[str | int, ...], field: str, change: Callable[[Any], Any], default: Any = None) -> Change:
    """Change a field of the part at a path; `default` stands for one that was not given."""

    def apply(document: Document) -> None:
        part = _of(document, path)
        part[field] = change(part.get(field, default))

    return apply


def drop_field(path: tuple[str | int, ...], field: str) -> Change:
    def apply(document: Document) -> None:
        _of(document, path).pop(field, None)

    return apply


def drop_item(path: tuple[str | int, ...], index: int) -> Change:
    def apply(document: Document) -> None:
        del _of(document, path)[index]  # type: ignore[arg-type]

    return apply


def revenue_prices(scenario: Scenario) -> Iterator[Named]:
    """Prices that are earned, each raised.

    Left out are a reserved contract's with tiers (its credits rise, too) and an all-or-nothing job's that was paid
    before (what is reversed rises, too).
    """
    document = document_of(scenario)
    for name in ("hashprice_usd_per_ph_day", "hashprice_btc_per_ph_day", "btc_price_usd"):
        if document.get("bitcoin", {}).get(name) is not None and document.get("fleets"):
            yield name, set_field(("bitcoin",), name, lambda v: scaled(v, 1.15))
    for i, contract in enumerate(_parts(document, "contracts")):
        here, said = ("contracts", i), f"price of {contract['name']}"
        state = document.get("state", {}).get("contracts", {}).get(contract["name"], {})
        if contract["kind"] == "reserved" and contract.get("tiers"):
            continue
        if contract["kind"] == "batch" and contract.get("all_or_nothing") and state.get("done_gpu_hours"):
            continue
        yield said, set_field(here, "price_usd_per_gpu_hour", lambda v: raised(v, 7.0), 0.0)
        if contract["kind"] == "batch":
            yield f"completion of {contract['name']}", set_field(here, "completion_usd", lambda v: raised(v, 50.0), 0.0)
    supply = document["supply"]
    if supply["energy"].get("export_price_usd_per_mwh") is not None:
        path = ("supply", "energy")
        yield "export price", set_field(path, "export_price_usd_per_mwh", lambda v: raised(v, 12.0))
    for i, product in enumerate(_parts(supply, "reserves")):
        path = ("supply", "reserves", i)
        yield f"price of {product['name']}", set_field(path, "price_usd_per_mw_h", lambda v: raised(v, 5.0))
    for i, event in enumerate(_parts(supply, "demand_response")):
        path = ("supply", "demand_response", i)
        yield f"payment of {event['name']}", set_field(path, "payment_usd_per_mwh", lambda v: v + 40.0)
    for i, deal in enumerate(_parts(supply, "ppas")):
        path = ("supply", "ppas", i)
        yield f"contract price of {deal['name']}", set_field(path, "price_usd_per_mwh", lambda v: raised(v, -9.0))


def costs(scenario: Scenario) -> Iterator[Named]:
    """Prices that are paid, each raised. Energy that cannot be resold: the caller sees to that."""
    document = document_of(scenario)
    energy, supply = document["supply"]["energy"], document["supply"]
    if energy.get("price_usd_per_mwh") is not None:
        yield "energy price", set_field(("supply", "energy"), "price_usd_per_mwh", lambda v: raised(v, 14.0))
    for k, _ in enumerate(_parts(energy, "tou", "windows")):
        path = ("supply", "energy", "tou", "windows", k)
        yield "TOU price", set_field(path, "price_usd_per_mwh", lambda v: v + 14.0)
    for k, _ in enumerate(_parts(energy, "adders")):
        yield "adder", set_field(("supply", "energy", "adders", k), "usd_per_mwh", lambda v: raised(v, 6.0))
    tariff = supply.get("tariff") or {}
    for k, period in enumerate(_parts(tariff, "energy")):
        path = ("supply", "tariff", "energy", k)

        def dearer(tiers: list[Document]) -> list[Document]:
            return [tier | {"rate_usd_per_kwh": tier["rate_usd_per_kwh"] + 0.02} for tier in tiers]

        yield f"rates of {period['name']}", set_field(path, "tiers", dearer)
    for k, charge in enumerate(_parts(tariff, "demand")):
        path = ("supply", "tariff", "demand", k)

        def more(tiers: list[Document]) -> list[Document]:
            return [tier | {"rate_usd_per_kw": tier["rate_usd_per_kw"] * 1.5} for tier in tiers]

        yield f"rates of {charge['name']}", set_field(path, "tiers", more)
    for k, _ in enumerate(_parts(tariff, "coincident")):
        yield "coincident", set_field(("supply", "tariff", "coincident", k), "rate_usd_per_kw", lambda v: v * 1.5)
    if tariff.get("fixed"):
        yield "fixed charge", set_field(("supply", "tariff", "fixed"), "usd_per_month", lambda v: v + 9.0, 0.0)
    if tariff.get("minimum"):
        yield "minimum", set_field(("supply", "tariff", "minimum"), "usd_per_month", lambda v: v + 40.0, 0.0)
    for kind, fields in (
        ("generators", ("fuel_usd_per_mwh", "start_cost_usd")),
        ("renewables", ("cost_usd_per_mwh",)),
        ("batteries", ("wear_usd_per_mwh",)),
    ):
        for k, _ in enumerate(_parts(supply, kind)):
            for field in fields:
                yield field, set_field(("supply", kind, k), field, lambda v: raised(v, 8.0), 0.0)
    if supply.get("carbon"):
        yield "carbon price", set_field(("supply", "carbon"), "price_usd_per_tonne", lambda v: v + 25.0, 0.0)
    for kind, running in (
        ("fleets", "running_cost_usd_per_machine_hour"),
        ("pools", "running_cost_usd_per_node_hour"),
    ):
        for k, _ in enumerate(_parts(document, kind)):
            yield running, set_field((kind, k), running, lambda v: v + 1.0, 0.0)
            yield "start cost", set_field((kind, k), "start_cost_usd", lambda v: v + 6.0, 0.0)
    for k, contract in enumerate(_parts(document, "contracts")):
        fields = {"reserved": ["shortfall_usd_per_gpu_hour"], "spot": []}.get(
            contract["kind"], ["penalty_usd_per_gpu_hour", "lateness_usd_per_hour"]
        )
        for field in fields:
            yield field, set_field(("contracts", k), field, lambda v: v + 10.0, 0.0)


# --- limits


def limits(scenario: Scenario) -> Iterator[Named]:
    """Limits and duties, each relaxed so that every plan stays one, with no dollar less."""
    document = document_of(scenario)
    site, supply, state = document["site"], document["supply"], document.get("state", {})
    held_on = {o["item"] for o in _parts(document, "overrides") if o.get("hold") == "on"}
    yield "import limit", set_field(("site",), "import_limit_mw", lambda v: raised(v, 0.7))
    if "export_limit_mw" in site:
        yield "export limit", set_field(("site",), "export_limit_mw", lambda v: raised(v, 0.7))
    for k, hall in enumerate(site["halls"]):
        yield f"limit of {hall['name']}", set_field(("site", "halls", k), "it_limit_mw", lambda v: raised(v, 0.4))
    for k, _ in enumerate(_parts(site, "curtailment")):
        yield "order", drop_item(("site", "curtailment"), k)
    for k, _ in enumerate(_parts(document, "overrides")):
        yield "override", drop_item(("overrides",), k)
    switched = [(("fleets", k), f) for k, f in enumerate(_parts(document, "fleets"))]
    switched += [(("pools", k), p) for k, p in enumerate(_parts(document, "pools"))]
    switched += [(("supply", "generators", k), g) for k, g in enumerate(_parts(supply, "generators"))]
    for path, item in switched:
        for field in ("min_up_hours", "min_down_hours", "ramp_mw_per_hour", "starts_per_day"):
            if item.get(field) is not None:
                yield f"{field} of {item['name']}", drop_field(path, field)
        if item.get("nodes_available") is not None and item["name"] not in held_on:
            yield "nodes available", drop_field(path, "nodes_available")
    if not supply.get("reserves"):  # what may rise is measured from the highest mode that is not barred
        for k, fleet in enumerate(_parts(document, "fleets")):
            for m, mode in enumerate(fleet["modes"]):
                if mode.get("max_ambient_c") is not None:
                    yield "barred mode", drop_field(("fleets", k, "modes", m), "max_ambient_c")
    for k, contract in enumerate(_parts(document, "contracts")):
        yield from _duties(k, contract, state.get("contracts", {}).get(contract["name"], {}))
    for k, _ in enumerate(_parts(supply, "batteries")):
        path = ("supply", "batteries", k)
        for field in ("charge_limit_mw", "discharge_limit_mw", "energy_mwh"):
            yield f"battery's {field}", set_field(path, field, lambda v: v + 0.3)
        yield "end charge", set_field(path, "end_energy_mwh", lambda v: 0.0)
    for k, engine in enumerate(_parts(supply, "generators")):
        path = ("supply", "generators", k)
        yield "generator's capacity", set_field(path, "capacity_mw", lambda v: v + 0.5)
        if engine.get("ramp_mw_per_hour") is None:  # its least load is also what it is taken to give before
            yield "generator's least load", set_field(path, "min_load_mw", lambda v: 0.0)
    for k, _ in enumerate(_parts(supply, "renewables")):
        yield "renewable's capacity", set_field(("supply", "renewables", k), "capacity_mw", lambda v: v + 0.5)
    for k, _ in enumerate(_parts(supply, "reserves")):
        for field in ("max_mw", "min_block_mw"):
            yield f"reserve's {field}", drop_field(("supply", "reserves", k), field)
    if (supply.get("carbon") or {}).get("cap_tonnes") is not None:
        yield "carbon cap", drop_field(("supply", "carbon"), "cap_tonnes")


def _duties(index: int, contract: Document, state: Document) -> Iterator[Named]:
    path, name = ("contracts", index), contract["name"]
    if contract["kind"] == "spot":
        yield f"demand of {name}", set_field(path, "demand_gpus", lambda v: raised(v, 1.0))
    if contract["kind"] == "batch" and contract.get("preemptible", True):
        yield f"most GPUs of {name}", set_field(path, "max_gpus", lambda v: v * 2.0)
    if contract.get("availability_floor") is not None:
        yield f"floor of {name}", drop_field(path, "availability_floor")
    if not contract.get("optional") and not state:
        yield f"duty of {name}", set_field(path, "optional", lambda v: True)


def add_optional(document: Document, rng: random.Random, when: Callable[[float], str]) -> str:
    """One more contract or PPA that may be declined; says which."""
    pools = [pool["name"] for pool in _parts(document, "pools")]
    periods = document["time"]["committed_periods"] + document["time"].get("look_ahead_periods", 0)
    kind = rng.choice(("spot", "batch", "reserved")) if pools else "ppa"
    if kind == "ppa":
        deal = {"name": "extra", "kind": "block", "quantity_mw": 1.0, "price_usd_per_mwh": float(rng.randint(10, 120))}
        document["supply"]["ppas"] = [*_parts(document["supply"], "ppas"), deal | {"optional": True}]
        return kind
    extra: Document = {"kind": kind, "name": "extra", "pools": pools, "optional": True}
    if kind == "spot":
        extra |= {"demand_gpus": float(rng.randint(1, 4)), "price_usd_per_gpu_hour": float(rng.randint(5, 60))}
    elif kind == "reserved":
        extra |= {"committed_gpus": float(rng.randint(1, 3)), "price_usd_per_gpu_hour": float(rng.randint(5, 60))}
        extra |= {"shortfall_usd_per_gpu_hour": float(rng.randint(0, 60))}
        extra["tiers"] = [{"below": 0.9, "credit_share": 0.4}]
    else:
        extra |= {"gpu_hours": float(rng.randint(1, 4)), "max_gpus": float(rng.randint(1, 3))}
        extra |= {"release": when(0), "deadline": when(rng.randint(1, periods)), "preemptible": rng.random() < 0.5}
        extra |= {"price_usd_per_gpu_hour": float(rng.randint(5, 60)), "penalty_usd_per_gpu_hour": 30.0}
    document["contracts"] = [*_parts(document, "contracts"), extra]
    return kind


# --- names and order

_REORDERED = (
    ("fleets",),
    ("pools",),
    ("contracts",),
    ("overrides",),
    ("site", "halls"),
    ("site", "curtailment"),
    ("supply", "energy", "adders"),
    ("supply", "renewables"),
    ("supply", "generators"),
    ("supply", "batteries"),
    ("supply", "ppas"),
    ("supply", "reserves"),
    ("supply", "demand_response"),
    ("supply", "expected_peaks"),
    ("supply", "tariff", "demand"),
    ("supply", "tariff", "taxes"),
)
"""Lists whose order says nothing. (Those of modes, tiers, windows and cooling say something.)"""
_NAMES = ("name", "hall", "pool", "pools", "providers", "item", "charge")
_BY_NAME = ("fleets", "pools", "contracts", "generators", "batteries", "ppas", "peaks_mw", "look_back_mw")


def reorder(document: Document, rng: random.Random) -> None:
    for path in _REORDERED:
        here: Any = document
        for step in path:
            here = (here or {}).get(step)
        if here:
            rng.shuffle(here)


def rename(document: Document, rng: random.Random) -> None:
    """New names for all that `reorder` moves, at random, so that their alphabetical order changes too."""
    old = []
    for path in _REORDERED:
        here: Any = document
        for step in path:
            here = (here or {}).get(step)
        old += [part["name"] for part in here or () if "name" in part]
    fresh = [f"item {k:03d}" for k in range(len(old))]
    rng.shuffle(fresh)
    names = dict(zip(old, fresh, strict=True))
    state = document.pop("state", {})
    _rename(document, names)
    _rename(state, names)
    for part in _dicts(state):
        for table in _BY_NAME:
            if isinstance(part.get(table), dict):
                part[table] = {names.get(name, name): value for name, value in part[table].items()}
    document["state"] = state


def _rename(part: Any, names: dict[str, str]) -> None:
    for here in _dicts(part):
        for field in _NAMES:
            value = here.get(field)
            if isinstance(value, str):
                here[field] = names.get(value, value)
            elif isinstance(value, list) and value and isinstance(value[0], str):
                here[field] = [names.get(name, name) for name in value]


def _dicts(part: Any) -> Iterator[Document]:
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from _dicts(value)
    elif isinstance(part, list):
        for value in part:
            yield from _dicts(value)


# --- time


def split_in_four(document: Document) -> None:
    """Each hour as four quarters that are alike."""
    time = document["time"]
    periods = time["committed_periods"] + time.get("look_ahead_periods", 0)
    for part in _dicts(document):
        for field, value in part.items():
            # Tables over temperature are no series; a list of numbers for each period is one.
            if field in {"ambient_c", "pue"} and {"ambient_c", "pue"} <= set(part) and "it_limit_mw" not in part:
                continue
            if isinstance(value, list) and len(value) == periods and all(isinstance(v, float) for v in value):
                each = 0.25 if field == "probability" else 1.0
                part[field] = [each * v for v in value for _ in range(4)]
        if isinstance(part.get("probability"), float):
            part["probability"] *= 0.25
    time["resolution_minutes"] = 15
    for field in ("committed_periods", "look_ahead_periods"):
        if time.get(field):
            time[field] *= 4


def hold_machines(document: Document, share: float, span: tuple[datetime, datetime]) -> None:
    """Every fleet held at a share of its full power, every pool on (or, at no share, all off)."""
    window = {"start": span[0].isoformat(), "end": span[1].isoformat()}
    held = _parts(document, "overrides")
    for fleet in _parts(document, "fleets"):
        if share == 0.0:
            held.append({"item": fleet["name"], "hold": "off"} | window)
        elif share == 1.0:
            held.append({"item": fleet["name"], "hold": "on"} | window)
        else:
            full = max(mode["power_w"] for mode in fleet["modes"]) * fleet["units"] / 1e6
            held.append({"item": fleet["name"], "power_mw": share * full} | window)
    for pool in _parts(document, "pools"):
        held.append({"item": pool["name"], "hold": "on" if share else "off"} | window)
    if share == 0.0:
        for kind in ("generators", "batteries", "renewables"):
            for item in _parts(document["supply"], kind):
                held.append({"item": item["name"], "hold": "off"} | window)
    document["overrides"] = held
