"""The templates of all sentences about answers, by code and reason, and of all fixes."""

from collections.abc import Mapping

from roadmap.readiness import phrases_capacity
from roadmap.readiness.answers import Code, Status
from roadmap.wording import N_

_MEASURED = N_(
    "%(metric)s of %(mechanism)s in %(slice)s is %(share)s of %(n)s, required %(target)s."
)
_PROVEN = N_(
    "%(metric)s of %(mechanism)s in %(slice)s is %(share)s of %(n)s, proven against %(target)s."
)
_POOL_MISSED = N_(
    "In %(slice)s a member misses the target: %(metric)s %(share)s, required %(target)s."
)
_METRICS = (
    Code.MECH_PRECISION,
    Code.MECH_RECALL,
    Code.QA_ACCURACY,
    Code.OVERTURN_RATE,
    Code.LEAKAGE,
)

SAYS: Mapping[tuple[str, str], str] = {
    **phrases_capacity.SAYS,
    **{(code, "missed"): _MEASURED for code in _METRICS},
    **{(code, "proven"): _PROVEN for code in _METRICS},
    **{(code, "pool_member_missed"): _POOL_MISSED for code in _METRICS},
    # coverage
    (Code.COV_GAP, ""): N_("%(cell)s is covered by %(mechanism)s."),
    (Code.COV_GAP, "no_cells"): N_("No scope cells are named, so coverage is unknown."),
    (Code.COV_LANG, "no_cells"): N_("No scope cells are named, so no language can be covered."),
    (Code.COV_GAP, "cap_unknown"): N_(
        "%(cell)s: %(mechanism)s has a daily cap, and without a forecast nobody knows if it is "
        "enough."
    ),
    (Code.COV_LANG, "cap_unknown"): N_(
        "%(cell)s: %(mechanism)s has a daily cap, and without a forecast nobody knows if it is "
        "enough."
    ),
    (Code.COV_GAP, "gap"): N_(
        "%(cell)s is not covered; %(covered)s of %(total)s cells are (%(percent)s %%), all are "
        "required."
    ),
    (Code.COV_GAP, "gap_violating"): N_(
        "%(cell)s is not covered, %(violating_per_day)s violating items a day; %(covered)s of "
        "%(total)s cells are covered (%(percent)s %%), all are required."
    ),
    (Code.COV_GAP, "shadow"): N_(
        "%(cell)s has only shadow scoring by %(mechanism)s; %(covered)s of %(total)s cells are "
        "covered (%(percent)s %%), all are required."
    ),
    (Code.COV_GAP, "shadow_violating"): N_(
        "%(cell)s has only shadow scoring by %(mechanism)s, %(violating_per_day)s violating items "
        "a day; %(covered)s of %(total)s cells are covered (%(percent)s %%), all are required."
    ),
    **{
        (Code.COV_LANG, why): N_(
            "%(cell)s: the language %(language)s is not covered; %(covered)s of %(total)s cells "
            "are (%(percent)s %%), all are required."
        )
        for why in ("gap", "gap_violating", "shadow", "shadow_violating")
    },
    # mechanisms and evidence
    (Code.MECH_STAGE, ""): N_("%(mechanism)s is at %(stage)s, required %(required_stage)s."),
    (Code.MECH_STAGE, "no_links"): N_("No mechanism is linked, so nothing is known to be on."),
    (Code.MECH_STAGE, "gone"): N_("A linked mechanism is not in the registry any more."),
    (Code.EVIDENCE_THIN, "no_targets"): N_("No link sets a target, so nothing is proven."),
    (Code.EVIDENCE_THIN, "no_slices"): N_("A target applies to no cell of this phase."),
    (Code.EVIDENCE_THIN, "bad_dimensions"): N_("A target names a dimension that does not exist."),
    (Code.EVIDENCE_THIN, "gone"): N_("A linked mechanism is not in the registry any more."),
    (Code.EVIDENCE_THIN, "beside_fail"): N_(
        "%(n)s labels in %(slice)s leave a bound of %(lower)s to %(upper)s around %(target)s; no "
        "number of labels proves %(target)s at %(share)s."
    ),
    (Code.EVIDENCE_THIN, "thin"): N_(
        "%(metric)s of %(mechanism)s in %(slice)s is %(share)s of %(n)s, but the bounds %(lower)s "
        "to %(upper)s do not prove %(target)s."
    ),
    (Code.EVIDENCE_THIN, "thin_empty"): N_(
        "%(metric)s of %(mechanism)s in %(slice)s has a row of 0 items, which proves nothing."
    ),
    (Code.EVIDENCE_THIN, "no_row"): N_(
        "%(metric)s of %(mechanism)s was never measured in %(slice)s, required %(target)s."
    ),
    (Code.EVIDENCE_THIN, "other_guideline"): N_(
        "%(metric)s of %(mechanism)s in %(slice)s was measured on another guideline version only."
    ),
    (Code.EVIDENCE_THIN, "voided"): N_(
        "The latest measurement of %(mechanism)s in %(slice)s was voided; a newer one must pass."
    ),
    (Code.EVIDENCE_THIN, "invalid"): N_(
        "The latest measurement of %(mechanism)s in %(slice)s contradicts itself and proves "
        "nothing."
    ),
    (Code.EVIDENCE_THIN, "llm_labels"): N_(
        "%(mechanism)s in %(slice)s was labelled by a language model alone, which proves nothing."
    ),
    (Code.EVIDENCE_THIN, "weak_grade"): N_(
        "%(metric)s of %(mechanism)s in %(slice)s is borrowed or a default, which proves nothing."
    ),
    (Code.EVIDENCE_THIN, "not_judged"): N_("%(metric)s is not a metric a target can be set for."),
    (Code.EVIDENCE_THIN, "pool_incomplete"): N_(
        "In %(slice)s a member has no usable measurement of %(metric)s."
    ),
    (Code.EVIDENCE_THIN, "pool_no_cap"): N_(
        "%(slice)s may be judged together only if %(mechanism)s has a daily cap."
    ),
    (Code.METRIC_STALE, "stale"): N_(
        "%(metric)s of %(mechanism)s in %(slice)s is %(age_days)s days old, at most "
        "%(max_age_days)s allowed."
    ),
    (Code.VERSION_MISMATCH, "other_configuration"): N_(
        "%(metric)s of %(mechanism)s in %(slice)s was measured on another configuration than "
        "%(configuration)s, which is deployed."
    ),
    # appeals
    (Code.APPEAL_PATH, "served"): N_("Appeals on %(surface)s in %(market)s reach people."),
    (Code.APPEAL_PATH, "no_cells"): N_("No scope cells are named, so no surface is known."),
    (Code.APPEAL_PATH, "no_queue"): N_(
        "No appeals queue of people serves %(surface)s in %(market)s (%(languages)s)."
    ),
    (Code.APPEAL_PATH, "no_queue_harm"): N_(
        "No appeals queue of people serves %(surface)s in %(market)s (%(languages)s): %(actions)s "
        "automatic actions a week at precision %(precision)s leave %(wrongful)s wrongful ones "
        "without a way to appeal."
    ),
    (Code.APPEAL_PATH, "automated_only"): N_(
        "Appeals on %(surface)s in %(market)s are answered by automation only; a person must "
        "decide."
    ),
    (Code.APPEAL_PATH, "automated_only_harm"): N_(
        "Appeals on %(surface)s in %(market)s are answered by automation only: %(actions)s "
        "automatic actions a week at precision %(precision)s leave %(wrongful)s wrongful ones "
        "that no person looks at."
    ),
    **{
        (Code.APPEAL_PATH, why): N_(
            "%(queue)s is not attested as staffed for %(surface)s in %(market)s on the phase's day."
        )
        for why in ("unstaffed", "unstaffed_harm")
    },
    **{
        (Code.APPEAL_PATH, why): N_(
            "%(queue)s would serve %(surface)s in %(market)s but is not active."
        )
        for why in ("inactive", "inactive_harm")
    },
    # policy and training
    (Code.POLICY_L10N, "translated"): N_(
        "Guideline %(area)s %(version)s is available in %(language)s."
    ),
    (Code.POLICY_L10N, "missing"): N_(
        "Guideline %(area)s %(version)s is not available in %(language)s, only in: %(languages)s."
    ),
    (Code.POLICY_L10N, "no_version"): N_("No guideline version is in force for a policy area."),
    (Code.POLICY_L10N, "no_cells"): N_("No scope cells are named, so no guideline is known."),
    (Code.TRAINING, "certified"): N_(
        "%(certified)s heads are certified on %(area)s %(version)s in %(language)s, %(needed)s "
        "needed."
    ),
    (Code.TRAINING, "short"): N_(
        "%(certified)s of %(needed)s heads are certified on %(area)s %(version)s in %(language)s."
    ),
    (Code.TRAINING, "no_need"): N_("Nobody has said how many certified heads are needed."),
    (Code.TRAINING, "no_heads"): N_("The number of heads needed must be above zero."),
    (Code.TRAINING, "no_version"): N_("No guideline version is in force to be certified on."),
    # checklist
    (Code.CHECKLIST, "yes"): N_("%(item)s: attested."),
    (Code.CHECKLIST, "inherited"): N_(
        "%(item)s: attested for its markets and surfaces until %(valid_until)s."
    ),
    (Code.CHECKLIST, "no"): N_("%(item)s: answered no."),
    (Code.CHECKLIST, "unanswered"): N_("%(item)s: not answered."),
    (Code.CHECKLIST, "unattested"): N_("%(item)s: answered, but nobody attests it."),
    (Code.CHECKLIST, "expired"): N_(
        "%(item)s: attested only until %(valid_until)s, which does not reach the phase."
    ),
    (Code.CHECKLIST, "bound_yes"): N_("%(item)s: shown by the registry."),
    (Code.CHECKLIST, "bound_no"): N_("%(item)s: the registry shows that it is not so."),
    (Code.CHECKLIST, "bound_unknown"): N_("%(item)s: the registry does not say."),
    (Code.CHECKLIST, "empty"): N_("The checklist is empty."),
    (Code.CHECKLIST, "not_applicable"): N_("%(item)s: attested as not applicable."),
    # dependencies, requirements, waivers, guards
    (Code.DEPENDENCY, "live"): N_("Phase %(phase)s of %(launch)s is live."),
    (Code.DEPENDENCY, "before"): N_(
        "Phase %(phase)s of %(launch)s is planned for %(starts_on)s, not live yet."
    ),
    (Code.DEPENDENCY, "after"): N_(
        "Phase %(phase)s of %(launch)s starts on %(starts_on)s, after this phase on %(own_start)s."
    ),
    (Code.DEPENDENCY, "halted"): N_("Phase %(phase)s of %(launch)s is halted."),
    (Code.DEPENDENCY, "stopped"): N_("%(launch)s is paused, rolled back or cancelled."),
    (Code.DEPENDENCY, "gone"): N_("Phase %(phase)s of %(launch)s does not exist any more."),
    (Code.DEPENDENCY, "no_date"): N_("Phase %(phase)s of %(launch)s cannot be dated against ours."),
    (Code.DEPENDENCY, "no_phase"): N_("The launch has no phase, so nothing can be dated."),
    (Code.DEPENDENCY, "no_own_date"): N_("The phase has no date, so nothing can be dated."),
    (Code.REQUIREMENT_OPEN, "open"): N_(
        "%(requirement)s: %(open)s of its acceptance criteria not accepted yet, 0 allowed."
    ),
    (Code.REQUIREMENT_OPEN, "accepted"): N_("%(requirement)s: all acceptance criteria accepted."),
    (Code.REQUIREMENT_OPEN, "no_criteria"): N_("%(requirement)s has no acceptance criteria."),
    # gates
    (Code.SIGNOFF_MISSING, "signed"): N_("%(gate)s: signed."),
    (Code.SIGNOFF_MISSING, "denied"): N_("%(gate)s: denied, and the denial stands."),
    (Code.SIGNOFF_MISSING, "needs_work"): N_("%(gate)s: not signed, the reviewers want work done."),
    (Code.SIGNOFF_MISSING, "not_requested"): N_("%(gate)s: nobody has asked for the review yet."),
    (Code.SIGNOFF_MISSING, "requested"): N_("%(gate)s: review asked for, no answer yet."),
    (Code.SIGNOFF_MISSING, "in_review"): N_("%(gate)s: in review, not signed yet."),
    (Code.SIGNOFF_MISSING, "left"): N_(
        "%(gate)s: who approved it has left the review group, so it does not count."
    ),
    (Code.SIGNOFF_MISSING, "nobody"): N_("%(gate)s: its review group has no members."),
    (Code.SIGNOFF_STALE, "overtaken"): N_(
        "%(gate)s: signed before %(count)s of the facts it signs changed."
    ),
    (Code.WAIVER_EXPIRED, "expired"): N_("The waiver for %(code)s expired on %(expired)s."),
    (Code.GUARD_METRIC, "within"): N_("%(name)s is %(value)s, limit %(limit)s."),
    (Code.GUARD_METRIC, "breach"): N_("%(name)s is %(value)s, beyond its limit of %(limit)s."),
    (Code.GUARD_METRIC, "stale"): N_("%(name)s has no fresh value."),
    (Code.GUARD_METRIC, "no_value"): N_("%(name)s has no usable value."),
    (Code.GUARD_METRIC, "none"): N_("No guard metric is set for the watched phase."),
}

FALLBACK: Mapping[Status, str] = {
    Status.PASS: N_("%(code)s passes %(scope)s."),
    Status.FAIL: N_("%(code)s fails %(scope)s."),
    Status.UNKNOWN: N_("%(code)s is unknown %(scope)s."),
    Status.STALE: N_("%(code)s is out of date %(scope)s."),
    Status.NOT_APPLICABLE: N_("%(code)s does not apply %(scope)s."),
}

FIXES: Mapping[str, str] = {
    **phrases_capacity.FIXES,
    "add_cells": N_("Name the markets, languages, surfaces and policy areas."),
    "cover_add_mechanism": N_("Extend a mechanism or a staffed review queue to %(cell)s."),
    "cover_monitor": N_("Move %(mechanism)s to monitor: its queue %(queue)s is staffed."),
    "cover_monitor_and_queue": N_(
        "Move %(mechanism)s to monitor and route it to a staffed queue in %(language)s."
    ),
    "cover_cap_unknown": N_("Add a weekly forecast for %(cell)s."),
    "cover_cap_below_forecast": N_("Raise the daily cap of %(mechanism)s to the forecast."),
    "cover_ratio_below_one": N_("Raise the rollout of %(mechanism)s to 100 %%."),
    "cover_queue_unstaffed": N_("Have the owner of %(queue)s attest staffing up to the phase."),
    "cover_queue_scope": N_("Extend %(queue)s to %(language)s on this surface."),
    "cover_queue_inactive": N_("Switch on %(queue)s."),
    "cover_no_queue": N_("Route %(mechanism)s to a staffed review queue."),
    "cover_unstaffed": N_("Have the owner of %(mechanism)s attest staffing up to the phase."),
    "cover_not_all_items": N_("Send all items of %(cell)s to %(mechanism)s before publication."),
    "cover_language": N_("Extend %(mechanism)s to %(language)s."),
    "cover_stage": N_("Move %(mechanism)s to monitor with a staffed queue, or to enforce."),
    "link_mechanism": N_("Link the mechanisms the launch depends on."),
    "link_cells": N_("Limit the link to cells of the launch, or extend the mechanism's coverage."),
    "raise_stage": N_("Move %(mechanism)s to %(required_stage)s."),
    "set_target": N_("Set a target on at least one linked mechanism."),
    "measure": N_("Measure %(metric)s of %(mechanism)s in %(slice)s on %(configuration)s."),
    "measure_plain": N_(
        "Measure %(metric)s of %(mechanism)s in %(slice)s on the guideline version in force."
    ),
    "measure_again_plain": N_(
        "Measure %(metric)s of %(mechanism)s in %(slice)s again, on the guideline version in force."
    ),
    "measure_again": N_(
        "Measure %(metric)s of %(mechanism)s in %(slice)s again, on %(configuration)s."
    ),
    "label_more": N_("Label %(labels_missing)s more in %(slice)s: %(labels_needed)s in all."),
    "labels_cannot": N_(
        "Improve %(mechanism)s: no number of labels proves %(target)s at %(share)s."
    ),
    "improve": N_("Improve %(mechanism)s in %(slice)s from %(share)s to %(target)s and measure."),
    "set_daily_cap": N_("Set a daily cap on %(mechanism)s."),
    "appeal_no_queue": N_("Open a staffed appeals queue for %(surface)s in %(market)s."),
    "appeal_automated_only": N_(
        "Give appeals on %(surface)s in %(market)s to a staffed queue of people."
    ),
    "appeal_unstaffed": N_("Have the owner of %(queue)s attest staffing up to the phase."),
    "appeal_inactive": N_("Switch on %(queue)s."),
    "publish_guideline": N_("Register the guideline version in force for this policy area."),
    "translate_guideline": N_("Translate guideline %(area)s %(version)s into %(language)s."),
    "certify": N_("Certify %(missing)s more heads on %(area)s %(version)s in %(language)s."),
    "state_heads": N_("State how many certified heads are needed, per language."),
    "add_checklist": N_("Add the checklist of the launch's type, market and tier."),
    "change_answer": N_("Do it, then answer yes with evidence: %(item)s."),
    "answer_item": N_("Answer with evidence: %(item)s."),
    "attest_item": N_("Attest it anew, at least up to the phase: %(item)s."),
    "fix_bound": N_("Complete the linked mechanisms' records for: %(item)s."),
    "add_phase": N_("Add a phase with a date."),
    "date_phase": N_("Give the phase a date."),
    "dependency_before": N_("Wait for %(launch)s to go live, or drop the dependency."),
    "dependency_after": N_("Move this phase after %(starts_on)s, or %(launch)s before it."),
    "dependency_halted": N_("Have %(launch)s resume phase %(phase)s, or drop the dependency."),
    "dependency_stopped": N_("Drop the dependency on %(launch)s, or have it resumed."),
    "dependency_gone": N_("Name another phase of %(launch)s."),
    "dependency_no_date": N_("Have the owner of %(launch)s give its phase %(phase)s a date."),
    "requirement_open": N_("Have the requester of %(requirement)s accept what is delivered."),
    "requirement_no_criteria": N_("Write acceptance criteria for %(requirement)s."),
    "gate_denied": N_("Settle it with who denied %(gate)s; only they can withdraw the denial."),
    "gate_needs_work": N_("Do what %(gate)s asks for, then ask for the review again."),
    "gate_not_requested": N_("Ask for the review: %(gate)s."),
    "gate_requested": N_("Have the reviewers of %(gate)s answer."),
    "gate_in_review": N_("Have the reviewers of %(gate)s decide."),
    "gate_left": N_("Have a present member of the group sign %(gate)s."),
    "gate_nobody": N_("Name members for the review group of %(gate)s."),
    "gate_overtaken": N_("Have %(gate)s signed again: the page shows what changed."),
    "renew_waiver": N_("Pass %(code)s, or ask for a new waiver."),
    "guard_breach": N_("Halt the phase or bring %(name)s back within %(limit)s."),
    "guard_stale": N_("Restore the feed of %(name)s."),
    "guard_no_value": N_("Restore the feed of %(name)s."),
    "add_guard": N_("Set guard metrics for the phase."),
}
