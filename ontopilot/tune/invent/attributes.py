"""What can be said and asked of a thing: `{t}` is the thing, `{v}` its value."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property: its name, the kind of its values, how it is stated and how it is asked for."""

    name: str
    kind: str
    stated: tuple[str, ...]
    asked: tuple[str, ...]


def _a(name: str, kind: str, stated: str, asked: str) -> Attribute:
    return Attribute(name, kind, tuple(stated.split("|")), tuple(asked.split("|")))


ATTRIBUTES: tuple[Attribute, ...] = (
    _a("weight", "mass", "{t} weighs {v}.|At {v}, {t} can be carried by one person.",
       "How heavy is {t}?|What does {t} weigh?|Could I lift {t}, how many kilos is it?"),
    _a("price", "money", "{t} costs {v}.|You pay {v} for {t}.|{t} is sold for {v}.",
       "How much is {t}?|What does {t} cost?|What do I pay for {t}?|How expensive is {t}?"),
    _a("warranty", "time", "The warranty of {t} lasts {v}.|{t} is under warranty for {v}.",
       "How long is the warranty on {t}?|For how long is {t} guaranteed?"),
    _a("colour", "colour", "{t} comes in {v}.|{t} is {v}.|The housing of {t} is {v}.",
       "What colour is {t}?|In which colour can I get {t}?"),
    _a("length", "length", "{t} is {v} long.|From end to end {t} measures {v}.",
       "How long is {t}?|What is the length of {t}?"),
    _a("height", "length", "{t} is {v} high.|{t} stands {v} tall.",
       "How tall is {t}?|How high is {t}?|What height does {t} have?"),
    _a("width", "length", "{t} is {v} wide.|Allow {v} of width for {t}.",
       "How wide is {t}?|How much space does {t} need from left to right?"),
    _a("capacity", "volume", "{t} holds {v}.|The tank of {t} takes {v}.",
       "How much fits into {t}?|How big is the tank of {t}?|What does {t} hold?"),
    _a("power", "power", "{t} draws {v}.|The rated power of {t} is {v}.",
       "How much power does {t} use?|How many watts does {t} have?"),
    _a("noise level", "noise", "{t} is as loud as {v}.|The noise of {t} stays below {v}.",
       "How loud is {t}?|How noisy is {t}?|Is {t} quiet?"),
    _a("material", "material", "{t} is made of {v}.|The frame of {t} consists of {v}.",
       "What is {t} made of?|Which material is used for {t}?"),
    _a("maker", "name", "{t} is made by {v}.|{v} manufactures {t}.",
       "Who makes {t}?|Which company builds {t}?|Who is the manufacturer of {t}?"),
    _a("designer", "name", "{t} was designed by {v}.|The design of {t} comes from {v}.",
       "Who designed {t}?|Whose design is {t}?"),
    _a("opening time", "clock", "{t} opens at {v}.|The doors of {t} open at {v}.",
       "When does {t} open?|From when is {t} open?|What time can I get into {t}?"),
    _a("closing time", "clock", "{t} closes at {v}.|Nobody is let into {t} after {v}.",
       "When does {t} close?|Until when is {t} open?"),
    _a("closing day", "day", "{t} is closed on {v}.|On {v} {t} stays shut.",
       "On which day is {t} closed?|When does {t} stay shut?"),
    _a("address", "place", "{t} is in {v}.|You find {t} at {v}.",
       "Where is {t}?|Where do I find {t}?|What is the address of {t}?"),
    _a("deadline", "date", "Applications for {t} end on {v}.|{t} must be booked by {v}.",
       "Until when can I apply for {t}?|What is the deadline for {t}?"),
    _a("start", "date", "{t} begins on {v}.|{t} starts on {v}.",
       "When does {t} begin?|On what date does {t} start?"),
    _a("founding year", "year", "{t} was founded in {v}.|{t} has existed since {v}.",
       "When was {t} founded?|How old is {t}?|Since when does {t} exist?"),
    _a("duration", "time", "{t} takes {v}.|{t} is over after {v}.",
       "How long does {t} take?|How much time does {t} need?"),
    _a("delivery time", "time", "{t} arrives within {v}.|Delivery of {t} takes {v}.",
       "How soon do I get {t}?|How long is the delivery of {t}?|When will {t} arrive?"),
    _a("return period", "time", "{t} can be returned within {v}.|You may send {t} back for {v}.",
       "How long can I return {t}?|Until when may I send {t} back?"),
    _a("charging time", "time", "{t} charges in {v}.|A full charge of {t} takes {v}.",
       "How long does {t} charge?|When is the battery of {t} full?"),
    _a("running time", "time", "One charge of {t} lasts {v}.|The battery of {t} runs for {v}.",
       "How long does the battery of {t} last?|How long can I use {t} without the mains?"),
    _a("temperature", "heat", "{t} works at {v}.|{t} heats up to {v}.",
       "How hot does {t} get?|At which temperature does {t} work?"),
    _a("speed", "speed", "{t} runs at {v}.|The top speed of {t} is {v}.",
       "How fast is {t}?|What speed does {t} reach?"),
    _a("load", "mass", "{t} carries up to {v}.|Do not load {t} with more than {v}.",
       "How much can {t} carry?|What is the greatest load of {t}?|How much may I put on {t}?"),
    _a("seats", "count", "{t} has {v} seats.|Up to {v} people fit into {t}.",
       "How many people fit into {t}?|How many seats does {t} have?"),
    _a("pieces", "count", "{t} comes with {v} pieces.|There are {v} pieces in {t}.",
       "How many pieces are in {t}?|How many parts come with {t}?"),
    _a("programmes", "count", "{t} has {v} programmes.|You can choose among {v} settings of {t}.",
       "How many programmes does {t} have?|How many settings can I choose with {t}?"),
    _a("minimum age", "count", "{t} is for people from {v} years of age.|"
       "Nobody under {v} years may use {t}.",
       "How old must one be for {t}?|From what age is {t} allowed?"),
    _a("deposit", "money", "A deposit of {v} is taken for {t}.|{t} requires a deposit of {v}.",
       "How much is the deposit for {t}?|What security do I leave for {t}?"),
    _a("late fee", "money", "Who brings {t} back late pays {v} a day.|The late fee of {t} is {v}.",
       "What happens if I am late with {t}?|How much is the fine for {t}?"),
    _a("discount", "share", "Students get {v} off {t}.|With a card, {t} is {v} cheaper.",
       "Is there a discount on {t}?|How much cheaper can I get {t}?"),
    _a("interest", "share", "{t} pays {v} interest a year.|The yearly rate of {t} is {v}.",
       "What interest does {t} pay?|Which rate does {t} have?"),
    _a("floor area", "area", "{t} has an area of {v}.|{t} covers {v}.",
       "How large is {t}?|What is the floor area of {t}?"),
    _a("filter", "noun", "{t} uses the {v}.|The {v} belongs into {t}.",
       "Which filter does {t} take?|What do I put into {t} as a filter?"),
    _a("spare part", "noun", "The spare part for {t} is the {v}.|The {v} fits {t}.",
       "Which spare part fits {t}?|What do I order as a replacement for {t}?"),
    _a("charger", "noun", "{t} is charged with the {v}.|Use only the {v} to charge {t}.",
       "What do I charge {t} with?|Which charger is right for {t}?"),
    _a("contact", "name", "Questions about {t} go to {v}.|{v} is in charge of {t}.",
       "Who can I ask about {t}?|Who is responsible for {t}?|Whom do I contact about {t}?"),
    _a("e-mail", "mail", "Write to {v} about {t}.|The address for {t} is {v}.",
       "What is the e-mail address for {t}?|Where do I write to about {t}?"),
    _a("error code", "code", "A fault of {t} shows as {v}.|{t} shows {v} when it fails.",
       "Which code does {t} show when it fails?|What is the error code of {t}?"),
    _a("order number", "code", "{t} has the order number {v}.|Order {t} under {v}.",
       "Under which number do I order {t}?|What is the order number of {t}?"),
    _a("cleaning", "time", "{t} must be cleaned every {v}.|Clean {t} after {v} of use.",
       "How often do I clean {t}?|When must {t} be cleaned?"),
    _a("inspection", "time", "{t} is inspected every {v}.|Have {t} checked after {v}.",
       "How often is {t} inspected?|When is the next check of {t} due?"),
    _a("storage place", "place", "{t} is kept in {v}.|Put {t} back into {v} after use.",
       "Where is {t} kept?|Where do I put {t} after use?"),
    _a("borrowing period", "time", "{t} may be borrowed for {v}.|You can keep {t} for {v}.",
       "For how long can I borrow {t}?|How long may I keep {t}?"),
    _a("successor", "name", "{t} was replaced by {v}.|The successor of {t} is {v}.",
       "What replaced {t}?|What is the newer version of {t}?"),
    _a("ingredient", "material", "{t} contains {v}.|There is {v} in {t}.",
       "What is in {t}?|What does {t} contain?"),
)  # fmt: skip

PLAIN = Attribute(
    "",
    "",
    (
        "The {a} of {t} is {v}.",
        "{t} has a {a} of {v}.",
        "{t} has {a} {v}.",
        "For {t}, the {a} is {v}.",
        "As {a} of {t} we list {v}.",
    ),
    (
        "What is the {a} of {t}?",
        "Which {a} does {t} have?",
        "Tell me the {a} of {t}.",
        "{t}: {a}?",
        "I need the {a} for {t}.",
        "Do you know the {a} of {t}?",
    ),
)
"""How any attribute may be stated and asked for by its name `{a}`."""

INVENTED_KINDS = tuple(
    (
        "mass length volume power time count colour material name code noun share heat place day"
    ).split()
)
"""The kinds of values that an invented attribute may have."""

_ACTIONS = """
clean: rinse it with {m} water|wipe it with a {m} cloth|brush it under {m} water
remove: turn it to the left until it {k}|press both {p} and pull it out|loosen the {p} and lift it
reset: hold the {p} for {s} seconds|pull the plug and wait {s} seconds|press the {p} {s} times
open: push the {p} to the side|turn the key {s} times|lift the {p} first
replace: take the old one out and push the new one in until it {k}|undo the {s} screws and swap it
adjust: turn the {p} until the mark points to {s}|slide the {p} to step {s}
store: wrap it in {m} paper and keep it {m}|put it into the {p} after it has dried
install: set it on the {p} and tighten {s} screws|push it into the {p} until it {k}
fill: pour in {s} cups of {m} water|open the {p} and fill it up to mark {s}
connect: plug the {p} into the {p}|hold the {p} until the lamp is {c}
register: sign the form at the {p}|send the {p} number to the office
cancel: write to the office {s} days before|press the {p} in your account
"""
ACTIONS = MappingProxyType(
    {
        verb: tuple(steps.split("|"))
        for verb, steps in (line.split(": ", 1) for line in _ACTIONS.strip().splitlines())
    }
)
"""What one does with a part, and how: filled in by `worlds`."""
