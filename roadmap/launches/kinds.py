"""The closed lists of the launches room: types, states of launches and of phases."""

from enum import StrEnum


class LaunchType(StrEnum):
    """What kind of change goes live (DOMAIN section 2); values are the one-letter codes."""

    NEW_MARKET = "M"
    PRODUCT_CATEGORY = "C"
    SURFACE = "S"
    POLICY = "P"
    MODEL_VERSION = "V"
    REVIEWER_TOOL = "T"
    WORKFLOW = "W"
    QUALITY = "Q"


class LaunchState(StrEnum):
    """Where a launch is in its life."""

    DRAFT = "draft"
    PLANNED = "planned"
    COMMITTED = "committed"
    LIVE = "live"
    CLOSED = "closed"
    PAUSED = "paused"
    ROLLED_BACK = "rolled_back"
    CANCELLED = "cancelled"


class PhaseState(StrEnum):
    """Where a phase is in its life."""

    PLANNED = "planned"
    LIVE = "live"
    HALTED = "halted"
