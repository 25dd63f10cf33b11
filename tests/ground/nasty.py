"""What people, spreadsheets and attackers put into a field; each value has a name for reports."""

from itertools import chain

MARK = "nastymark"

VALUES: dict[str, str] = {
    "nothing": "",
    "only space": " \t ",
    "nul": f"{MARK} before\x00after",
    "control": f"{MARK} bell\x07 escape\x1b next-line\x85",
    "long": MARK + " long words" * 9090,
    "long digits": "7" * 100_000,
    "right to left": f"{MARK} \u202eשלום \u2066مرحبا\u2069",
    "combining": f"{MARK} Z" + "\u0308\u0323" * 300 + " 🏳️‍🌈",
    "html": f'<script>{MARK}</script><img src={MARK} onerror=alert(1)>" "{MARK}=1 \'',
    "markdown": f"[x](javascript:{MARK}) ![x](data:text/html,{MARK}) <b>{MARK}</b>",
    "template": "{{ 7*7 }} {% raw %} %(name)s %s {0}",
    "formula": f'=HYPERLINK("http://x","{MARK}")',
    "no such day": "2026-02-30",
    "year 0": "0000-00-00",
    "year 9999": "9999-12-31",
    "minus one": "-1",
    "over one": "1.4",
    "140 %": "140",
    "too large": "1e400",
    "not a number": "NaN",
    "infinite": "-Infinity",
    "ten to the thirty": "1" + "0" * 30,
    "over 64 bits": "9223372036854775808",
    "over 32 bits": "2147483648",
    "tiny": "1e-400",
    "odd digits": "١٢²",
    "unknown code": "no-such-code",
    "unknown key": "REQ-999999999",
    "unknown launch": "LCH-999999999",
    "quote": "x' OR '1'='1 \\ % _ ;--",
    "line breaks": f"{MARK}\r\nSet-Cookie: a=b\n\n\n",
    "nested": '{"$ne": [[[[null]]]]}',
}
# What one check refuses for one reason; each form meets one value of each kind, the next form the
# next one. What has a kind of its own goes into every form.
KINDS: list[list[str]] = [
    ["nothing", "only space"],
    ["nul"],
    ["control"],
    ["long"],
    ["long digits", "ten to the thirty"],
    ["right to left", "combining"],
    ["html"],
    ["markdown", "template", "formula", "quote", "line breaks", "nested"],
    ["no such day", "year 0", "year 9999"],
    ["minus one", "over one", "140 %", "tiny"],
    ["not a number", "infinite", "too large", "odd digits"],
    ["over 64 bits", "over 32 bits"],
    ["unknown code", "unknown key", "unknown launch"],
]
# Bytes that are no text, as they would stand in a body or an address.
BYTES: dict[str, bytes] = {
    "lone surrogate": b"%ED%A0%80x",
    "half a letter": b"%C3",
    "not utf-8": b"%FF%FE%00",
    "bad escape": b"%zz%",
}


def one_of_each_kind(turn: int) -> list[str]:
    """Return the names of values: one of each kind, other ones at each turn."""
    return [kind[turn % len(kind)] for kind in KINDS]


assert sorted(chain.from_iterable(KINDS)) == sorted(VALUES), "every value is of one kind"
