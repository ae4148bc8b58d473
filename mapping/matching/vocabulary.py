"""What words in firms' names mean: trades, words that say little, places, and how each is shortened. Pure.

Every word is reduced to a stem, so that "Landscaping", "Landscapers" and "Lndscpg." are one. A trade tells two firms
of one family apart; a filler ("Services", "Group") comes and goes with whoever typed the name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from mapping.matching.legal import is_form

Sort = Literal["word", "trade", "filler", "place", "number", "initial", "form", "none"]

# The first word of a line is the stem.
TRADES = """
landscape landscapes landscaping landscaper landscapers landscp landscpg lndscpg lndscp ldscp ldscpg lscp lscpg landsc
lawn lawns lwn
turf
mowing mow mowers mower
grass grasses
garden gardens gardening gardener gardeners gdn gdns gard
tree trees
arborist arborists arbor
nursery nurseries nur nurs nrsry nsy
greenhouse greenhouses
irrigation irrig irrigations
sprinkler sprinklers sprklr
concrete conc concr cncrt
cement
masonry mason masons msnry
tuckpointing tuckpoint tuckpointers
terrazzo
shotcrete gunite
precast
rebar
formwork
piling piles pile
shoring
dewatering
brick bricks bricklaying
stone stones stonework stoneworks
paving pavers paver pavement pavements pvg pav
asphalt asph blacktop
roofing roof roofs roofer roofers rfg roofg
electric electrical electrician electricians elec elect electr elctrc electl
plumbing plumber plumbers plbg plmbg plumb
heating htg heat
cooling clg
hvac
conditioning
refrigeration refrig
mechanical mech mechl mechanicals
drywall drywl
plaster plastering plasterers plastg
stucco
paint painting painters painter paints pntg ptg
coating coatings
acoustics acoustical acoustic acoust
ceiling ceilings
floor flooring floors flrg
carpet carpets carpeting
tile tiles tiling
marble
granite
glass glazing glaziers glz glzg
storefront storefronts
mirror mirrors
awning awnings
shutter shutters
blinds
window windows
door doors
fence fences fencing fnc
gate
deck decks decking
pool pools
carpentry carpenter carpenters
joinery joiners
stair stairs
railing railings
countertop countertops
furniture
appliance appliances
cabinet cabinets cabinetry
millwork
woodwork woodworking woodworks
framing framers
siding
gutter gutters
insulation insul insulators insulating
waterproofing waterproof waterprfg wtrprfg
fireproofing fireproof
firestop firestopping
caulking sealant sealants
abatement
remediation
mold
asbestos
demolition demo
wrecking
excavation excavating excavators excavator excav
grading
earthwork earthworks earthmoving
groundwork groundworks
trenching
hydroseeding hydroseed
erosion
striping stripers
dredging
diving divers
trucking truck trucks trkg truckg
hauling haulers hauler
crane cranes
rigging
steel stl
erector erectors erection
iron ironworks ironwork
welding welders weld wldg
fabrication fabricators fabricating fab
metal metals
scaffold scaffolding scaffolds scaff
foundation foundations fdn fdns fndn fndns
drilling drill drillers drlg
well
pump pumps pumping
boring
blasting
utility utilities util utils
pipeline pipelines
pipe piping
sewer septic
underground
surveying surveyors survey surveyor surv
engineering engineers engineer engr engrg eng engg
architecture architects architect architectural arch
interior interiors
remodeling remodel remodelers remodelling
renovation renovations
repair repairs
restoration restorations
cleaning cleaners clean clng
janitorial janitor
laundry
pest
security
alarm alarms
fire
elevator elevators
lighting lights light
boiler boilers
duct ducts ductwork
sign signs signage
lumber lbr lmbr
material materials matl matls mtl mtls
aggregate aggregates aggr
gravel
sand
hardware hdwe hdw
supply supplies suppliers supplier sply spply
equipment equip eqpt eqp equipt
rental rentals rent
tool tools
machine machines machining machinery mach
manufacturing manufacturers manufacturer mfg mfr mfrs mnfg
forestry forest forests
reforestation
logging loggers
timber
farm farms farming
orchard orchards
ranch ranches
dairy
sod
mulch
fertilizer fertilizers
harvesting harvest harvesters
restaurant restaurants
hotel hotels
motel motels
inn
resort resorts
cafe
catering caterers
bakery
seafood
food foods
realty
property properties prop props ppty
house housing
home homes hm
builder builders bldr bldrs
building buildings bldg bldgs
construction constructors constructor constr const cnst constrct constn
design designs designers designer dsgn
cabling
telecommunications telecom telecomm
communications communication
transport transportation transp transporting
freight
logistics
towing
auto automotive
body
tire tires
marine
boat boats
energy
solar
oil
gas
water
environmental envir env environ
geotechnical geotech
testing
inspection inspections insp
waste wastes
recycling recyclers
disposal
dumpster dumpsters
ground grounds
groundskeeping
snow
pressure
stable stables
racing
amusement amusements
carnival carnivals
ice
staffing
law
dental
consulting consultants consultant consult
insurance
bookkeeping
accounting
printing printers
locksmith locksmiths
"""

FILLERS = """
service services svc svcs serv servs srvc srvcs svs servic
company companies
group grp
enterprise enterprises ent entp enterp entrprs entprs enterprs
contractor contractors contracting contract contr contrs contrctg cont contrg
solution solutions soln solns
system systems sys syst
management mgmt mgt mngmt mgmnt managment
industry industries ind inds indus indust
associate associates assoc assocs assn asso assocates
international intl int intern internatl
product products prod prods
maintenance maint mnt mtce mtnc mntnc maintenence
specialty specialties spec specl
specialist specialists
technology technologies tech techs technical
development develop developers developments dev devel dvlpmt
operation operations operating op ops
partner partners ptnr ptnrs
holding holdings hldg hldgs
venture ventures
work works
professional professionals prof
pro pros
general gen genl
commercial comml coml
residential resid
industrial indl
custom
quality qual qlty
care
contracts
brothers bros brother
son sons
daughter daughters
family
department dept
division div
corporate
center centers centre ctr ctrs
distribution distributors distributor distr dist distributing
installation installations install installers inst
trade trades
unlimited
plus
america american amer
usa us
national natl nat
"""

PLACES = """
north
south
east
west
northern
southern
eastern
western
northeast
northwest
southeast
southwest
central cntrl
county cnty
city
valley vly
mountain mtn mountains mt mtns
coast coastal
lake lakes
river
island islands
regional
atlantic
pacific pac
"""

# Words that stand for these are spelled in full nowhere else; short names of states only where a state is meant.
STATES = {
    "al": "alabama", "ak": "alaska", "az": "arizona", "ar": "arkansas", "ca": "california", "colo": "colorado",
    "ct": "connecticut", "fl": "florida", "fla": "florida", "ga": "georgia", "hi": "hawaii", "il": "illinois",
    "ind": "indiana", "ia": "iowa", "ks": "kansas", "ky": "kentucky", "md": "maryland", "ma": "massachusetts",
    "mass": "massachusetts", "mi": "michigan", "mich": "michigan", "mn": "minnesota", "minn": "minnesota",
    "ms": "mississippi", "mo": "missouri", "mt": "montana", "ne": "nebraska", "nv": "nevada", "nh": "new hampshire",
    "nj": "new jersey", "nm": "new mexico", "ny": "new york", "nc": "north carolina", "nd": "north dakota",
    "oh": "ohio", "ok": "oklahoma", "okla": "oklahoma", "pa": "pennsylvania", "penn": "pennsylvania",
    "ri": "rhode island", "sc": "south carolina", "sd": "south dakota", "tn": "tennessee", "tenn": "tennessee",
    "tx": "texas", "tex": "texas", "ut": "utah", "vt": "vermont", "va": "virginia", "wa": "washington",
    "wash": "washington", "wv": "west virginia", "wi": "wisconsin", "wis": "wisconsin", "wy": "wyoming",
}  # fmt: skip

SYNONYMS = {
    "saint": "st", "fort": "ft", "junior": "jr", "senior": "sr", "doctor": "dr", "avenue": "ave", "street": "str",
    "first": "1st", "second": "2nd", "third": "3rd",
}  # fmt: skip

# Fillers that say what a firm does: one of these against another tells two firms apart as a trade does.
ACTIVITIES = frozenset(
    {"contractor", "management", "maintenance", "development", "distribution", "installation", "technology", "product"}
)
# One of these against another one tells two firms of one owner apart.
SCOPES = frozenset(
    {"commercial", "residential", "industrial", "national", "international", "holding", "operation", "venture"}
)
STOPS = frozenset({"the", "of", "and", "for", "at", "in", "by", "on"})
ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8"}


def _read(lines: str, sort: Sort) -> dict[str, tuple[str, Sort]]:
    return {word: (line.split()[0], sort) for line in lines.strip().splitlines() for word in line.split()}


_WORDS: dict[str, tuple[str, Sort]] = {
    **{short: (full, "word") for short, full in SYNONYMS.items()},
    **{name: (name, "place") for name in STATES.values() if " " not in name},
    **_read(PLACES, "place"),
    **_read(FILLERS, "filler"),
    **_read(TRADES, "trade"),
}


@lru_cache(maxsize=50_000)
def look_up(word: str) -> tuple[str, Sort]:
    """Stem and sort of a folded word. "2nd" and "ii" are numbers, "incorportaed" is a legal form."""
    known = _WORDS.get(word)
    if known:
        return known
    if word in STOPS:
        return word, "none"
    if word in ROMAN:
        return ROMAN[word], "number"
    if word.isdigit():
        return word.lstrip("0") or "0", "number"
    if len(word) == 1:
        return word, "initial"
    if is_form(word):
        return word, "form"
    return word, "word"


def is_known(word: str) -> bool:
    """Whether the word is in the vocabulary: then a like word is another word rather than a typing mistake."""
    return word in _WORDS
