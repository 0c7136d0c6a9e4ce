"""Text in a source that gives orders to an assistant instead of informing a customer."""

import re
from functools import lru_cache

_PATTERNS = (
    r"\b(?:ignor|disregard|forget|overrid|bypass)\w*\b[^.]{0,40}\b(?:instruction|prompt|rule|"
    r"polic|guideline|everything|above|previous|prior)",
    r"\b(?:system|developer|hidden|initial)[ -](?:prompt|message|instructions?|mode)\b",
    r"\byou are (?:now|a|an) (?:\w+ ){0,3}(?:assistant|bot|chatbot|model|ai|dan|agent)\b",
    r"\b(?:ai|a\.i\.|language model|llm|chat ?bot|virtual assistant)s?\b[^.]{0,60}"
    r"\b(?:must|should|shall|have to|are to|is to|need to|please|reading|instructed)\b",
    r"\b(?:assistant|agent|bot|model)s?\s*[:,]\s*(?:please\s)?(?:ignore|say|tell|approve|grant|"
    r"reply|respond|answer|reveal|refund|issue|give)\b",
    r"\b(?:note|instructions?|attention|message) (?:to|for) (?:the |any |all )?"
    r"(?:ai|assistant|bot|model|llm|chatbot|language model)",
    r"^(?:please )?(?:always |now |immediately )?(?:tell|inform|promise|assure) "
    r"(?:the |every |each |all )?(?:customers?|users?)\b",
    r"^(?:please )?(?:always |only )?(?:reply|respond|answer) "
    r"(?:only |always )?(?:with|that|in|to)\b",
    r"\b(?:reveal|print|output|leak|repeat|expose)\b[^.]{0,40}\b(?:prompt|instructions?|secrets?|"
    r"api keys?|passwords? of|customer data)\b",
    r"\bjailbreak|\bdo anything now\b|\[INST\]",
    r"</?(?:system|instructions?|prompt|im_start|im_end)\b",
)


@lru_cache(maxsize=1)
def _orders() -> re.Pattern[str]:
    return re.compile("|".join(_PATTERNS), re.IGNORECASE)


def is_order(text: str) -> bool:
    """Whether a text gives orders to an assistant: such text is never quoted."""
    return bool(_orders().search(text))
