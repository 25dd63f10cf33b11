"""The measured and the required number of an answer as a table shows them."""

from collections.abc import Callable, Mapping
from datetime import date

from roadmap.overview.speech import STAGES, Speech
from roadmap.readiness.answers import Answer, Code, Status, Value
from roadmap.readiness.sentences import share_text, target_text
from roadmap.web.i18n import _
from roadmap.web.templating import day, number, percent

_SHARES = frozenset(
    {Code.MECH_PRECISION, Code.MECH_RECALL, Code.QA_ACCURACY, Code.OVERTURN_RATE, Code.LEAKAGE}
)
_CEILINGS = frozenset({"overturn_rate", "leakage"})
_Texts = tuple[str, str]


def _number(value: Value) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _day(value: Value) -> str:
    if not isinstance(value, str):
        return _("no date")
    try:
        return day(date.fromisoformat(value))
    except ValueError:
        return value


def _target(values: Mapping[str, Value]) -> str:
    target = _number(values.get("target"))
    if target is None:
        return ""
    sign = "≤" if values.get("metric") in _CEILINGS else "≥"
    return f"{sign} {target_text(target)}"


def _share(values: Mapping[str, Value], _answer: Answer, _speech: Speech) -> _Texts:
    share, n = _number(values.get("share")), _number(values.get("n"))
    if share is None:
        return _("none"), _target(values)
    return _("%(share)s of %(n)s", share=share_text(share), n=number(n)), _target(values)


def _thin(values: Mapping[str, Value], answer: Answer, _speech: Speech) -> _Texts:
    n, needed = _number(values.get("n")), _number(values.get("labels_needed"))
    if answer.why == "thin" and needed:
        return _("%(n)s labels", n=number(n)), _("%(n)s labels", n=number(needed))
    if answer.why == "beside_fail":
        lower, upper = _number(values.get("lower")), _number(values.get("upper"))
        if lower is not None and upper is not None:
            return f"{share_text(lower)} – {share_text(upper)}", _target(values)
    return (_("none") if not n else _("%(n)s labels", n=number(n))), _target(values)


def _stale(values: Mapping[str, Value], _answer: Answer, _speech: Speech) -> _Texts:
    age, most = values.get("age_days"), values.get("max_age_days")
    return _("%(days)s days", days=age or "?"), _("≤ %(days)s days", days=most or "?")


def _version(values: Mapping[str, Value], _answer: Answer, _speech: Speech) -> _Texts:
    return _("another one"), str(values.get("configuration") or "")


def _coverage(values: Mapping[str, Value], answer: Answer, _speech: Speech) -> _Texts:
    if answer.passes:
        return _("covered"), _("covered")
    covered, total = _number(values.get("covered")), _number(values.get("total"))
    if covered is None or not total:
        return _("none"), _("every cell")
    return percent(covered / total), "100 %"


def _stage(values: Mapping[str, Value], _answer: Answer, _speech: Speech) -> _Texts:
    stage, required = values.get("stage"), values.get("required_stage")
    return (
        _(STAGES.get(str(stage), str(stage))) if stage else _("none"),
        _(STAGES.get(str(required), str(required))) if required else "",
    )


def _languages(values: Mapping[str, Value], _answer: Answer, speech: Speech) -> _Texts:
    codes = [c for c in str(values.get("languages") or "").split(", ") if c]
    language = values.get("language")
    wanted = speech.word("language", str(language)) if language else ""
    return ", ".join(speech.word("language", c) for c in codes) or _("none"), wanted


def _heads(values: Mapping[str, Value], _answer: Answer, _speech: Speech) -> _Texts:
    needed = _number(values.get("needed"))
    if needed is None:
        return _("none"), _("a number of heads")
    return number(_number(values.get("certified"))), f"≥ {number(needed)}"


def _checklist(_values: Mapping[str, Value], answer: Answer, _speech: Speech) -> _Texts:
    said = {
        Status.PASS: _("yes"),
        Status.FAIL: _("no"),
        Status.STALE: _("expired"),
        Status.NOT_APPLICABLE: _("not applicable"),
    }
    return said.get(answer.status, _("no answer")), _("yes")


def _dependency(values: Mapping[str, Value], answer: Answer, _speech: Speech) -> _Texts:
    if answer.why == "live":
        return _("live"), _("live")
    own = values.get("own_start")
    return _day(values.get("starts_on")), _("by %(day)s", day=_day(own)) if own else ""


def _requirement(values: Mapping[str, Value], _answer: Answer, _speech: Speech) -> _Texts:
    count = values.get("open")
    if not isinstance(count, int) or not values.get("criteria"):
        return _("no criteria"), _("0 open")
    return _("%(count)s open", count=count), _("0 open")


def _guard(values: Mapping[str, Value], _answer: Answer, _speech: Speech) -> _Texts:
    value, limit = _number(values.get("value")), _number(values.get("limit"))
    return number(value, 3) or _("none"), number(limit, 3)


def _appeals(_values: Mapping[str, Value], answer: Answer, _speech: Speech) -> _Texts:
    if answer.passes:
        return _("a staffed queue"), _("a staffed queue")
    why = answer.why.removesuffix("_harm")
    said = {
        "automated_only": _("automation only"),
        "unstaffed": _("not staffed"),
        "inactive": _("switched off"),
    }
    return said.get(why, _("none")), _("a staffed queue")


def _load(values: Mapping[str, Value], answer: Answer, _speech: Speech) -> _Texts:
    used, high = _number(answer.measured), _number(values.get("high"))
    if answer.required is None:
        return "", ""
    if answer.why == "at_high" and high is not None:
        return _("up to %(share)s", share=percent(high)), "≤ 100 %"
    return (_("not known") if used is None else percent(used)), "≤ 100 %"


def _in_time(values: Mapping[str, Value], _answer: Answer, _speech: Speech) -> _Texts:
    met, promised = _number(values.get("met")), _number(values.get("promised"))
    return (
        _("not known") if met is None else percent(met),
        "" if promised is None else f"≥ {percent(promised)}",
    )


def _people(_values: Mapping[str, Value], answer: Answer, _speech: Speech) -> _Texts:
    wanted, there = _number(answer.measured), _number(answer.required)
    if wanted is None or there is None:
        return "", ""
    return _("%(hours)s h", hours=number(there)), f"≥ {_('%(hours)s h', hours=number(wanted))}"


def _wrongful(_values: Mapping[str, Value], answer: Answer, _speech: Speech) -> _Texts:
    found, limit = _number(answer.measured), _number(answer.required)
    return number(found, 2) or _("not known"), "" if limit is None else f"≤ {number(limit, 2)}"


_BY_CODE: Mapping[str, Callable[[Mapping[str, Value], Answer, Speech], _Texts]] = {
    **dict.fromkeys(_SHARES, _share),
    Code.EVIDENCE_THIN: _thin,
    Code.METRIC_STALE: _stale,
    Code.VERSION_MISMATCH: _version,
    Code.COV_GAP: _coverage,
    Code.COV_LANG: _coverage,
    Code.MECH_STAGE: _stage,
    Code.APPEAL_PATH: _appeals,
    Code.POLICY_L10N: _languages,
    Code.TRAINING: _heads,
    Code.CHECKLIST: _checklist,
    Code.DEPENDENCY: _dependency,
    Code.REQUIREMENT_OPEN: _requirement,
    Code.GUARD_METRIC: _guard,
    **dict.fromkeys((Code.CAP_OVERLOAD, Code.CAP_SHARED, Code.APPEAL_CAP, Code.COST_OVER), _load),
    Code.CAP_SLA: _in_time,
    Code.CAP_SKILL: _people,
    Code.SELLER_HARM: _wrongful,
}


def _texts(answer: Answer, speech: Speech) -> _Texts:
    told = _BY_CODE.get(answer.code)
    if told is None:
        return "", ""
    return told(dict(answer.params), answer, speech)


def measured_text(answer: Answer, speech: Speech) -> str:
    """Return what was measured, as a table shows it; empty where nothing is counted."""
    return _texts(answer, speech)[0]


def required_text(answer: Answer, speech: Speech) -> str:
    """Return what is required, as a table shows it; empty where nothing is counted."""
    return _texts(answer, speech)[1]
