"""Gates in words: where they stand, what their rule asks, what a clock says."""

from roadmap.readiness.gate_clock import Clock
from roadmap.readiness.gate_rules import GateRule, Standing, Vote
from roadmap.web.i18n import _, ngettext
from roadmap.wording import N_

# Standing -> (colour, icon, word), as the macro `states.st` takes them.
STANDINGS: dict[str, tuple[str, str, str]] = {
    Standing.DENIED: ("fail", "c-fail", N_("Denied")),
    Standing.NEEDS_WORK: ("cond", "flag", N_("Needs work")),
    Standing.NOT_REQUESTED: ("hold", "c-unknown", N_("Not asked for")),
    Standing.REQUESTED: ("hold", "clock", N_("Asked for")),
    Standing.IN_REVIEW: ("hold", "search", N_("In review")),
    Standing.APPROVED: ("pass", "c-pass", N_("Signed")),
    Standing.NOT_APPLICABLE: ("na", "c-not-applicable", N_("Does not apply")),
    "stale": ("hold", "c-stale", N_("Signed, overtaken since")),
}
VOTES: dict[Vote, str] = {
    Vote.REVIEW_REQUESTED: N_("asked for the review"),
    Vote.NA_REQUESTED: N_("asked to agree that it does not apply"),
    Vote.IN_REVIEW: N_("took it into review"),
    Vote.NEEDS_WORK: N_("wants work done"),
    Vote.APPROVED: N_("approved"),
    Vote.DENIED: N_("denied"),
    Vote.NOT_APPLICABLE: N_("agreed that it does not apply"),
    Vote.WITHDRAWN: N_("withdrew their word"),
}
RULES: dict[GateRule, str] = {
    GateRule.ONE_OF: N_("any one of its groups"),
    GateRule.N_OF: N_("a number of its groups"),
    GateRule.ALL: N_("all of its groups"),
}


def rule_words(rule: GateRule, needed: int, groups: int) -> str:
    """Return what a rule asks, as in "2 of 3 groups sign"."""
    if groups <= 1:
        return _("its group signs")
    if rule is GateRule.ALL:
        return _("all %(count)s groups sign", count=groups)
    if rule is GateRule.ONE_OF:
        return _("any one of %(count)s groups signs", count=groups)
    return _("%(needed)s of %(count)s groups sign", needed=needed, count=groups)


def clock_words(clock: Clock | None) -> str:
    """Return "2 days", "due today", "overdue by 1 day"; nothing where no clock runs."""
    if clock is None:
        return ""
    if clock.paused:
        return _("waiting for the owner")
    return days_words(clock.left)


def days_words(left: int) -> str:
    """Return working days left in words."""
    if left > 0:
        return ngettext("%(num)s day", "%(num)s days", left)
    if left == 0:
        return _("due today")
    return ngettext("overdue by %(num)s day", "overdue by %(num)s days", -left)


def clock_said(clock: Clock | None) -> tuple[str, bool]:
    """Return what a clock says, and whether it is overdue."""
    return clock_words(clock), clock is not None and clock.left < 0 and not clock.paused
