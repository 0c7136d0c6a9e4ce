"""Text that gives orders to whoever answers, instead of informing whoever asks.

Known as indirect prompt injection (Greshake et al. 2023) where it stands in a source.
"""

import re
import unicodedata
from functools import lru_cache

_ANSWERER = (
    r"(?:ai|a\.i\.|ki|llm|language model|(?:chat|sprach|mail)? ?bot|chat ?assistant|"
    r"(?:virtual|digital) assistant|assistant|assistent|sprachmodell)(?:s|en)?"
)
_WHOEVER = (
    r"(?:who(?:so)?ever|any(?:one|body) who|those who|every(?:one|body) who|people who|"
    r"wer(?: auch immer)?|(?:machine|software|program|system|programm)s? (?:that|which|das|die))"
    r"\b[^.!?]{0,50}\b"
    r"(?:answer|repl(?:y|ies)|respond|summari[sz]e|shorten|describe|translate|look after|"
    r"looks after|sort|process|pass(?:es)? (?:this|it) on|antworte|beantworte|schreib|weitergib)"
)
_DUTY = (
    r"(?:must|should|shall|please|kindly|will|would|ha(?:s|ve) to|(?:is|are) (?:to|asked|told|"
    r"instructed)|need(?:s)? to|adds?|says?|tells?|mentions?|keeps?|drops?|recommends?|"
    r"sag(?:e|t|en)|soll(?:te|ten|en)?|muss|m(?:ü|ue)ssen|bitte|nenn(?:e|t|en))"
)
_ASKER = (
    r"(?:customers?|users?|visitors?|callers?|some(?:one|body)|any(?:one|body)|people|kund\w+|"
    r"nutzer\w*|anrufer\w*|besucher\w*|jemand)"
)
_ANSWERS = r"(?:answers?|repl(?:y|ies)|responses?)"
_PATTERNS = (
    r"\b(?:ignor|disregard|forget|overrid|bypass|ignorier|vergiss)\w*\b[^.]{0,40}\b(?:instruction|"
    r"prompt|rule|polic|guideline|everything|above|previous|prior|anweisung|regel)",
    r"\b(?:system|developer|hidden|initial)[ -](?:prompt|message|instructions?|mode)\b",
    r"\byou are (?:now|a|an) (?:\w+ ){0,3}(?:assistant|bot|chatbot|model|ai|dan|agent)\b",
    rf"\b{_ANSWERER}\b[^.!?,;:]{{0,40}}\b(?:must|should|shall|have to|has to|are to|is to|need to|"
    r"please|kindly|reading|instructed|soll(?:te|en)?|muss|bitte)\b",
    rf"\b{_WHOEVER}\w*[^.!?]{{0,100}}?\b{_DUTY}\b",
    r"\b(?:assistant|agent|bot|model|ki|ai)s?\s*[:,]\s*(?:please\s|bitte\s)?(?:ignore|say|tell|"
    r"approve|grant|reply|respond|answer|reveal|refund|issue|give|sag|gib)",
    r"\b(?:note|instructions?|attention|message|memo|hinweis|anweisung|f(?:ü|ue)r|for)\b"
    rf"(?: (?:to|for|an|f(?:ü|ue)r))? (?:the |any |all |die |den |das |alle )?{_ANSWERER}\b",
    r"\b(?:note|instructions?|message|memo|hinweis|anweisung|mitteilung)\b[^.!?\n]{0,40}"
    rf"\b(?:to|for|an|f(?:ü|ue)r):? (?:the |any |all |die |den |das |alle )?{_ANSWERER}\b",
    rf"\b{_ANSWERER} (?:adds?|says?|writes?|answers?|replies|mentions?|opens?|starts?)\s*:",
    rf"\b(?:when(?:ever)?|if|as soon as|wenn|falls|sobald) (?:\w+ ){{0,2}}{_ASKER}\b[^.!?]{{0,30}}"
    r"\b(?:asks?|inquires?|wants? to know|fragt|wissen (?:will|m(?:ö|oe)chte))\b[^.!?]{0,80}[,:] "
    r"(?:then |please |bitte )?(?:name|say|tell|show|state|give|mention|write|add|answer|reply|"
    r"start|open|call|nenne|sag|zeig|antworte|schreib)",
    r"\b(?:tell|say) (?:this|that|it) to (?:every|any|all)|"
    r"\b(?:do not|don['’]t|never) mention (?:this|that|it|the (?:old|earlier|real))\b",
    r"\b(?:show|put|add|include|insert|append|mention|state|repeat)\b[^.!?]{0,120}\b(?:"
    rf"(?:in|to) (?:every|each|all) {_ANSWERS}|"
    rf"at the (?:end|beginning|start|top) of (?:the|your|every|each) {_ANSWERS})\b",
    r"\b(?:nennen|sagen|antworten|geben|empfehlen|bitten) sie "
    r"(?:dem|den|der|die|jede[mrn]|allen?) (?:kund|nutzer|anrufer|besucher)",
    r"^(?:please )?(?:always |now |immediately )?(?:tell|inform|promise|assure) "
    r"(?:the |every |each |all )?(?:customers?|users?|people|owners?|callers?)\b",
    r"^(?:please )?(?:always |only )?(?:reply|respond|answer) "
    r"(?:only |always )?(?:with|that|in|to)\b",
    r"\b(?:reveal|print|output|leak|repeat|expose)\b[^.]{0,40}\b(?:prompt|instructions?|secrets?|"
    r"api keys?|passwords? of|customer data)\b",
    r"\bjailbreak|\bdo anything now\b|\[/?INST\]|\boverride (?:on|stays|mode)\b",
    r"</?(?:system|instructions?|prompt|im_start|im_end)\b|<\|\w+\|>",
    r"^\W*(?:system|developer)\s*(?:update|message|note)?\s*:",
    r"(?:^|[\[(>\"'])\W*(?:(?:chat ?)?bots?|ais?|kis?|llms?|language models?)\s*:",
)
_SPACED_OUT = re.compile(r"\b(?:\w ){4,}\w\b")
_FENCED = re.compile(
    r"\{\{(?:(?!\{\{).)*?\}\}|<\|(?:(?!<\|).)*?\|>|\[\[(?:(?!\[\[).)*?\]\]|#{3,}[^#\n]*#{3,}|"
    r"<(system|instructions?|prompt|admin|assistant|passage|source|document|context|evidence|data|"
    r"tool\w*)\b[^>]*>.*?</\1\s*>|\]\]>|</(?:passage|source|document|context|evidence|data)>",
    re.DOTALL | re.IGNORECASE,
)


@lru_cache(maxsize=1)
def _orders() -> re.Pattern[str]:
    return re.compile("|".join(_PATTERNS), re.IGNORECASE)


MOST_MARKS = 8
"""Of one mark in a row, those that are read: thousands of brackets would take minutes."""

_REPEATED = re.compile(r"([^\w\s])\1{8,}")


@lru_cache(maxsize=8192)
def is_order(text: str) -> bool:
    """Whether a text gives orders to whoever answers.

    Invisible characters, look-alikes and spaced-out letters do not hide it.
    """
    return bool(_orders().search(_legible(text)))


def without_markers(message: str) -> str:
    """A message with the parts blanked that are written as if by a system: `{{...}}`, `<|...|>`.

    Offsets stay as they are. A message of nothing else stays whole.
    """
    shown = _FENCED.sub(lambda match: re.sub(r"\S", " ", match.group()), message)
    return shown if re.search(r"\w", shown) else message


def _legible(text: str) -> str:
    shown = unicodedata.normalize("NFKC", text)
    shown = "".join(letter for letter in shown if unicodedata.category(letter) != "Cf")
    shown = _REPEATED.sub(lambda match: match.group()[:MOST_MARKS], shown)
    return _SPACED_OUT.sub(lambda match: match.group().replace(" ", ""), shown)
