"""The JSON Schema of what ``planner-tui export json`` writes, from the records themselves."""

from __future__ import annotations

import inspect
import json
from typing import Any

import msgspec

from planner.exporters.json import FORMAT, VERSION
from planner.importers.rows import columns
from planner.plan_rows import TABLES


def plan_schema() -> str:
    """Return docs/plan.schema.json: the shape of a project as JSON."""
    _, parts = msgspec.json.schema_components(TABLES, ref_template="#/$defs/{name}")
    for table in TABLES:
        row = parts[table.__name__]
        _, needed, _ = columns(table)
        row["required"] = [name for name in table.__struct_fields__ if name in needed]
        row["additionalProperties"] = False
    for part in parts.values():
        part["description"] = inspect.cleandoc(part["description"])
    tables: dict[str, Any] = {
        table.TABLE: {"type": "array", "items": {"$ref": f"#/$defs/{table.__name__}"}}
        for table in TABLES
    }
    tables["project"] |= {"minItems": 1, "maxItems": 1}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A project of planner-tui",
        "description": "All of one project, as planner-tui export json writes it: each table's rows.",
        "type": "object",
        "properties": {
            "format": {"const": FORMAT},
            "version": {"const": VERSION},
            "tables": {
                "type": "object",
                "properties": tables,
                "required": ["project"],
                "additionalProperties": False,
            },
        },
        "required": ["format", "version", "tables"],
        "$defs": dict(sorted(parts.items())),
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
