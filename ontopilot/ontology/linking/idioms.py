"""Everyday phrases and verbs of English and German that use the words of names for other things."""

from collections.abc import Iterable, Mapping, Sequence

Place = tuple[tuple[str, ...], tuple[str, ...]]
"""The words of a phrase before and behind one of its words; `*` stands for any word."""

_PHRASES = """
[fan] of | big [fan] | a huge [fan] | [fans] of | in [order] to | [order] of the day
law and [order] | in good [order] | out of [order] | in short [order] | in [return]
happy [returns] | point of no [return] | [return] to | [returned] to | [returned] home
[return] home | by [return] | [part] of the country | [part] of the world | [part] of the story
[part] of the day | [part] of the year | [part] of the time | [part] of the town
[part] of the city | [part] of life | [part] of me | [part] of us | [part] of the reason
[part] of the problem | [part] of the fun | in [part] | take [part] | took [part] | takes [part]
taking [part] | for my [part] | for the most [part] | on my [part] | play a [part]
the best [part] | the worst [part] | the hard [part] | [part] time | [part] with
[piece] of advice | [piece] of cake | [piece] of mind | [piece] of paper | [piece] of news
[piece] of music | [piece] of work | in one [piece] | [piece] of furniture | [piece] of luck
went to [pieces] | news [item] | [article] about | newspaper [article] | [articles] about
[rule] of thumb | as a [rule] | [rule] out | [rules] out | golden [rule] | [terms] of | in [terms]
good [terms] | come to [terms] | first name [terms] | under [pressure] | blood [pressure]
peer [pressure] | time [pressure] | high [pressure] area | air [pressure] | tyre [pressure]
tire [pressure] | in [power] | [power] nap | will [power] | [power] cut | [power] failure
[power] outage | the [power] went | [power] came back | at all [costs] | at any [cost]
[cost] of living | at no [cost] | [cost] him | [cost] her | [price] of fame | [price] to pay
for * [reason] | for * [reasons] | for * own [reason] | the [reason] why | the [reason] i
[reason] to | [reasons] to | no [reason] | [reason] enough | stands to [reason] | within [reason]
with good [reason] | no [problem] | not a [problem] | no [problems] | [problem] child
without a [problem] | without any [problem] | without [problems] | no [fault] of | my [fault]
your [fault] | my own [fault] | his [fault] | her [fault] | nobody's [fault] | [fault] is mine
[fault] was mine | find [fault] | to a [fault] | whose [fault] | at [fault] | [extra] money
[extra] time | [extra] cost | [extra] costs | [extra] effort | [extra] form | [extra] mile
[extra] day | [extra] hour | [extra] work | [extra] charge | [extra] fee | [extra] care
[extra] help | [extra] space | [extra] room | [extra] week | [extra] large | [extra] long
[extra] strong | [extra] careful | [extra] euros | [extra] pounds | [extra] euro
an [extra] * for | [extra] bit | something [extra] | pay [extra] | cost [extra] | costs [extra]
charge [extra] | paid [extra] | for [extra] | kitchen [scale] | kitchen [scales]
bathroom [scale] | bathroom [scales] | [scale] of | on a [scale] | large [scale] | small [scale]
full [scale] | [scale] model | to [scale] | [scale] back | [scale] up | [scale] down
the [scales] | wrought [iron] | cast [iron] | [iron] out | [iron] will | [iron] gate | [iron] bar
[iron] fist | [iron] curtain | [iron] door | [iron] age | pumping [iron] | [iron] ore
an [iron] grip | [iron] rod | [iron] railing | corrugated [iron] | [iron] deficiency
[iron] tablets | out of [reach] | within [reach] | within easy [reach] | [reach] of children
[reach] for | [reach] me | [reached] me | [reached] us | [reach] you | [reach] him | [reach] out
[reaches] me | [reach] the | [reach] an agreement | in the [range] | on the [range]
[ranges] from | price [range] | mountain [range] | wide [range] | out of [range] | [ranged] from
age [range] | your [range] | new [range] | full [range] | speak [volumes] | speaks [volumes]
high [volume] | [volume] one | snack [bar] | coffee [bar] | that [bar] | the [bar] | a [bar]
chocolate [bar] | [bars] of | [bar] of | iron [bars] | behind [bars] | [slice] of | [slices] of
[weight] off | put on [weight] | lose [weight] | lost [weight] | carry [weight]
[weight] of the world | gain [weight] | [weight] on my | body [weight] | [amounts] to
[switch] off | [switch] on | [switches] off | [switches] on
[switch] to | on off [switch] | on/off [switch] | [switch] jobs
[switch] sides | [seal] of approval | wax [seal] | [seal] the deal | baby [seal] | [seal] pup
[seal] was set | quick [fix] | in a [fix] | [fix] me up | a [fix] for | a [vacuum] left
in a [vacuum] | [vacuum] packed | [vacuum] sealed | [vacuum] flask | [battery] of
assault and [battery] | [battery] hens | [battery] of tests | car [battery] | watch [battery]
[cause] for concern | good [cause] | common [cause] | lost [cause] | [cause] of death
[cause] trouble | [causes] of war | [cause] of the fire | worthy [cause] | [exchange] words
[exchange] of views | [exchange] rate | [exchange] student | stock [exchange] | [exchange] numbers
[exchanged] glances | [exchange] of letters | [exchange] greetings | [article] of faith
[function] room | [function] as | social [function] | bodily [functions] | [feature] film
main [feature] | facial [features] | water [feature] | double [feature] | good [customer]
tough [customer] | awkward [customer] | cool [customer] | a regular [customer]
[customer] service | [customer] care | many [customers] | insurance [policy]
honesty is the best [policy] | foreign [policy] | [policy] of truth | life [policy]
[grill] party | a [warning] look | weather [warning] | without [warning] | early [warning]
word of [warning] | fair [warning] | [cleaner] comes | street [cleaner] | window [cleaner]
dry [cleaner] | concrete [mixer] | cement [mixer] | [mixer] tap | good [mixer] | [filter] through
[filters] through | spam [filter] | photo [filter] | email [filter] | search [filter]
cigarette [filter] | air [brush] | excellent [service] | great [service] | good [service]
bad [service] | poor [service] | lip [service] | church [service] | room [service]
military [service] | civil [service] | sunday [service] | your [service] | phone [service]
bus [service] | train [service] | secret [service] | bank [request] | at the [request]
by popular [request] | kind [request] | [timer] on my phone | egg [timer] | old [timer]
[sent] from my | [sent] me | [sent] us | [sent] to me | [sent] you | [sent] it | i [sent]
we [sent] | he [sent] | she [sent] | they [sent] | [arrived] at | [arrived] home | i [arrived]
[arrived] late | spring has [arrived] | guests [arrived] | [confirmed] bachelor
[duration] of my stay | full [capacity] | [capacity] crowd | in my [capacity] | in the [capacity]
[cover] story | [cover] up | press [coverage] | media [coverage] | tv [coverage] | news [coverage]
mobile [coverage] | drum [kit] | a hot [iron] in | [lifetime] of | once in a [lifetime]
of a [lifetime] | my [lifetime] | in our [lifetime] | special [offers] | job [offers]
public [inquiry] | police [inquiry] | [privacy] of | in [privacy] | [privacy] of my own
no [privacy] | some [privacy] | money [order] | marching [orders] | doctor's [orders]
standing [order] | court [order] | [orders] from above | tall [order] | last [orders]
pecking [order] | alphabetical [order] | [order] a coffee | [order] a pizza | [order] a taxi
[order] food | [order] in which | religious [order] | pre [order] | social [order]
in what [order] | [product] of | [product] of his time | by [product] | [remedy] for a cold
home [remedy] | [hazard] a guess | [hazard] lights | occupational [hazard] | [swap] stories
[swap] seats | [swap] places | [swap] numbers | [swap] shifts | film [extras] | [shipped] off
dietary [fibre] | high [fibre] | [calcium] tablets | [calcium] intake | [arcing] over
[processing] plant | [processing] of grief | data [processing] | word [processing]
food [processing] | [processing] what | kein [problem] | ohne [probleme] | ohne [problem]
der [grund] dafür | aus * [grund] | ohne [grund] | im [grunde] | auf [grund] | [grund] zur
zum [teil] | [teil] meines | [teil] meiner | großer [teil] | großen [teil] | größte [teil]
erste [teil] | ersten [teil] | zweite [teil] | zweiten [teil] | in diesem [teil] | guter [kunde]
guten [kunden] | treuer [kunde] | treue [kundin] | gute [kundin] | die [kunde] von | frohe [kunde]
um jeden [preis] | um keinen [preis] | ersten [preis] | den [preis] gewonnen | starke [leistung]
reife [leistung] | tolle [leistung] | schulische [leistung] | ins [gewicht] | großes [gewicht]
viel [gewicht] | [gewicht] zugenommen | auf [dauer] | von [dauer] | für die [dauer]
in [funktion] | in seiner [funktion] | im [auftrag] | [auftrag] von | den [kalk] von der wand
bröckelt der [kalk] | [kalk] an der wand | in der [regel] | [lösung] des rätsels | keine [ursache]
[service] war super | toller [service] | guter [service] | super [service] | schlechter [service]
ihr [service] | [artikel] in der zeitung | [artikel] über | im [austausch]
entschuldigen * die [störung] | bitte die [störung] | [störung] im verkehr | light [switch]
a [range] of | whole [range] | [power] struggle | [power] station | [amount] of time
[amount] of money | [amount] of work | no [amount] of | [amount] of people | [teil] der stadt
[teil] der welt | [teil] der zeit | [teil] der wahrheit | [teil] des tages | [teil] des lebens
[teil] von mir | [exchange] * words | [exchange] a * words | [problem] is solved
not my [problem] | [problems] of the world | the [volume] down | the [volume] up
[arrived] safely at | [article] in the | [articles] in the | [artikel] in der | [feature] article
power [vacuum] | [cause] a stir | [part] and parcel | [rule] of law
"""


def _idioms(phrases: Iterable[str]) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for phrase in phrases:
        words = phrase.split()
        at = next((n for n, word in enumerate(words) if word.startswith("[")), None)
        if at is not None:
            own = words[at].strip("[]")
            found.setdefault(own, []).append((tuple(words[:at]), tuple(words[at + 1 :])))
    return found


IDIOMS: Mapping[str, Sequence[Place]] = _idioms(_PHRASES.replace("\n", "|").split("|"))
"""By a word of a phrase: what stands before and behind it there."""

_VERBS = (
    "bar base bill block brush bridge bottle cable charge cool cover drum dust fan "
    "feature filter flex freeze fuse grill guard handle head heat iron light line lock match "
    "mind mount number offer park part piece pipe plug point power press price pump range reach "
    "reason ring rule scale seal shop slice slot socket spring stick store switch tap table time "
    "trap vacuum voice weight weigh"
).split()


def _plural(verb: str) -> str:
    return f"{verb}es" if verb.endswith(("x", "ch", "sh", "ss")) else f"{verb}s"


def _inflected(verb: str) -> set[str]:
    """The participles: `switched`, `sealing`, `plugged`."""
    root = verb.removesuffix("e")
    doubled = root + root[-1] if root == verb else root
    return {stem + ending for stem in (root, doubled) for ending in ("ed", "ing")}


HOMONYMS = frozenset(_VERBS).union(map(_plural, _VERBS))
"""Forms of verbs that do not do what the noun of their spelling names."""

PARTICIPLES = frozenset[str]().union(*map(_inflected, _VERBS))
"""Forms of such verbs that are no nouns."""
