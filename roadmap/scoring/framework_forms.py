"""What the page of a framework posts: a definition, or what is wrong with it and where."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from roadmap.scoring.expression import FormulaError
from roadmap.scoring.formulas import LARGEST_INPUT
from roadmap.scoring.frameworks import (
    METHOD_CRITERIA,
    Criterion,
    FrameworkDef,
    FrameworkError,
    Level,
    Method,
)
from roadmap.scoring.normalise import Direction
from roadmap.web.i18n import gettext
from roadmap.web.text import forbidden_character
from roadmap.wording import N_

# Lines for criteria: those there are and some more, up to so many.
MORE, MOST = 3, 16
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
METHODS: Mapping[Method, str] = {
    Method.WEIGHTED: N_("Weighted sum: each criterion put on 0 to 100, times its weight"),
    Method.CUSTOM: N_("Own formula over the criteria"),
    Method.RICE: N_("RICE: reach × impact × confidence ÷ effort"),
    Method.WSJF: N_("WSJF: cost of delay in three parts ÷ job size"),
    Method.CD3: N_("CD3: cost of delay ÷ duration"),
    Method.ICE: N_("ICE: impact, confidence, ease"),
}
_TEXTS = ("code", "name", "scale", "low", "high", "direction", "weight", "rubric")
_LEVEL = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)\s*[:=]\s*(\S.*)", re.DOTALL)


@dataclass
class Typed:
    """Everything typed, by field; errors by field; where the formula is wrong."""

    values: dict[str, str] = field(default_factory=dict)
    lines: list[dict[str, str]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    position: int | None = None

    @property
    def marked(self) -> tuple[str, str, str] | None:
        """Return the formula before, at and after the place that is wrong."""
        if self.position is None:
            return None
        text = self.values.get("expression", "")
        at = min(self.position, len(text))
        return text[:at], text[at : at + 1] or " ", text[at + 1 :]


def typed_from(framework: FrameworkDef) -> Typed:
    """Return a definition as the form shows it, with some empty lines."""
    found = Typed(
        {
            "code": framework.code,
            "name": framework.name,
            "method": framework.method.value,
            "expression": framework.expression or "",
            "variant": framework.params.get("variant", "product"),
        }
    )
    for criterion in framework.criteria:
        found.lines.append(
            {
                "code": criterion.code,
                "name": criterion.name,
                "scale": ", ".join(f"{step:g}" for step in criterion.scale or ()),
                "low": _text(criterion.low),
                "high": _text(criterion.high),
                "direction": criterion.direction,
                "weight": f"{criterion.weight:g}",
                "rubric": "\n".join(
                    level.text if level.value is None else f"{level.value:g}: {level.text}"
                    for level in criterion.rubric
                ),
            }
        )
    return with_empty_lines(found)


def with_empty_lines(typed: Typed) -> Typed:
    """Add lines to fill in, where the method lets criteria be chosen."""
    if typed.values.get("method") in {"weighted", "custom"}:
        filled = [line for line in typed.lines if line.get("code") or line.get("name")]
        wanted = min(MOST, max(len(typed.lines), len(filled) + MORE))
        typed.lines += [dict.fromkeys(_TEXTS, "") for _ in range(wanted - len(typed.lines))]
    return typed


def _text(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def fixed_lines(method: Method) -> list[dict[str, str]]:
    """Return the criteria a fixed method computes with, to be named and described."""
    last = METHOD_CRITERIA[method][-1] if method is not Method.ICE else ""
    return [
        {
            **dict.fromkeys(_TEXTS, ""),
            "code": code,
            "name": code.replace("_", " ").capitalize(),
            "direction": "less" if code == last else "more",
            "weight": "1",
        }
        for code in METHOD_CRITERIA[method]
    ]


def read_framework(
    posted: Mapping[str, str], code: str | None
) -> tuple[FrameworkDef | None, Typed]:
    """Return the definition posted, None with errors; ``code`` names the one being changed."""
    typed = Typed({name: value.strip() for name, value in posted.items()})
    typed.values["code"] = code or typed.values.get("code", "")
    for name, value in typed.values.items():
        if forbidden_character(value):
            typed.errors[name] = gettext("This holds a character that cannot be stored. Remove it.")
    if not CODE.fullmatch(typed.values["code"]) and code is None:
        typed.errors["code"] = gettext("Use small letters, digits and _, beginning with a letter.")
    if not 0 < len(typed.values.get("name", "")) <= 120:
        typed.errors["name"] = gettext("Give it a name of at most 120 characters.")
    try:
        method = Method(typed.values.get("method", ""))
    except ValueError:
        typed.errors["method"] = gettext("Choose how the score is computed.")
        return None, with_empty_lines(typed)
    criteria = _criteria(typed)
    if typed.errors:
        return None, with_empty_lines(typed)
    return _definition(typed, method, tuple(criteria)), with_empty_lines(typed)


def _definition(
    typed: Typed, method: Method, criteria: tuple[Criterion, ...]
) -> FrameworkDef | None:
    try:
        return FrameworkDef(
            typed.values["code"],
            1,
            typed.values["name"],
            method,
            criteria,
            expression=typed.values.get("expression", "") if method is Method.CUSTOM else None,
            params={"variant": typed.values.get("variant", "")} if method is Method.ICE else {},
        )
    except FormulaError as error:
        typed.errors["expression"] = error.sentence.text(gettext)
        typed.position = error.position
    except FrameworkError as error:
        typed.errors["criteria"] = error.sentence.text(gettext)
    return None


def _criteria(typed: Typed) -> list[Criterion]:
    found = []
    for place in range(MOST):
        line = {name: typed.values.get(f"c{place}.{name}", "") for name in _TEXTS}
        if not any(said for name, said in line.items() if name != "direction"):
            continue
        typed.lines.append(line)
        criterion = _criterion(typed, len(typed.lines) - 1, line)
        if criterion is not None:
            found.append(criterion)
    return found


def _criterion(typed: Typed, place: int, line: Mapping[str, str]) -> Criterion | None:
    before = len(typed.errors)

    def refuse(name: str, sentence: str) -> None:
        typed.errors[f"c{place}.{name}"] = sentence

    if not CODE.fullmatch(line["code"]):
        refuse("code", gettext("Use small letters, digits and _, beginning with a letter."))
    if not 0 < len(line["name"]) <= 80:
        refuse("name", gettext("Give the criterion a name of at most 80 characters."))
    words = [word for word in re.split(r"[;,\s]+", line["scale"]) if word]
    scale = [number for word in words if (number := _number(word)) is not None]
    if len(scale) < len(words):
        refuse("scale", gettext("Write the levels as numbers: 3, 2, 1, 0.5."))
    ends: dict[str, float | None] = {}
    for name in ("low", "high", "weight"):
        ends[name] = _number(line[name])
        if line[name] and ends[name] is None:
            refuse(name, gettext("Write a number such as 10 or 0.5."))
    if len(line["rubric"]) > 4_000:
        refuse("rubric", gettext("Say it in at most 4,000 characters."))
    if len(typed.errors) > before:
        return None
    direction: Direction = "less" if line["direction"] == "less" else "more"
    return Criterion(
        line["code"],
        line["name"],
        scale=tuple(scale) or None,
        low=ends["low"],
        high=ends["high"],
        direction=direction,
        weight=1.0 if ends["weight"] is None else ends["weight"],
        rubric=_rubric(line["rubric"]),
    )


def _number(text: str) -> float | None:
    if not re.fullmatch(r"-?[0-9]{1,13}(\.[0-9]{1,9})?", text):
        return None
    number = float(text)
    return number if math.isfinite(number) and abs(number) <= LARGEST_INPUT else None


def _rubric(text: str) -> tuple[Level, ...]:
    """Read one level a line: ``3: The problem is gone``, or a hint without a number."""
    levels = []
    for line in text.splitlines():
        said = line.strip()
        match = _LEVEL.fullmatch(said)
        if match:
            levels.append(Level(float(match[1]), match[2]))
        elif said:
            levels.append(Level(None, said))
    return tuple(levels)
