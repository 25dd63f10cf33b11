"""States as people see them: silhouette, word and colour, drawn once and kept.

A word that is not known here raises, so that nothing unknown looks ready. Templates import these
from ``_macros/states.html``.
"""

from functools import lru_cache

from markupsafe import Markup

from roadmap.web.i18n import _, ngettext
from roadmap.web.icons import icon, sprite
from roadmap.wording import N_

_Look = tuple[str, str]
_Named = tuple[str, str, str]

VERDICTS: dict[str, _Look] = {
    "READY": ("pass", "v-ready"),
    "CONDITIONAL": ("cond", "v-go"),
    "HOLD": ("hold", "v-hold"),
    "NOT_READY": ("fail", "v-not-ready"),
    "NOT_ASSESSED": ("na", "v-not-assessed"),
    "LIVE_OK": ("pass", "v-live-ok"),
    "LIVE_BREACH": ("fail", "v-live-breach"),
}
_VERDICT_WORDS = {
    "READY": N_("READY"),
    "HOLD": N_("HOLD"),
    "NOT_READY": N_("NOT READY"),
    "NOT_ASSESSED": N_("NOT ASSESSED"),
    "LIVE_OK": N_("LIVE OK"),
    "LIVE_BREACH": N_("LIVE BREACH"),
}
_CHECKS: dict[str, _Named] = {
    "pass": ("pass", "c-pass", N_("Pass")),
    "fail": ("fail", "c-fail", N_("Fail")),
    "unknown": ("hold", "c-unknown", N_("Unknown")),
    "stale": ("hold", "c-stale", N_("Stale")),
    "waived": ("cond", "c-waived", N_("Waived")),
    "not_applicable": ("na", "c-not-applicable", N_("Not applicable")),
}
# Outlooks, and where the board groups what has none.
_OUTLOOKS: dict[str, _Named] = {
    "ON_TRACK": ("na", "o-on-track", N_("ON TRACK")),
    "AT_RISK": ("cond", "o-at-risk", N_("AT RISK")),
    "LATE": ("fail", "o-late", N_("LATE")),
    "NO_DATE": ("na", "calendar", N_("NO DATE")),
    "RECOMPUTING": ("hold", "refresh", N_("RECOMPUTING")),
    "READY": ("pass", "v-ready", N_("READY")),
    "LIVE": ("na", "rocket", N_("LIVE")),
}
_COVERAGE: dict[str, _Named] = {
    "covered": ("pass", "cov-covered", N_("covered")),
    "thin": ("hold", "cov-thin", N_("thin")),
    "gap": ("fail", "cov-gap", N_("gap")),
    "shadow": ("shad", "cov-shadow", N_("shadow")),
    "unknown": ("hold", "c-unknown", N_("unknown")),
    "none": ("na", "cov-none", N_("not in scope")),
}
_GRADES = {
    "measured": N_("measured"),
    "estimated": N_("estimated"),
    "borrowed": N_("borrowed"),
    "default": N_("default"),
}
_STAGES: dict[str, _Named] = {
    "draft": ("na", "s-draft", N_("Draft")),
    "shadow": ("shad", "s-shadow", N_("Shadow")),
    "monitor": ("cond", "s-monitor", N_("Monitor")),
    "enforce": ("pass", "s-enforce", N_("Enforce")),
    "paused": ("hold", "s-paused", N_("Paused")),
    "retired": ("na", "s-retired", N_("Retired")),
}
_REQUIREMENTS: dict[str, _Named] = {
    "submitted": ("hold", "r-submitted", N_("Submitted")),
    "triaged": ("hold", "r-triaged", N_("Triaged")),
    "accepted": ("shad", "r-accepted", N_("Accepted")),
    "planned": ("shad", "r-planned", N_("Planned")),
    "in_progress": ("shad", "r-in-progress", N_("In progress")),
    "delivered": ("pass", "r-delivered", N_("Delivered")),
    "declined": ("na", "r-declined", N_("Declined")),
    "duplicate": ("na", "r-duplicate", N_("Duplicate")),
    "snoozed": ("na", "r-snoozed", N_("Snoozed")),
}
_LAUNCHES: dict[str, _Named] = {
    "draft": ("na", "s-draft", N_("Draft")),
    "planned": ("na", "r-planned", N_("Planned")),
    "committed": ("shad", "lock", N_("Committed")),
    "live": ("pass", "rocket", N_("Live")),
    "done": ("na", "r-accepted", N_("Done")),
    "closed": ("na", "r-accepted", N_("Closed")),
    "paused": ("hold", "s-paused", N_("Paused")),
    "halted": ("hold", "s-paused", N_("Halted")),
    "rolled_back": ("fail", "undo", N_("Rolled back")),
    "cancelled": ("na", "r-declined", N_("Cancelled")),
}


def st(
    kind: str,
    drawing: str,
    word: str,
    chip: bool = False,
    soft: bool = False,
    title: str | None = None,
) -> Markup:
    """Return a state: the colour class ``kind``, the drawing of an icon, and a translated word."""
    return _drawn(kind, drawing, word, chip, soft, title, sprite())


# Typed: a text and the same text as markup are escaped differently.
@lru_cache(maxsize=4096, typed=True)
def _drawn(
    kind: str, drawing: str, word: str, chip: bool, soft: bool, title: str | None, _sprite: str
) -> Markup:
    classes = f"st {kind}{' chip-s' if chip else ''}{' soft' if soft else ''}"
    hint = Markup(' title="{}"').format(title) if title else ""
    return Markup('<span class="{}"{}>{}{}</span>').format(classes, hint, icon(drawing), word)


def _named(look: _Named, chip: bool) -> Markup:
    return st(look[0], look[1], _(look[2]), chip)


def verdict_class(word: str | None) -> str:
    """Return the colour class of a verdict, for what surrounds it."""
    return VERDICTS[word or "HOLD"][0]


def verdict_word(word: str | None, waivers: int = 0) -> str:
    """Return a verdict's word; without one it is HOLD."""
    if word == "CONDITIONAL":
        return ngettext("GO with %(num)s waiver", "GO with %(num)s waivers", waivers)
    return _(_VERDICT_WORDS[word or "HOLD"])


def verdict(word: str | None, waivers: int = 0, big: bool = False, chip: bool = False) -> Markup:
    """Return a verdict; without one (outdated, or never computed) HOLD, recomputing.

    ``big`` is the banner's word.
    """
    kind, drawing = VERDICTS[word or "HOLD"]
    name = verdict_word(word, waivers)
    if big:
        shown = Markup('<span class="v-word {}">{}{}</span>').format(kind, icon(drawing, 28), name)
        note = "dim"
    else:
        shown, note = st(kind, drawing, name, chip), "sub"
    if word:
        return shown
    return shown + Markup(' <span class="{}">{}</span>').format(note, _("recomputing"))


def check_state(status: str, chip: bool = False) -> Markup:
    """Return the answer of one check."""
    return _named(_CHECKS[status], chip)


def outlook(word: str, chip: bool = False) -> Markup:
    """Return whether the date can still be held, or the group of the board instead."""
    return _named(_OUTLOOKS[word], chip)


def coverage_class(word: str) -> str:
    """Return the colour class of a cell's coverage."""
    return _COVERAGE[word][0]


def coverage(word: str) -> Markup:
    """Return the coverage of a cell."""
    return _named(_COVERAGE[word], False)


def grade(word: str) -> Markup:
    """Return how well a number is known; stands beside the number."""
    return _graded(word, _(_GRADES[word]), sprite())


@lru_cache(maxsize=64)
def _graded(word: str, name: str, _sprite: str) -> Markup:
    return Markup('<span class="grade">{}{}</span>').format(icon(f"g-{word}", 11), name)


def stage(word: str, chip: bool = False) -> Markup:
    """Return how far a mechanism is switched on."""
    return _named(_STAGES[word], chip)


def requirement_state(word: str, chip: bool = False) -> Markup:
    """Return where a requirement stands."""
    return _named(_REQUIREMENTS[word], chip)


def launch_state(word: str, chip: bool = False) -> Markup:
    """Return where a launch or a phase is in its life."""
    return _named(_LAUNCHES[word], chip)


def launch_state_word(word: str) -> str:
    """Return that in a word alone."""
    return _(_LAUNCHES[word][2])


def change(word: str, note: str | None = None) -> Markup:
    """Return what changed since last time: "better", "worse" or "same"."""
    if word == "same":
        shown = Markup('<span class="dim">{}</span>').format(_("no change"))
    elif word == "better":
        shown = st("pass", "arrow-up", _("better"))
    else:
        shown = st("fail", "arrow-down", _("worse"))
    return shown + Markup(' <span class="sub">{}</span>').format(note) if note else shown
