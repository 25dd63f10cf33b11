"""What people call the closed lists of launches. Pure; marked for translation."""

from roadmap.launches.kinds import LaunchType
from roadmap.mechanisms.kinds import Grade, LinkRole, Metric, Stage
from roadmap.requirements.rules import DatePrecision
from roadmap.wording import N_

TYPES = {
    LaunchType.NEW_MARKET: N_("New market"),
    LaunchType.PRODUCT_CATEGORY: N_("Product category"),
    LaunchType.SURFACE: N_("Surface"),
    LaunchType.POLICY: N_("Policy"),
    LaunchType.MODEL_VERSION: N_("Model version or threshold"),
    LaunchType.REVIEWER_TOOL: N_("Reviewer tool"),
    LaunchType.WORKFLOW: N_("Workflow: SOP, routing, site or vendor"),
    LaunchType.QUALITY: N_("Quality or efficiency"),
}
QUESTIONS = {
    "new_market": N_("Does it open a new market?"),
    "new_surface": N_("Does it open a new surface?"),
    "automatic_action": N_("Does anything act on items automatically?"),
    "new_policy": N_("Does a new policy come into force?"),
    "minors_or_safety": N_("Are minors or people's safety concerned?"),
    "load_over_5_percent": N_("Does a queue get more than 5 % more load?"),
}
PRECISIONS = {
    DatePrecision.DAY: N_("that day"),
    DatePrecision.WEEK: N_("that week"),
    DatePrecision.MONTH: N_("that month"),
    DatePrecision.QUARTER: N_("that quarter"),
}
GRADES = {
    Grade.MEASURED: N_("measured"),
    Grade.ESTIMATED: N_("estimated by its owner"),
    Grade.BORROWED: N_("borrowed from a like launch"),
    Grade.DEFAULT: N_("a default"),
}
ROLES = {
    LinkRole.DETECT: N_("detect"),
    LinkRole.DECIDE: N_("decide"),
    LinkRole.REVIEW: N_("review"),
    LinkRole.APPEAL: N_("hear appeals"),
    LinkRole.ESCALATE: N_("take escalations"),
    LinkRole.AUDIT: N_("audit"),
    LinkRole.REPORT: N_("take reports"),
}
STAGES = {
    Stage.SHADOW: N_("shadow"),
    Stage.MONITOR: N_("monitor"),
    Stage.ENFORCE: N_("enforce"),
}
METRICS = {
    Metric.PRECISION: N_("precision"),
    Metric.RECALL: N_("recall"),
    Metric.QA_ACCURACY: N_("QA accuracy"),
    Metric.OVERTURN_RATE: N_("overturn rate, at most"),
    Metric.LEAKAGE: N_("leakage, at most"),
}
