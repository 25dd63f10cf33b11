"""Answers as sentences, rendered for one reader after authorisation.

A verdict stores codes, numbers and ids. Here they become one sentence with the measured and the
required number, and one with the smallest fix. What the reader may not see is never named.
"""

from collections.abc import Callable, Mapping

from roadmap.readiness.answers import Answer, Code, Params, Status, Value
from roadmap.readiness.phrases import FALLBACK, FIXES, SAYS
from roadmap.readiness.phrases_capacity import remedies_template
from roadmap.readiness.verdict import Verdict, Word
from roadmap.wording import N_, hours_text

Translate = Callable[[str], str]
MaySee = Callable[[int], bool]
NameOf = Callable[[int], str]


def share_text(value: float, digits: int = 3) -> str:
    """Write a share as people quote it: .829; a whole 1 stays 1."""
    text = f"{value:.{digits}f}"
    return text[1:] if text.startswith("0.") else text


def target_text(value: float) -> str:
    """Write a target with two digits, or three where it has them: .90, .955."""
    return share_text(value, 2 if abs(value * 100 - round(value * 100)) < 1e-9 else 3)


def percent_text(value: float) -> str:
    """Write a share in percent with one decimal where it has one: 119.6 %, 56 %."""
    return f"{value * 100:.1f}".removesuffix(".0") + " %"


def beside_text(written: str, may_see: MaySee, name_of: NameOf, translate: Translate) -> str:
    """Write who shares a queue: those the reader may see by name, the others as a number.

    ``written`` is how answers keep it: ids with hours of handling, as in `1=210.0;7=30.0`.
    """
    named, hidden, hours = [], 0, 0.0
    for one in filter(None, written.split(";")):
        number, _sign, amount = one.partition("=")
        if may_see(int(number)):
            named.append(name_of(int(number)))
        else:
            hidden, hours = hidden + 1, hours + float(amount)
    if hidden:
        template = (
            N_("1 confidential launch (%(hours)s h)")
            if hidden == 1
            else N_("%(count)s confidential launches (%(hours)s h)")
        )
        named.append(translate(template) % {"count": hidden, "hours": f"{hours:,.0f}"})
    return ", ".join(named) or translate(N_("the base load"))


def _whole(value: float) -> str:
    return f"{round(value):,}"


def _money(value: float) -> str:
    return f"{value / 100:,.0f}"


# How a number is written, by the name it has in a sentence; the others as they are.
_FORMATS: Mapping[str, Callable[[float], str]] = {
    "target": target_text,
    "precision": lambda value: target_text(round(value, 3)),
    "sla_hours": hours_text,
    **dict.fromkeys(("share", "lower", "upper"), share_text),
    **dict.fromkeys(("actions", "wrongful"), _whole),
    **dict.fromkeys(
        ("alone", "together", "high", "met", "promised", "used", "fit_share", "expired"),
        percent_text,
    ),
    **dict.fromkeys(("cost", "budget", "over"), _money),
}


def _shown(name: str, value: Value) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return value.replace("_", " ").replace("qa ", "QA ") if name == "metric" else value
    if name in _FORMATS:
        return _FORMATS[name](float(value))
    if isinstance(value, float):
        return f"{value:,.0f}" if value == round(value) else f"{value:,.3g}"
    return f"{value:,}"


def _values(params: Params) -> dict[str, str]:
    shown = {name: _shown(name, value) for name, value in params}
    raw = dict(params)
    covered, total = raw.get("covered"), raw.get("total")
    if isinstance(covered, int) and isinstance(total, int) and total > 0:
        shown["percent"] = f"{100 * covered / total:.1f}"
    return shown


class _Known(dict[str, str]):
    """Values of a sentence; a value that was not recorded shows as a dash."""

    def __missing__(self, name: str) -> str:
        return "–"


def _fill(template: str, values: Mapping[str, str]) -> str:
    return template % _Known(values)


def _launch_values(
    answer: Answer, may_see: MaySee, name_of: NameOf, translate: Translate
) -> dict[str, str] | None:
    """Return other launches by name; None if the reader must not learn which the predecessor is."""
    values = dict(answer.params)
    if isinstance(beside := values.get("beside"), str):
        return {"beside": beside_text(beside, may_see, name_of, translate)}
    launch_id = values.get("launch_id")
    if not isinstance(launch_id, int):
        return {}
    if not may_see(launch_id):
        return None
    return {"launch": name_of(launch_id)}


def say(
    answer: Answer,
    *,
    may_see: MaySee,
    name_of: NameOf,
    translate: Translate = str,
) -> str:
    """Return the sentence of an answer.

    `may_see` tells whether the reader may know of a launch id, `name_of` gives its key or title.
    """
    extra = _launch_values(answer, may_see, name_of, translate)
    if extra is None:
        return translate(N_("Depends on 1 confidential launch."))
    why = "thin_empty" if answer.why == "thin" and not dict(answer.params).get("n") else answer.why
    template = SAYS.get((answer.code, why)) or FALLBACK[answer.status]
    values = {"code": str(answer.code), "scope": answer.scope or "", **_values(answer.params)}
    return _fill(translate(template), {**values, **extra})


def say_fix(
    answer: Answer,
    *,
    may_see: MaySee,
    name_of: NameOf,
    translate: Translate = str,
) -> str | None:
    """Return the smallest fix as a sentence, or None where nothing is to do."""
    if answer.fix is None:
        return None
    extra = _launch_values(answer, may_see, name_of, translate)
    if extra is None:
        return translate(N_("Ask the owner of this launch about its dependencies."))
    values = {"code": str(answer.code), **_values(answer.fix_params)}
    # What people do is measured on a guideline version; it has no configuration to name.
    plain = f"{answer.fix}_plain" if not values.get("configuration") else answer.fix
    template = remedies_template(answer.fix, translate)
    if template is None:
        template = translate(FIXES.get(plain) or FIXES[answer.fix])
    return _fill(template, {**values, **extra})


def headline(verdict: Verdict, translate: Translate = str) -> str:
    """Return the verdict in a few words, as a board shows it."""
    if verdict.word is Word.NOT_ASSESSED:
        template = N_("Not assessed: %(answered)s of %(needed)s answers needed")
    elif verdict.word is Word.CONDITIONAL and verdict.waived == 1:
        template = N_("GO with 1 waiver")
    else:
        template = {
            Word.NOT_READY: N_("Not ready: %(failing)s of %(needed)s checks fail"),
            Word.HOLD: N_("Hold: %(answered)s of %(needed)s answered"),
            Word.CONDITIONAL: N_("GO with %(waived)s waivers"),
            Word.READY: N_("Ready"),
            Word.LIVE_OK: N_("Live, guard metrics within limits"),
            Word.LIVE_BREACH: N_("Live, a guard metric is breached"),
        }[verdict.word]
    failing = {
        a.question
        for a in verdict.reasons
        if a.is_required
        and a.status is Status.FAIL
        and a.waiver_id is None
        and a.code != Code.WAIVER_EXPIRED
    }
    values = {
        "answered": str(verdict.answered),
        "needed": str(verdict.needed),
        "waived": str(verdict.waived),
        "failing": str(len(failing)),
    }
    return _fill(translate(template), values)
