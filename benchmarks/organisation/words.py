"""Words that titles and problems are made of, some in Chinese and Thai."""

from random import Random

_VERBS = (
    "Detect", "Hold", "Explain", "Route", "Measure", "Localise", "Merge", "Speed up", "Automate",
    "Audit", "Report", "Rank", "Escalate", "Sample", "Translate", "Pause", "Blur", "Verify",
)  # fmt: skip
_THINGS = (
    "counterfeit handbags", "knives in live streams", "unsafe toys", "borrowed brand names",
    "appeals of small sellers", "duplicate listings", "medicine claims", "hidden phone numbers",
    "wildlife products", "recalled chargers", "fake reviews", "weapon parts", "stolen pictures",
    "age-restricted items", "skin-whitening creams", "hate symbols on clothing", "fireworks",
    "price gouging", "spam in product questions", "replica watches", "e-cigarette refills",
)  # fmt: skip
_PLACES = (
    "before they are published", "for German reviewers", "in the night shift", "on the video page",
    "during the winter campaign", "in search suggestions", "for new sellers", "at the vendor site",
    "in the appeals queue", "across all languages", "within two hours", "without a second review",
)  # fmt: skip
_CHINESE = (
    "直播中的仿冒手袋需要在发布前拦截", "审核员无法查看卖家的历史记录", "自动翻译导致误判",
    "未成年人保护规则需要更新", "申诉处理时间过长", "搜索结果中出现违禁品",
)  # fmt: skip
_THAI = (
    "ตรวจจับสินค้าปลอมก่อนเผยแพร่", "ผู้ตรวจสอบต้องการคำแปลภาษาไทย",
    "ลดเวลาการอุทธรณ์ของผู้ขายรายย่อย", "สินค้าต้องห้ามในการถ่ายทอดสด",
)  # fmt: skip
_SENTENCES = (
    "Reviewers meet {thing} about {count} times a week and have no rule to point to.",
    "Sellers write that {thing} are removed without a reason they can read.",
    "The queue in {city} works through {count} items an hour, which is half of what arrives.",
    "Since the last policy update the share of overturned decisions rose to {share} percent.",
    "A classifier finds {thing} in English only; other languages wait for a person.",
    "Two markets ask for the same: {city} first, then everywhere else.",
    "Each case costs {count} seconds because the picture opens in another tool.",
    "The regulator expects an answer for {thing} within {count} hours.",
    "Without it the campaign week needs {count} more people than are hired.",
)
CITIES = (
    "Berlin", "Paris", "Madrid", "Warsaw", "Bangkok", "Manila", "Dublin", "Hanoi", "Jakarta",
    "Lisbon", "Rome", "Tokyo",
)  # fmt: skip
_GIVEN = (
    "Ada", "Bela", "Chen", "Dana", "Emil", "Fatima", "Goran", "Hana", "Ivo", "Jun", "Kofi", "Lena",
    "Mai", "Nils", "Olga", "Pia", "Quentin", "Rosa", "Somchai", "Tariq", "Uma", "Vera", "Wei",
    "Yara", "Zoe",
)  # fmt: skip
_FAMILY = (
    "Abel", "Bauer", "Costa", "Diaz", "Eriksen", "Fischer", "Garcia", "Huang", "Ito", "Jansen",
    "Kowalski", "Li", "Moreau", "Nguyen", "Okafor", "Pereira", "Rossi", "Srisai", "Tan", "Ullah",
    "Varga", "Weber", "Xu", "Yilmaz", "Zhang",
)  # fmt: skip
# A word that stands in one title in a thousand, and two signs of some Chinese titles.
RARE, CHINESE = "periscope", "仿冒"


def thing(draw: Random) -> str:
    """Return something that is moderated."""
    return draw.choice(_THINGS)


def title(draw: Random) -> str:
    """Return the title of a requirement or launch; one in twelve is Chinese or Thai."""
    fate = draw.random()
    if fate < 0.05:
        return f"{draw.choice(_CHINESE)}（{draw.choice(CITIES)}）"
    if fate < 0.08:
        return f"{draw.choice(_THAI)} {draw.choice(CITIES)}"
    return f"{draw.choice(_VERBS)} {thing(draw)} {draw.choice(_PLACES)}"


def problem(draw: Random) -> str:
    """Return two to four sentences."""
    parts = [
        sentence.format(
            thing=thing(draw),
            city=draw.choice(CITIES),
            count=draw.randint(2, 900),
            share=draw.randint(2, 40),
        )
        for sentence in draw.sample(_SENTENCES, draw.randint(2, 4))
    ]
    return " ".join(parts)


def person_name(draw: Random) -> str:
    """Return a name."""
    return f"{draw.choice(_GIVEN)} {draw.choice(_FAMILY)}"
