"""What natural keys look like, as regular expressions."""

_NUMBER = r"[1-9][0-9]{0,8}$"

CODE = r"^[a-z0-9][a-z0-9_-]{0,39}$"
MARKET = r"^[A-Z]{2}$"
REGION = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,19}$"
LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
EMAIL = r"^[^@\sA-Z]+@[^@\sA-Z]+$"
CURRENCY = r"^[A-Z]{3}$"
REQUIREMENT = rf"^REQ-{_NUMBER}"
MECHANISM = rf"^MEC-{_NUMBER}"
LAUNCH = rf"^LCH-{_NUMBER}"
# `weapons@v3`
POLICY = r"^[^@]+@.+$"
# `rice@1`
VERSIONED = r"^[^@]+@[0-9]{1,9}$"
# `DE/de/live/weapons`, any part of which may be `*`
SCOPE = r"^[^/]+/[^/]+/[^/]+/[^/]+$"
DIGEST = r"^[0-9a-f]{8,64}$"
SHA256 = r"^[0-9a-f]{64}$"
# `standard@1#budget`
TEMPLATE_ITEM = r"^[^@]+@[0-9]+#.+$"
# `vendor_name`
FIELD = r"^[a-z][a-z0-9_]{1,39}$"
CHOICE = r"^[a-z0-9_]{1,40}$"
# `06:30`, `24:00`
CLOCK = r"^([01][0-9]|2[0-4]):[0-5][0-9]$"
# A week of the year
WEEK = r"^([1-9]|[1-4][0-9]|5[0-3])$"
