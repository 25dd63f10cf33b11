"""The reference part of docs/workspace.md, written from the schema so that it cannot drift."""

from functools import cache
from typing import Any

from roadmap.exchange.workspace.fields import LARGEST_INT
from roadmap.exchange.workspace.problems import form_words
from roadmap.exchange.workspace.schema import json_schema

START = "<!-- reference: written by `python -m roadmap.exchange.workspace.reference` -->"
_WORDS = {"array": "list", "string": "text", "integer": "whole number", "boolean": "yes or no"}


@cache
def _schema() -> dict[str, Any]:
    return json_schema()


def reference() -> str:
    """Return one table for the document and for each part, in the order in which they are used."""
    schema = _schema()
    parts: dict[str, Any] = schema["$defs"]
    lines = [START, "", *_table("The document", schema)]
    for name in _in_order_of_use(schema, parts):
        if parts[name].get("type") == "object":
            lines += _table(name.removesuffix("Part"), parts[name])
    return "\n".join(lines).rstrip() + "\n"


def _in_order_of_use(schema: dict[str, Any], parts: dict[str, Any]) -> list[str]:
    found: list[str] = []
    waiting = [schema]
    while waiting:
        for target in _targets(waiting.pop(0).get("properties", {})):
            if target not in found:
                found.append(target)
                waiting.append(parts[target])
    return found


def _targets(value: Any) -> list[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            return [value["$ref"].rpartition("/")[2]]
        return [target for item in value.values() for target in _targets(item)]
    if isinstance(value, list):
        return [target for item in value for target in _targets(item)]
    return []


def _table(title: str, part: dict[str, Any]) -> list[str]:
    needed = part.get("required", [])
    lines = [f"### {title}", "", part.get("description", "").replace("\n", " "), ""]
    lines += ["| field | value | left out |", "|---|---|---|"]
    for name, field in part["properties"].items():
        default = "not allowed" if name in needed else _default(field.get("default"))
        lines.append(f"| `{name}` | {_value(field)} | {default} |")
    return [*lines, ""]


def _default(value: Any) -> str:
    if value is None:
        return "nothing"
    if value in ([], {}, ""):
        return "empty"
    return f"`{value}`".replace("True", "true").replace("False", "false")


def _value(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return _value(next(one for one in field["anyOf"] if one.get("type") != "null"))
    if "$ref" in field:
        return _named(field["$ref"].rpartition("/")[2])
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {_value(field.get('items', {}))}"
    if field.get("description", "").startswith("A day"):
        return "day"
    if field.get("description", "").startswith("A moment"):
        return "moment"
    kind = str(field.get("type", "anything"))
    return _WORDS.get(kind, kind) + _bounds(field)


def _named(name: str) -> str:
    shown = name.removesuffix("Part")
    target = _schema()["$defs"][name]
    if "enum" in target:
        return ", ".join(f"`{value}`" for value in target["enum"])
    return f"[{shown}](#{shown.lower()})"


def _bounds(field: dict[str, Any]) -> str:
    words = []
    if "pattern" in field:
        words.append(form_words(field["pattern"]))
    if "exclusiveMinimum" in field:
        words.append(f"above {field['exclusiveMinimum']:g}")
    if "minimum" in field:
        words.append(f"from {field['minimum']:g}")
    if "exclusiveMaximum" in field:
        words.append(f"below {field['exclusiveMaximum']:g}")
    if field.get("maximum", LARGEST_INT) < LARGEST_INT:
        words.append(f"to {field['maximum']:g}")
    if "maxLength" in field:
        words.append(f"at most {field['maxLength']} characters")
    return f", {', '.join(words)}" if words else ""


if __name__ == "__main__":
    print(reference(), end="")  # noqa: T201 - its purpose
