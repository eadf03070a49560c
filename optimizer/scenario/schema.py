"""The published JSON Schema of a scenario."""

from __future__ import annotations

import json
from typing import Any

from optimizer.scenario.scenario import Scenario


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a scenario document, with the fields' descriptions."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Scenario.model_json_schema()


def schema_text() -> str:
    """The schema as it is published in `scenarios/schema.json`."""
    return json.dumps(schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
