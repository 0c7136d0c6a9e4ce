"""Names, numbers and values that are made up."""

import random

ONSETS = (
    "b br c ch cl d dr f fl g gl gr h j k kl l m n p pl pr qu r s sc sk sl sp st t th tr v w y z"
)
VOWELS = "a e i o u ai ea ei ia io oa ou"
CODAS = "n l r s t m x nd rn st lt ck sh th"
ENDINGS = "a o is us en el or ix on ar um ine ette aro ova ium ly"

ADJECTIVES = (
    "amber blue brass broad bronze bright ceramic clear coarse compact copper coral cotton crimson "
    "dark deep double dry dusty early eastern electric empty even fast fine flat folding front "
    "gentle glass golden green grey heavy high hollow indoor inner iron ivory large late leather "
    "left light linen little long loose loud low lower main mobile narrow northern old open orange "
    "outdoor outer pale paper plain portable purple quiet rapid rear red right rough round rubber "
    "safe scarlet second sharp short silent silver slow small smooth soft solar solid southern "
    "spare square steel still stone straight strong thick thin third upper velvet violet warm wet "
    "white wide wild winter wooden yellow young"
).split()

NOUNS = (
    "account adapter alarm album antenna arm awning badge bag ball band bank bar barrel basin "
    "basket battery beam bearing bed bell belt bench bicycle blade blanket blind board boat bolt "
    "book boot bottle bowl box bracket brake branch bridge brush bucket buckle buffer bulb button "
    "cabin cable camera candle canvas cap card carpet cart cartridge case casing catalogue cellar "
    "chain chair chamber channel charger chart chest chimney circuit clamp clasp clip clock coat "
    "coil collar column compass connector cooker cord cork counter coupling course cover crank "
    "crate cup curtain cushion cylinder deck desk dial disc dish dock door drain drawer drill drum "
    "edge engine fan faucet fence ferry fibre file filter flag flap flask float floor flute fork "
    "form frame freezer fuse gallery garden gasket gate gauge gear glove grate grid grill grinder "
    "grip guard guide guitar hall hammer handle harness hat heater helmet hinge holder hood hook "
    "hose hotel hub inlet jacket jar joint kettle key keyboard kiln knife knob label ladder lamp "
    "lantern latch lawn layer leaf ledger lens lever lid light line liner link loan lock locker "
    "loop machine magnet manual map mask mat meter mill mirror mixer module mop motor mount museum "
    "needle net nozzle oven pad paddle page pan panel park parcel pass path pedal pen permit phone "
    "piano pillar pillow pin pipe piston plate platform plug pocket pole pool port press printer "
    "probe pulley pump rack radio rail ramp reel relay ring rod roller roof room rope rotor route "
    "rug saddle sail saw scale screen screw seal seat sensor shade shaft shelf shell shield shoe "
    "shop shutter sieve sink sleeve slot socket spindle spool spout spring stand station stem step "
    "stool stove strap strip studio switch table tablet tank tap tent terminal ticket tile timer "
    "tip toaster tool tower track trailer train tray trolley trunk tube tunnel tyre valve van vase "
    "vent vest wagon wall wardrobe washer watch wheel whistle window wing wire workshop yard zip"
).split()

MATERIALS = (
    "aluminium bamboo birch brass bronze ceramic clay copper cork cotton felt glass granite hemp "
    "iron leather linen maple nylon oak paper pine plastic rubber silk slate steel stone straw tin "
    "titanium walnut wax wool zinc"
).split()

COLOURS = (
    "amber black blue bronze brown coral crimson cream gold green grey indigo ivory olive orange "
    "pink purple red silver teal turquoise violet white yellow"
).split()

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = (
    "January February March April May June July August September October November December"
).split()
UNITS = {
    "mass": ("g", "kg", "grams", "kilograms"),
    "length": ("mm", "cm", "m", "metres", "centimetres"),
    "volume": ("ml", "l", "litres", "millilitres"),
    "power": ("W", "kW", "watts"),
    "time": ("seconds", "minutes", "hours", "days", "weeks", "months", "years"),
    "money": ("euros", "dollars", "pounds", "crowns"),
    "heat": ("°C", "degrees"),
    "speed": ("km/h", "rpm", "m/s"),
    "share": ("%", "per cent"),
    "noise": ("dB", "decibels"),
    "area": ("square metres", "m²"),
}


def syllables(rng: random.Random, least: int = 1, most: int = 3) -> str:
    """A pronounceable word that means nothing."""
    parts = []
    for _ in range(rng.randint(least, most)):
        parts.append(rng.choice(ONSETS.split()) + rng.choice(VOWELS.split()))
        if rng.random() < 0.3:
            parts.append(rng.choice(CODAS.split()))
    return "".join(parts) + (rng.choice(ENDINGS.split()) if rng.random() < 0.5 else "")


def proper(rng: random.Random) -> str:
    """The name of a thing, a person or a place."""
    return syllables(rng).capitalize()


def code(rng: random.Random) -> str:
    """A model or error code such as `K42`, `BR-407` or `X3`."""
    letters = "".join(rng.choice("ABCDEFGHKLMNPRSTVWXZ") for _ in range(rng.randint(1, 2)))
    return f"{letters}{rng.choice(['', '', '-', ' '])}{rng.randint(1, 990)}"


def noun(rng: random.Random) -> str:
    """What a thing is called when it has no name of its own: `folding bracket`, `tarvo pump`."""
    word = rng.choice(NOUNS)
    chance = rng.random()
    if chance < 0.45:
        return f"{rng.choice(ADJECTIVES)} {word}"
    if chance < 0.75:
        return f"{rng.choice(NOUNS)} {word}"
    return f"{syllables(rng, 1, 2)} {word}"


def thing(rng: random.Random) -> str:
    """The name of one product, place or service of a world."""
    chance = rng.random()
    if chance < 0.3:
        return f"{proper(rng)} {rng.randint(1, 900)}"
    if chance < 0.5:
        return proper(rng)
    if chance < 0.65:
        return f"{proper(rng)} {proper(rng)}"
    if chance < 0.8:
        return f"{proper(rng)} {rng.choice(NOUNS)}"
    if chance < 0.9:
        return f"{code(rng)} {rng.choice(NOUNS)}"
    return f"{proper(rng)}{proper(rng)}"


def number(rng: random.Random) -> str:
    """A number as people write it."""
    chance = rng.random()
    if chance < 0.4:
        return str(rng.randint(2, 60))
    if chance < 0.6:
        return str(rng.randint(1, 99) * 10)
    if chance < 0.75:
        return f"{rng.randint(1, 9)}.{rng.randint(1, 9)}"
    if chance < 0.9:
        return str(rng.randint(100, 9999))
    return f"{rng.randint(1, 200)}.{rng.randint(0, 99):02d}"


def clock(rng: random.Random) -> str:
    """A time of day."""
    hour = rng.randint(1, 12)
    return rng.choice(
        [f"{hour}:{rng.choice(['00', '15', '30', '45'])}", f"{hour} am", f"{hour} pm"]
    )


def value(rng: random.Random, kind: str) -> str:
    """A value of a kind: one of `UNITS`, or a colour, a material, a day and so on."""
    if kind in UNITS:
        return f"{number(rng)} {rng.choice(UNITS[kind])}".replace(" %", "%")
    made = {
        "count": lambda: str(rng.randint(2, 48)),
        "colour": lambda: rng.choice(COLOURS),
        "material": lambda: rng.choice(MATERIALS),
        "day": lambda: rng.choice(DAYS),
        "date": lambda: f"{rng.randint(1, 28)} {rng.choice(MONTHS)}",
        "year": lambda: str(rng.randint(1920, 2026)),
        "clock": lambda: clock(rng),
        "name": lambda: proper(rng),
        "place": lambda: f"{proper(rng)}{rng.choice(['', '', ' Street', ' Hall', ' Square'])}",
        "code": lambda: code(rng),
        "noun": lambda: noun(rng),
        "mail": lambda: f"{syllables(rng, 1, 2)}@{syllables(rng, 1, 2)}.example",
    }
    return made[kind]()
