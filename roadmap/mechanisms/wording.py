"""What mechanisms, their metrics and their changes are called on pages."""

from roadmap.mechanisms.kinds import FailMode, LabelSource, MechanismKind, Metric, Sampling, Stage
from roadmap.mechanisms.queries import (
    configuration_labels,
    mechanism_names,
    site_names,
    team_names,
)
from roadmap.taxonomy.queries import Options
from roadmap.taxonomy.wording import Row, Words, added_or_removed, coded, either
from roadmap.web.i18n import _
from roadmap.web.templating import number, percent
from roadmap.wording import N_

KINDS: dict[MechanismKind, str] = {
    MechanismKind.REVIEW_QUEUE: N_("Review queue"),
    MechanismKind.APPEALS_QUEUE: N_("Appeals queue"),
    MechanismKind.ESCALATION_DESK: N_("Escalation desk"),
    MechanismKind.QA_PROGRAM: N_("QA program"),
    MechanismKind.USER_REPORT_CHANNEL: N_("User report channel"),
    MechanismKind.CLASSIFIER: N_("Classifier"),
    MechanismKind.RULE: N_("Rule"),
    MechanismKind.HASH_MATCH: N_("Hash match"),
    MechanismKind.LLM_JUDGE: N_("LLM judge"),
    MechanismKind.KEYWORD_BANK: N_("Keyword bank"),
    MechanismKind.SELLER_VERIFICATION: N_("Seller verification"),
}
PURPOSES: dict[MechanismKind, str] = {
    MechanismKind.REVIEW_QUEUE: N_("People decide on items before or after publication."),
    MechanismKind.APPEALS_QUEUE: N_("People decide again when a seller objects."),
    MechanismKind.ESCALATION_DESK: N_("Specialists take what reviewers cannot decide."),
    MechanismKind.QA_PROGRAM: N_("A second look at a sample of decisions."),
    MechanismKind.USER_REPORT_CHANNEL: N_("Buyers and sellers report what they see."),
    MechanismKind.CLASSIFIER: N_("A model scores items against a threshold."),
    MechanismKind.RULE: N_("A condition over an item's fields."),
    MechanismKind.HASH_MATCH: N_("Known bad content is recognised again."),
    MechanismKind.LLM_JUDGE: N_("A language model judges by a written rubric."),
    MechanismKind.KEYWORD_BANK: N_("Lists of words and patterns."),
    MechanismKind.SELLER_VERIFICATION: N_("Sellers are checked before they may sell."),
}
STAGES: dict[Stage, str] = {
    Stage.DRAFT: N_("Draft: being prepared"),
    Stage.SHADOW: N_("Shadow: scores, without effect"),
    Stage.MONITOR: N_("Monitor: routes to people"),
    Stage.ENFORCE: N_("Enforce: acts"),
    Stage.PAUSED: N_("Paused: switched off for now"),
    Stage.RETIRED: N_("Retired: switched off for good"),
}
METRICS: dict[Metric, str] = {
    Metric.PRECISION: N_("Precision"),
    Metric.RECALL: N_("Recall"),
    Metric.QA_ACCURACY: N_("QA accuracy"),
    Metric.OVERTURN_RATE: N_("Overturn rate"),
    Metric.LEAKAGE: N_("Leakage"),
    Metric.APPEAL_RATE: N_("Appeal rate"),
    Metric.PREVALENCE: N_("Prevalence"),
    Metric.VIOLATION_RATE: N_("Violation rate"),
    Metric.AUTO_ACTION_RATE: N_("Auto-action rate"),
    Metric.AUTOMATED_SHARE: N_("Automated share of actions"),
    Metric.HUMAN_REVIEW_RATE: N_("Human review rate"),
}
# Metric -> what is divided by what.
FRACTIONS: dict[Metric, str] = {
    Metric.PRECISION: N_("rightly flagged ÷ all flagged"),
    Metric.RECALL: N_("violations found ÷ all violations"),
    Metric.QA_ACCURACY: N_("QA agreed ÷ QA sampled"),
    Metric.OVERTURN_RATE: N_("appeals granted ÷ appeals decided"),
    Metric.LEAKAGE: N_("violations not acted on ÷ all violations"),
    Metric.APPEAL_RATE: N_("appeals ÷ actions"),
    Metric.PREVALENCE: N_("violations ÷ all items, in a random sample"),
    Metric.VIOLATION_RATE: N_("violations ÷ reviewed"),
    Metric.AUTO_ACTION_RATE: N_("auto-actioned ÷ all items"),
    Metric.AUTOMATED_SHARE: N_("automated ÷ all actions"),
    Metric.HUMAN_REVIEW_RATE: N_("sent to a person ÷ all items"),
}
SAMPLINGS: dict[Sampling, str] = {
    Sampling.RANDOM: N_("Random"),
    Sampling.STRATIFIED: N_("Stratified"),
    Sampling.FLAGGED_ONLY: N_("Flagged items only"),
    Sampling.CENSUS: N_("Census: every item"),
}
LABEL_SOURCES: dict[LabelSource, str] = {
    LabelSource.HUMAN: N_("Reviewers"),
    LabelSource.EXPERT: N_("Experts"),
    LabelSource.QA: N_("QA"),
    LabelSource.APPEALS: N_("Appeals"),
    LabelSource.LLM_WITH_HUMAN_AUDIT: N_("A model, audited by people"),
    LabelSource.LLM_ONLY: N_("A model alone"),
}
FAIL_MODES: dict[FailMode, str] = {
    FailMode.CLOSED: N_("Closed: items are held or go to people"),
    FailMode.OPEN: N_("Open: items are published"),
}


def _scope(row: Row, offered: Options) -> str:
    parts = ("market", "language", "surface", "policy_area")
    codes = [(part, either(row.get(f"{part}_code"))) for part in parts]
    return ", ".join(offered.name(part, code) for part, code in codes if code) or _("everything")


def _certified(row: Row, offered: Options) -> str:
    language = offered.name("language", either(row.get("language_code")))
    return f"{either(row.get('heads'))} × {language}"


MECHANISM_WORDS = Words(
    actions={
        "mechanism.registered": N_("registered it"),
        "mechanism.edited": N_("edited it"),
        "mechanism.stage_moved": N_("switched its stage"),
        "mechanism.coverage_added": N_("declared coverage"),
        "mechanism.coverage_removed": N_("took coverage back"),
        "mechanism.staffing_attested": N_("attested staffing"),
        "mechanism.kill_switch_rehearsed": N_("rehearsed the kill switch"),
        "mechanism.handed_over": N_("handed it over"),
        "mechanism.configuration_added": N_("registered a configuration"),
        "mechanism.configuration_deployed": N_("deployed a configuration"),
        "mechanism.evidence_recorded": N_("recorded evidence"),
        "mechanism.evidence_voided": N_("voided a measurement"),
        "mechanism.signal_reported": N_("began a report of a metric that left its limits"),
        "mechanism.signal_dismissed": N_("said why a metric outside its limits needs no report"),
        "mechanism.certification_added": N_("added certified people"),
        "mechanism.certification_edited": N_("changed certified people"),
        "mechanism.certification_removed": N_("removed certified people"),
        "mechanism.staffing_planned": N_("changed its staffing plan"),
        "mechanism.rates_planned": N_("changed its rates"),
        "mechanism.roster_changed": N_("changed its roster"),
        "mechanism.week_copied": N_("copied a week of its roster"),
        "mechanism.base_load_set": N_("said what arrives without launches"),
        "mechanism.base_load_removed": N_("removed a base load"),
        "mechanism.backlog_counted": N_("counted what waits"),
        "mechanism.throughput_set": N_("said what was decided a day"),
        "site.holidays_added": N_("added days off"),
        "site.holiday_removed": N_("removed a day off"),
        "site.created": N_("added this site"),
        "site.edited": N_("edited this site"),
    },
    columns={
        "name": N_("Name"),
        "description": N_("What it does"),
        "kind": N_("Kind"),
        "stage": N_("Stage"),
        "vendor": N_("Vendor"),
        "label": N_("Version"),
        "currency": N_("Currency"),
        "fail_mode": N_("When it fails"),
        "quota_exhausted": N_("When the quota is used up"),
        "quota_per_minute": N_("Items a minute"),
        "max_daily_actions": N_("Daily cap"),
        "kill_switch_who": N_("Who may switch it off"),
        "kill_switch_minutes": N_("Minutes until it is off"),
        "kill_switch_rehearsed_on": N_("Rehearsed on"),
        "staffed_until": N_("Staffed until"),
        "receives_all": N_("Receives every item"),
        "automated_only": N_("No person decides"),
        "labels_per_week": N_("Labels a week"),
        "notice_weeks": N_("Weeks of notice"),
        "owner_id": N_("Owner"),
        "team_id": N_("Team"),
        "site_id": N_("Site"),
        "routes_to_id": N_("Routes to"),
        "rollout_ratio": N_("Share of items"),
        "unit_price_micros": N_("Price an item"),
        "is_current": N_("runs"),
        "contract_hours": N_("Contract hours a week"),
        "handling_seconds": N_("Handling time in seconds"),
        "occupancy": N_("Highest occupancy"),
        "in_shift_shrinkage": N_("Away during a shift"),
        "shrinkage": N_("Paid time not available"),
        "attrition": N_("Heads that leave a week"),
        "sla_hours": N_("Decided within hours"),
        "sla_share": N_("Share decided in time"),
        "items": N_("Items waiting"),
        "counted_at": N_("Counted"),
        "patience_hours": N_("Hours until an item expires"),
        "review_share": N_("Share of items that reaches it"),
        "appeal_true": N_("Right actions appealed"),
        "appeal_false": N_("Wrong actions appealed"),
        "appeal_days": N_("Days over which appeals arrive"),
        "hourly_rate": N_("Price of an hour, in hundredths"),
        "item_price": N_("Price of an item, in hundredths"),
        "zone": N_("Time zone"),
        "rates": N_("Rates"),
        "outage_hours": N_("Hours it may be off"),
        "clear_hours": N_("Hours until its queue is clear"),
        "hold_minutes": N_("Minutes an item may wait"),
        "weekly": N_("Items a week"),
        "measured_until": N_("Measured until"),
        "per_day": N_("Decisions a day"),
        "rostered": N_("Heads rostered"),
        "present": N_("Heads on duty"),
        "first_day": N_("First day"),
        "last_day": N_("Last day"),
    },
    silent=frozenset({"created_at", "mechanism_id", "digest", "parameters", "voided_at"})
    | {"voided_by", "measurement_id", "reason"},
    people=frozenset({"owner_id"}),
    records={
        "team_id": team_names,
        "site_id": site_names,
        "routes_to_id": mechanism_names,
        "configuration": configuration_labels,
    },
    values={
        "kind": coded(KINDS),
        "stage": coded(STAGES),
        "fail_mode": coded(FAIL_MODES),
        "quota_exhausted": coded(FAIL_MODES),
        "rollout_ratio": lambda share: percent(float(share), 0),
        "unit_price_micros": lambda micros: number(micros / 1_000_000, 6),
    },
    parts={
        "coverage_cell": added_or_removed(N_("Coverage"), _scope),
        "certification": added_or_removed(N_("Certified"), _certified),
        "site_holiday": added_or_removed(N_("Day off"), lambda row, _o: either(row.get("day"))),
        "site_market": added_or_removed(
            N_("Market"),
            lambda row, offered: offered.name("market", either(row.get("market_code"))),
        ),
    },
)
