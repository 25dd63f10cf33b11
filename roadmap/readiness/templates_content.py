"""The standard checklist as data: prompts with their source, to be put in one's own words.

Prompts, not legal advice. Where `check_source` is set, read the source before quoting it. An
organisation edits its own version on the templates page; this one is only where it starts.
"""

from dataclasses import dataclass

STANDARD_CODE = "standard"
STANDARD_TITLE = "Standard launch checklist"

EVERYWHERE: tuple[str, ...] = ()
EU, UK, US = ("EU",), ("UK", "GB"), ("US",)

BLOCKER, APPROVABLE = "blocker", "approvable"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt; `types` are launch type letters, empty for all; `max_tier` the lightest tier."""

    code: str
    types: str
    severity: str
    source: str
    text: str
    regions: tuple[str, ...] = EVERYWHERE
    max_tier: int = 2
    due_days: int = 5
    check_source: bool = False
    # True of a market and surface, whichever launch asks: a standing attestation answers it.
    standing: bool = False


# What the law asks of a market and surface as such; launches inherit the answer.
_STANDING = frozenset(
    {
        *("local_terms", "notice_form", "trusted_flaggers", "repeat_infringers", "life_threat"),
        *("trader_verification", "listing_fields", "buyer_notification", "safety_gate"),
        *("uk_reporting", "us_high_volume", "us_disclosure", "us_take_it_down"),
    }
)


def _law(
    code: str, types: str, severity: str, source: str, regions: tuple[str, ...], text: str
) -> Prompt:
    """Return a prompt from a law; a starred source is one to check before quoting."""
    return Prompt(
        code,
        types,
        severity,
        source.rstrip("*"),
        text,
        regions,
        due_days=10,
        check_source="*" in source,
        standing=code in _STANDING,
    )


STANDARD: tuple[Prompt, ...] = (
    _law(
        "local_terms",
        "MCSP",
        BLOCKER,
        "DSA 14*",
        EU,
        "Are terms and policy published locally, including algorithmic decisions and complaints?",
    ),
    _law(
        "notice_form",
        "MS",
        BLOCKER,
        "DSA 16*",
        EU,
        "Has each surface a notice-and-action form that sends a receipt and the outcome?",
    ),
    _law(
        "statement_of_reasons",
        "MCSPVT",
        BLOCKER,
        "DSA 17*",
        EU,
        "Are statement-of-reasons templates localised, with automation fields and redress?",
    ),
    _law(
        "reasons_export",
        "MCSPV",
        BLOCKER,
        "DSA 24(5)*",
        EU,
        "Does the statement-of-reasons export map the new policy or surface?",
    ),
    _law(
        "appeals_staffed",
        "MSPV",
        BLOCKER,
        "DSA 20, 21*",
        EU,
        "Are appeals staffed and not solely automated, and is the out-of-court route shown?",
    ),
    _law(
        "trusted_flaggers",
        "MS",
        BLOCKER,
        "DSA 22*",
        EU,
        "Are notices of trusted flaggers handled with priority?",
    ),
    _law(
        "repeat_infringers",
        "MC",
        APPROVABLE,
        "DSA 23*",
        EU,
        "Are repeat infringers and senders of abusive notices suspended?",
    ),
    _law(
        "life_threat",
        "MS",
        BLOCKER,
        "DSA 18*",
        EU,
        "Is there an escalation path for threats to life?",
    ),
    _law(
        "trader_verification",
        "MCS",
        BLOCKER,
        "DSA 30",
        EU,
        "Are traders verified before they sell, and is trader information on the listing?",
    ),
    _law(
        "listing_fields",
        "CSM",
        BLOCKER,
        "DSA 31*",
        EU,
        "Do listings have fields for identification and labelling, with random checks against "
        "recall databases?",
    ),
    _law(
        "buyer_notification",
        "CM",
        BLOCKER,
        "DSA 32*",
        EU,
        "Are buyers of the last six months told when a product turns out to be illegal?",
    ),
    _law(
        "risk_assessment",
        "SMV",
        BLOCKER,
        "DSA 34*",
        EU,
        "Was the risk assessment done before this functionality?",
    ),
    _law(
        "commercial_and_minors",
        "SC",
        BLOCKER,
        "DSA 26(2), 28*",
        EU,
        "Can commercial communication be declared, and are minors protected on the surface?",
    ),
    _law(
        "transparency_data",
        "MVT",
        APPROVABLE,
        "DSA 15, 42; Reg. 2024/2835*",
        EU,
        "Is transparency data captured per language: moderators, accuracy, median times, "
        "reversals?",
    ),
    _law(
        "safety_gate",
        "MCS",
        BLOCKER,
        "GPSR 22*",
        EU,
        "Is Safety Gate registration done, with contact points, and are authority orders met in "
        "2 and notices in 3 working days?",
    ),
    _law(
        "product_identity",
        "CSM",
        BLOCKER,
        "GPSR 19*",
        EU,
        "Does the offer show manufacturer, responsible person, product ID, picture and warnings?",
    ),
    _law(
        "terms_notice",
        "PW",
        BLOCKER,
        "P2B Reg. 2019/1150 Art. 3*",
        EU,
        "Were sellers told of changed terms in time (15 days)?",
    ),
    _law(
        "uk_illegal_content",
        "SMVPT",
        BLOCKER,
        "UK OSA s.9(4)",
        UK,
        "Was the illegal-content risk assessment done before this significant change, and is the "
        "record kept?",
    ),
    _law(
        "uk_reporting",
        "MSPT",
        BLOCKER,
        "UK OSA s.20–21; Ofcom codes C2–C7, D",
        UK,
        "Are there routes to report and complain, targets, prioritisation, resourcing by language "
        "and training?",
    ),
    _law(
        "us_high_volume",
        "MC",
        BLOCKER,
        "US INFORM",
        US,
        "Is data of high-volume sellers (200 sales and $5,000 or more) collected within 10 days "
        "and verified within 10 days?",
    ),
    _law(
        "us_disclosure",
        "SM",
        BLOCKER,
        "US INFORM",
        US,
        "Are sellers of $20,000 or more disclosed, and can people report by form and by telephone "
        "on this surface?",
    ),
    _law(
        "us_take_it_down",
        "SM",
        BLOCKER,
        "US TAKE IT DOWN",
        US,
        "Is non-consensual imagery removed within 48 hours?",
    ),
    _law(
        "automated_decisions",
        "TWV",
        APPROVABLE,
        "GDPR 22, 35; local law*",
        EU,
        "Are automated decisions and the monitoring of reviewers assessed, with the works council "
        "where due?",
    ),
    Prompt(
        "guideline_ready",
        "MPC",
        BLOCKER,
        "internal",
        "Is the guideline translated, are reviewers certified and calibrated (κ ≥ .70), with a "
        "golden set and QA per language?",
        due_days=10,
    ),
    Prompt(
        "slices_evaluated",
        "VPS",
        BLOCKER,
        "internal",
        "Were slices evaluated, was there a shadow period, is the kill switch rehearsed and a "
        "daily action cap set?",
    ),
    Prompt(
        "surge_plan",
        "MSCT",
        APPROVABLE,
        "internal",
        "Does the forecast include nights and peaks, with a surge plan, on-call and reviewer "
        "wellness?",
    ),
    Prompt(
        "parity_pilot",
        "TW",
        BLOCKER,
        "internal",
        "Was there a pilot of handling time and decision parity?",
    ),
    Prompt(
        "monitoring",
        "",
        BLOCKER,
        "internal",
        "Has every linked mechanism monitoring, alert thresholds and a fresh feed?",
        max_tier=3,
    ),
    Prompt(
        "budget",
        "",
        APPROVABLE,
        "internal",
        "Is the budget approved, with the cost per 1,000 items?",
    ),
    Prompt(
        "communication",
        "",
        APPROVABLE,
        "internal",
        "Is the communication to sellers and creators ready, and are guard metrics and a hypercare "
        "owner named?",
        max_tier=3,
    ),
    Prompt(
        "signoffs",
        "",
        BLOCKER,
        "internal",
        "Are all sign-offs given on the evidence as it is now?",
        due_days=2,
    ),
)
