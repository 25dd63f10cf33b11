"""Words that chats and mails are made of, in the languages people write to moderation teams in."""

import re


def _any(*words: str) -> str:
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))


# Labels of mail headers, as programs of many languages write them.
FROM = frozenset(
    {
        *("from", "de", "von", "da", "van", "från", "fra", "od", "от", "кому", "kimden", "dari"),
        *(
            "发件人",
            "寄件者",
            "寄件人",
            "差出人",
            "보낸 사람",
            "보낸사람",
            "จาก",
            "من",
            "từ",
            "lähettäjä",
        ),
    }
)
SUBJECT = frozenset(
    {
        *("subject", "betreff", "objet", "oggetto", "asunto", "assunto", "onderwerp", "ämne"),
        *("emne", "temat", "тема", "konu", "perihal", "subjek", "主题", "主旨", "件名", "제목"),
        *("เรื่อง", "الموضوع", "chủ đề", "aihe", "předmět", "tárgy"),
    }
)
OTHER_HEADERS = frozenset(
    {
        *("to", "cc", "bcc", "date", "sent", "reply-to", "importance", "attachments"),
        *("an", "gesendet", "datum", "à", "envoyé", "a", "inviato", "para", "enviado", "fecha"),
        *("aan", "verzonden", "till", "skickat", "til", "do", "data", "дата", "kepada", "tarih"),
        *(
            "收件人",
            "发送时间",
            "日期",
            "抄送",
            "宛先",
            "日時",
            "送信日時",
            "받는 사람",
            "날짜",
            "ถึง",
            "วันที่",
        ),
        *("إلى", "التاريخ", "đến", "ngày", "kime", "cc'd"),
    }
)
# What programs put before the subject of an answer.
ANSWER_MARK = re.compile(
    r"^(?:(?:re|aw|sv|antw|odp|ynt|fw|fwd|wg|tr|rv|rif|enc|vs|vb|回复|答复|转发|回覆|轉寄|返信|転送)"
    r"(?:\[\d{1,3}\])?\s?[:：]\s*)+",
    re.IGNORECASE,
)
_GREETINGS = _any(
    *("hi", "hello", "hey", "dear", "good morning", "good afternoon", "morning", "hallo", "moin"),
    *("guten tag", "guten morgen", "liebe", "lieber", "liebes", "sehr geehrte", "bonjour", "salut"),
    *("hola", "buenos días", "buenas tardes", "estimado", "estimada", "ciao", "buongiorno", "olá"),
    *("oi", "bom dia", "cześć", "dzień dobry", "привет", "здравствуйте", "добрый день", "merhaba"),
    *("selamat pagi", "halo", "xin chào", "chào", "你好", "您好", "大家好", "各位好", "早上好"),
    *(
        "こんにちは",
        "お疲れ様です",
        "お世話になっております",
        "안녕하세요",
        "สวัสดี",
        "เรียน",
        "مرحبا",
        "السلام عليكم",
    ),
)
# A whole line that only greets, and a greeting before the first words of a sentence.
GREETING_LINE = re.compile(
    rf"^(?:{_GREETINGS})(?![a-z])[^.?!。？！]{{0,40}}[\s,!.:;，！。、~]*$", re.IGNORECASE
)
GREETING_START = re.compile(
    rf"^(?:{_GREETINGS})(?![a-z])[^,!.?:，！。？、\n]{{0,30}}[,!，！、]\s*", re.IGNORECASE
)
_THANKS = _any(
    *("thanks", "thank you", "many thanks", "thanks in advance", "thx", "ty", "cheers", "best"),
    *("regards", "best regards", "kind regards", "warm regards", "sincerely", "vielen dank"),
    *("danke", "viele grüße", "beste grüße", "liebe grüße", "mit freundlichen grüßen", "vg", "lg"),
    *("merci", "merci d'avance", "cordialement", "bien à vous", "gracias", "saludos"),
    *("un saludo", "grazie", "saluti", "cordiali saluti", "obrigado", "obrigada", "abraço"),
    *("dziękuję", "pozdrawiam", "спасибо", "с уважением", "teşekkürler", "terima kasih"),
    *("cảm ơn", "谢谢", "謝謝", "多谢", "此致", "ありがとうございます", "よろしくお願いします"),
    *(
        "よろしくお願いいたします",
        "감사합니다",
        "ขอบคุณ",
        "ขอบคุณครับ",
        "ขอบคุณค่ะ",
        "شكرا",
        "مع التحية",
    ),
)
FAREWELL_LINE = re.compile(
    rf"^(?:{_THANKS})(?:[\s,!.。！~]{{0,6}}|[\s,]{{1,3}}\w{{1,20}}[\s,!.]{{0,3}})$",
    re.IGNORECASE,
)
# A first sentence that opens a talk and asks for nothing yet.
_MOMENT = r"(?:(?:a|some|an?other|\d{1,2}|two|five|ten) )?(?:quick )?(?:min|sec|moment|time\b)"
SMALL_TALK = re.compile(
    rf"^(?:(?:do|have) you (?:have|got) {_MOMENT}|(?:have you )?got {_MOMENT}"
    r"|(?:just )?(?:a )?quick (?:question|one)\W*$|are you (?:there|around|free)\b"
    r"|how are you\b|(?:i )?hope (?:you are|you're|this finds|all is)|sorry to (?:bother|disturb)"
    r"|hast du (?:kurz |mal |gerade |\d{1,2} )*(?:zeit|min)|haben sie (?:kurz )?zeit"
    r"|(?:nur )?(?:eine )?kurze frage\W*$|tu as (?:une|\d{1,2}) min|(?:une )?petite question\W*$"
    r"|tienes (?:un|\d{1,2}) min|hai (?:un|\d{1,2}) min|在吗|有空吗)",
    re.IGNORECASE,
)
# Where the answered mail begins.
QUOTE_HEAD = re.compile(
    r"^(?:"
    r"-{2,}\s?(?:original message|ursprüngliche nachricht|message d'origine|mensaje original|"
    r"messaggio originale|原始邮件|原始郵件|元のメッセージ|원본 메시지).{0,40}"
    r"|_{10,}"
    r"|(?:on|am|le|el|il|em|op|den|w dniu)\s.{4,150}"
    r"(?:wrote|schrieb.{0,60}|a écrit|escribió|ha scritto|escreveu|schreef.{0,60}|skrev.{0,60}|"
    r"napisał\(?a?\)?.{0,60})\s?[:：]?"
    r"|(?:在|于|於).{4,100}(?:写道|寫道)\s?[:：]?"
    r"|.{4,100}(?:のメール|님이 작성|เขียนว่า|пишет|написал\(?а?\)?)\s?[:：]?"
    r")$",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"^-{2,}\s?(?:forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|"
    r"messaggio inoltrato|转发邮件|转发的邮件).{0,40}$",
    re.IGNORECASE,
)
SENT_FROM = re.compile(
    r"^(?:sent from my|get outlook for|von meinem|envoyé de mon|enviado desde mi|inviato da|"
    r"发自我的|從我的).{0,40}$",
    re.IGNORECASE,
)
