"""Units of measure: each name leads to a base unit and a factor."""

from functools import lru_cache

_TABLE = """
s 1 s sec secs second seconds
s 60 min mins minute minutes
s 3600 h hr hrs hour hours
s 86400 d day days
s 604800 week weeks wk wks
month 1 month months mth mths
month 3 quarter quarters
month 12 year years yr yrs annum
month 120 decade decades
working-day 1 working-day business-day working-days business-days workday workdays weekday weekdays
mm 1 mm millimetre millimetres millimeter millimeters
mm 10 cm centimetre centimetres centimeter centimeters
mm 1000 m metre metres meter meters
mm 1000000 km kilometre kilometres kilometer kilometers
mm 25.4 inch inches
mm 304.8 ft foot feet
m2 1 m² m2 sqm
m3 1 m³ m3
g 0.001 mg milligram milligrams
g 1 g gram grams gramme grammes
g 1000 kg kilo kilos kilogram kilograms
g 453.59237 lb lbs pound-weight
ml 1 ml millilitre millilitres milliliter milliliters
ml 10 cl centilitre centilitres
ml 1000 l litre litres liter liters
W 0.001 mw
W 1 w watt watts
W 1000 kw kilowatt kilowatts
Wh 1 wh
Wh 1000 kwh kilowatt-hour kilowatt-hours
V 1 v volt volts
A 0.001 ma
A 1 a amp amps ampere amperes
Ah 0.001 mah
Ah 1 ah
Hz 1 hz hertz
Hz 1000 khz
Hz 1000000 mhz
Hz 1000000000 ghz gigahertz
B 1 byte bytes
B 1000 kb
B 1000000 mb megabyte megabytes
B 1000000000 gb gigabyte gigabytes
B 1000000000000 tb terabyte terabytes
bit/s 1000 kbit/s kbps
bit/s 1000000 mbit/s mbps mb/s megabit megabits
bit/s 1000000000 gbit/s gbps gigabit gigabits
°C 1 °c celsius
°F 1 °f fahrenheit
° 1 ° degree degrees
bar 1 bar bars
dB 1 db decibel decibels
dBi 1 dbi
px 1 px pixel pixels
rpm 1 rpm
% 1 % percent
EUR 1 € eur euro euros
EUR 0.01 cent cents ct
USD 1 $ usd dollar dollars
GBP 1 £ gbp
CHF 1 chf franc francs
"""

CURRENCY_SIGNS = "€$£"
TIME_BASES = frozenset({"s", "month", "working-day"})


@lru_cache(maxsize=1)
def _units() -> dict[str, tuple[str, float]]:
    table: dict[str, tuple[str, float]] = {}
    for line in _TABLE.strip().splitlines():
        base, factor, *names = line.split()
        table.update(dict.fromkeys(names, (base, float(factor))))
    return table


def unit(name: str) -> tuple[str, float] | None:
    """The base unit and the factor of a unit's name; nothing when it is no unit.

    Case is ignored, but for the one-letter and data units where it changes the meaning.
    """
    found = _units().get(name.lower())
    if found is None or name in ("M", "G", "Mb", "Gb", "kb"):
        return None
    return found
