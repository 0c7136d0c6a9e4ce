"""Personal data out of past interactions, before anything is embedded or stored."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b")
_DIGITS = re.compile(r"(?<![\w-])\d(?:[ -]?\d){11,18}(?![\w-])")
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?:\+|00)\d{1,3}(?:[ ./-]?\(?\d{1,5}\)?){2,6}"
    r"|0\d{2,4}[ ]?/[ ]?\d{2,4}(?:[ -]?\d{2,4}){1,4}"
    r"|\(0?\d{2,5}\)[ ./-]?\d{3,}(?:[ ./-]?\d{2,})*"
    r"|0\d{2,4}[ ./-]\d{3,}(?:[ ./-]?\d{2,})*"
    r"|\d{3}[ .-]\d{3}[ .-]\d{4}"
    r"|0\d{8,11}"
    r")(?![\w-])"
)
_NAMED_ID = re.compile(
    r"\b(?P<what>order|customer|client|account|invoice|booking|member|membership|reservation|"
    r"tracking|parcel|shipment|serial|ticket|case|reference)"
    r"(?P<joint>[ ]?(?:numbers?|no\.?|nr\.?|id|code|ref\.?)?[ ]?(?:is[ ]|was[ ]|:[ ]?|#[ ]?)?)"
    r"(?P<value>#?[A-Z0-9]*(?:[-/][A-Z0-9]+)*\d(?:[A-Z0-9/-]*[A-Z0-9])?)\b",
    re.IGNORECASE,
)
_CARD_END = re.compile(
    r"\b(?P<what>(?:card|account)[^.\n]{0,20}?\b(?:ending|ends)(?:[ ](?:in|with|on))?|"
    r"last four(?: digits)?(?: are| is|:)?)[ ]\d{4}\b",
    re.IGNORECASE,
)
_CODED_ID = re.compile(r"(?<![\w-])[A-Z]-\d{4,}(?![\w-])")
_POSTCODE = (
    r"(?:[A-Z]{1,2}-)?\d{4,5}(?:-\d{4})?"
    r"|[A-Z]{1,2}\d[A-Z\d]?[ ]\d[A-Z]{2}"
    r"|[A-Z]{2}[ ]\d{5}(?:-\d{4})?"
)
_TOWN_WORD = r"[A-Z][^\W\d_]*(?:['’-][^\W\d_]+)*(?!\w)"
_TOWN = rf"{_TOWN_WORD}(?:[ ]{_TOWN_WORD}){{0,2}}"
_STREET_AFTER = (
    r"\d{1,5}[a-zA-Z]?,?[ ](?:[A-Z][\w'’.-]+[ ]){1,3}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Close|Way|Place|Pl|"
    r"Square|Sq|Terrace|Crescent|Gardens|Row|Hill|Highway|Hwy|Parkway|Pkwy|Walk|Mews|Quay|Grove|Rise|"
    r"Wharf|Parade|Green|View)\b\.?"
    r"(?:,?[ ](?:Apt|Apartment|Flat|Suite|Unit|No)\.?[ ]?\w+)?"
)
_STREET_BEFORE = (
    r"(?:[A-Z][\w'’-]*(?:stra(?:ß|ss)e|str\.|weg|gasse|allee|platz|ufer|laan|straat|plein|veien|gata)"
    r"|[A-Z][\w'’-]+[ ](?:Stra(?:ß|ss)e|Str\.|Weg|Gasse|Allee|Platz|Ring|Damm|Ufer)"
    r"|(?:Am|An[ ]de[rn]|Im|In[ ]der|Auf[ ]de[rm]|Zum|Zur|Beim|Unter[ ]den)[ ]"
    r"[A-Z][\w'’-]+(?=[ ]\d{1,3}\b)"
    r"|(?:Rue|Via|Calle|Avenue|Avenida|Piazza|Rua)[ ](?:[\w'’-]+[ ]?){1,4}?)[ ]\d{1,4}[ ]?[a-z]?\b"
)
_STREET_FRENCH = (
    r"\d{1,4}(?:[ ](?:bis|ter))?,?[ ](?:rue|avenue|boulevard|place|chemin|quai|impasse|allée)[ ]"
    r"(?:(?:de|du|des|la|le|les|l['’]|d['’])[ ]?){0,3}[A-ZÀ-Ý][\w'’-]+(?:[ ][A-ZÀ-Ý][\w'’-]+){0,2}"
)
_STREET_BY_TOWN = (
    rf"{_TOWN_WORD}(?:[ ]{_TOWN_WORD})?[ ]\d{{1,4}}[ ]?[a-z]?(?=,[ ](?:{_POSTCODE})[ ]{_TOWN_WORD})"
)
_ADDRESS = re.compile(
    rf"(?:{_STREET_AFTER}|{_STREET_FRENCH}|{_STREET_BEFORE}|{_STREET_BY_TOWN})"
    rf"(?:,?[ \n]+(?:{_POSTCODE})(?:,?[ ]{_TOWN})?|,[ ]{_TOWN}(?:,?[ ](?:{_POSTCODE}))?)?"
)
_GREETING = re.compile(
    r"^(?P<word>\s*(?:Dear|Hi|Hello|Hey|Good (?:morning|afternoon|evening)))[ ,]+"
    r"(?P<name>(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?[ ])?"
    r"(?!There\b|All\b|Team\b|Customer\b|Support\b|Sir\b|Madam\b|The\b|My\b|I\b|We\b|Our\b|Your\b)"
    r"[A-Z][\w'’-]+(?:[ ][A-Z][\w'’-]+){0,2})(?=[ ]*[,!.:\n])",
    re.MULTILINE,
)
_INTRODUCTION = re.compile(
    r"\b(?P<word>my name is|my name's|I am|I'm)[ ]"
    r"(?P<name>(?:(?:Mr|Mrs|Ms|Miss|Dr)\.?[ ])?[A-Z][a-zà-ÿ'’-]+(?:[ ][A-Z][a-zà-ÿ'’-]+){1,2})"
    r"(?=[ ]*[,!.;:\n]|[ ](?:and|from|here|with)\b)"
)
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.?[ ][A-Z][\w'’-]+(?:[ ][A-Z][\w'’-]+)?")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without personal data, and how many places were replaced."""

    text: str
    places: int


def redact(text: str, *, known: Iterable[str] = ()) -> Redacted:
    """Replace personal data by what it was: `[e-mail]`, `[phone number]`, `[order number]`.

    `known` are values that are personal in this text whatever they look like, such as the
    customer's name. Patterns err on the side of replacing.
    """
    text, places = _EMAIL.subn("[e-mail]", text)  # first: a name is often a part of one
    for value in sorted({word.strip() for word in known}, key=len, reverse=True):
        if len(value) > 1:
            text, count = re.subn(
                rf"(?<!\w){re.escape(value)}(?!\w)", "[customer]", text, flags=re.IGNORECASE
            )
            places += count
    for pattern, replacement in _RULES:
        before = text
        text, count = pattern.subn(replacement, text)
        # A pattern may match and keep what it found (a number that is no card number).
        places += count if text != before else 0
    return Redacted(text, places)


def _card(match: re.Match[str]) -> str:
    digits = [int(c) for c in match.group() if c.isdigit()]
    doubled = [
        d if i % 2 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(digits[-2::-1], 2)
    ]
    luhn = (digits[-1] + sum(doubled)) % 10 == 0
    if luhn and len(digits) >= 13:
        return "[card number]"
    return "[account number]"


def _identifier(match: re.Match[str]) -> str:
    what, joint, value = match.group("what"), match.group("joint"), match.group("value")
    plain = value.lstrip("#")
    named = bool(joint.strip()) or value.startswith("#")
    # "order 2 kettles" and "case 3" name no record.
    if sum(c.isdigit() for c in plain) < (3 if named else 4) or not re.search(r"\d", plain):
        return match.group()
    return f"{what} [{what.lower()} number]"


_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (_ACCOUNT, "[account number]"),
    (_ADDRESS, "[address]"),
    (_PHONE, "[phone number]"),
    (_DIGITS, _card),
    (_NAMED_ID, _identifier),
    (_CODED_ID, "[record number]"),
    (_CARD_END, r"\g<what> [digits]"),
    (_GREETING, r"\g<word> [customer]"),
    (_INTRODUCTION, r"\g<word> [customer]"),
    (_TITLED, "[customer]"),
)
