"""What people call the checks."""

from collections.abc import Mapping

from roadmap.readiness.answers import Code
from roadmap.web.i18n import _
from roadmap.wording import N_

TITLES: Mapping[str, str] = {
    Code.COV_GAP: N_("Coverage"),
    Code.COV_LANG: N_("Coverage in the language"),
    Code.MECH_STAGE: N_("Stage of a mechanism"),
    Code.MECH_PRECISION: N_("Precision"),
    Code.MECH_RECALL: N_("Recall"),
    Code.QA_ACCURACY: N_("QA accuracy"),
    Code.OVERTURN_RATE: N_("Overturn rate"),
    Code.LEAKAGE: N_("Leakage"),
    Code.EVIDENCE_THIN: N_("Evidence"),
    Code.METRIC_STALE: N_("Freshness of evidence"),
    Code.VERSION_MISMATCH: N_("Evidence of what is deployed"),
    Code.APPEAL_PATH: N_("Appeal path to people"),
    Code.POLICY_L10N: N_("Guideline in the language"),
    Code.TRAINING: N_("Certified reviewers"),
    Code.CHECKLIST: N_("Checklist"),
    Code.DEPENDENCY: N_("Depends on another launch"),
    Code.REQUIREMENT_OPEN: N_("Requirement accepted"),
    Code.CAP_OVERLOAD: N_("Capacity of the queue"),
    Code.CAP_SLA: N_("SLA of the queue"),
    Code.CAP_SHARED: N_("Capacity shared with others"),
    Code.CAP_SKILL: N_("People for each language"),
    Code.APPEAL_CAP: N_("Capacity for appeals"),
    Code.FALLBACK: N_("While a step is off or full"),
    Code.SELLER_HARM: N_("Harm to sellers"),
    Code.COST_OVER: N_("Cost within budget"),
    Code.SIGNOFF_MISSING: N_("Signature"),
    Code.SIGNOFF_STALE: N_("Signature overtaken"),
    Code.WAIVER_EXPIRED: N_("Waiver expired"),
    Code.GUARD_METRIC: N_("Guard metric"),
}


def title_of(code: str) -> str:
    """Return what people call a check."""
    return _(TITLES.get(code, code))
