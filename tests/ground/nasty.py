"""What people, spreadsheets and attackers put into a field; each value has a name for reports."""

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
# Bytes that are no text, as they would stand in a body or an address.
BYTES: dict[str, bytes] = {
    "lone surrogate": b"%ED%A0%80x",
    "half a letter": b"%C3",
    "not utf-8": b"%FF%FE%00",
    "bad escape": b"%zz%",
}
