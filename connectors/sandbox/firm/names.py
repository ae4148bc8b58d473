"""Word lists the made-up firm is named from, and how a name comes to be written differently in two systems."""

from __future__ import annotations

import random
import unicodedata

from connectors.sandbox.firm.contractor import Address

HEADS = (
    "Abernathy", "Alderwood", "Anchor Bay", "Arrowhead", "Ashgrove", "Barlow", "Basalt Creek", "Bellweather",
    "Beltrán",
    "Birchfield", "Björklund", "Blackrock", "Bramwell", "Bridgeport", "Brunswick", "Calloway", "Cantwell", "Cardenas",
    "Carrington", "Cedar Mill", "Chinook", "Clackamas", "Clearwater", "Coldstream", "Columbia Crest", "Copperfield",
    "Cordova", "Crestline", "Dalrymple", "Deschutes", "Donovan", "Driftwood", "Dunmore", "Eastgate", "Eldridge",
    "Emerson", "Evergreen", "Fairbanks", "Falcon Ridge", "Farnsworth", "Fernández", "Fieldstone", "Fitzgerald",
    "Foxglove", "Gallagher", "García", "Glacier", "Goldendale", "Granite Peak", "Greenway", "Hampton", "Harbor Light",
    "Hathaway", "Hawthorne", "Hemlock", "Hendrickson", "High Desert", "Holloway", "Huckleberry", "Ironside",
    "Jefferson", "Juniper", "Kenworth", "Kingfisher", "Klickitat", "Lakeshore", "Larkspur", "Lindqvist", "Lodestar",
    "Longview", "Madrona", "Mahoney", "Marlowe", "McKenzie", "Meridian", "Milestone", "Monarch", "Montoya", "Muñoz",
    "Northwind", "Oakhurst", "Obsidian", "Olympus", "Orchard Park", "Osprey", "Pacific Rim", "Palisade", "Peña",
    "Pendleton", "Pinnacle", "Ponderosa", "Prescott", "Quartzite", "Rainier", "Redstone", "Ridgefield", "Riverbend",
    "Rosewood", "Saddleback", "Sandoval", "Sawtooth", "Schröder", "Sentinel", "Sequoia", "Silver Falls", "Skyline",
    "Snowberry", "Sorensen", "Stafford", "Steelhead", "Stonebridge", "Summit View", "Sycamore", "Tamarack", "Thornton",
    "Timberline", "Trailhead", "Tualatin", "Umatilla", "Valdez", "Vanguard", "Wallowa", "Wenatchee", "Westbrook",
    "Whitaker", "Wildhorse", "Willamette", "Windermere", "Yarrow", "Zimmerman",
)  # fmt: skip

# Trade words per cost code division; the first division of a vendor is the one its contracts are coded to.
TRADES: dict[str, tuple[str, ...]] = {
    "01": ("Scaffold", "Site Services"),
    "02": ("Demolition", "Abatement"),
    "03": ("Concrete", "Concrete Construction", "Rebar"),
    "04": ("Masonry", "Brick & Stone"),
    "05": ("Steel", "Ironworks"),
    "06": ("Millwork", "Carpentry", "Cabinets"),
    "07": ("Roofing", "Waterproofing", "Insulation"),
    "08": ("Glass", "Doors & Hardware", "Glazing"),
    "09": ("Drywall", "Painting", "Flooring", "Tile & Stone"),
    "10": ("Signs", "Specialties"),
    "21": ("Fire Protection", "Sprinkler"),
    "22": ("Plumbing", "Plumbing & Piping"),
    "23": ("Mechanical", "Heating & Cooling", "Sheet Metal"),
    "26": ("Electric", "Power & Lighting"),
    "31": ("Excavating", "Grading & Utilities", "Earthworks"),
    "32": ("Paving", "Landscape", "Fence"),
}
SUPPLY_TRADES: dict[str, tuple[str, ...]] = {
    "03": ("Ready Mix", "Rebar Supply"),
    "06": ("Lumber & Supply",),
    "08": ("Door Supply",),
    "09": ("Building Materials", "Flooring Supply"),
    "26": ("Electrical Supply",),
}

# Families of one legal form; an empty spelling means that the bookkeeper left it out.
LEGAL_FORMS: tuple[tuple[str, ...], ...] = (
    (" LLC", ", LLC", " L.L.C.", ", L.L.C."),
    (" Inc.", ", Inc.", " Inc", " INC"),
    (" Co.", " Co", " Company"),
    (" Corp.", " Corporation", ", Corp."),
)

PLACES = (
    "Alder Falls", "Baker Heights", "Canyon Creek", "Cascade", "Columbia", "Crooked River", "Dayton", "Eagle Point",
    "Fern Hill", "Forest Grove", "Gateway", "Glenwood", "Harbor Point", "Hillcrest", "Indian Wells", "Kings Valley",
    "Lakeview", "Lincoln", "Lone Pine", "Maple Street", "Marine Drive", "Mill Plain", "Mount Tabor", "Nehalem",
    "North Fork", "Oak Harbor", "Orenco", "Painted Hills", "Pearl Street", "Pine Hollow", "Powell", "Quarry Road",
    "Roosevelt", "Rose Quarter", "Salmon Creek", "Sellwood", "South Shore", "Stone Mill", "Sunset", "Swan Island",
    "Three Rivers", "Union Square", "Vista Ridge", "Warm Springs", "Waterfront", "West Hills", "Wilsonville",
    "Yaquina",
)  # fmt: skip
BUILDINGS = (
    "Medical Office", "Elementary School Addition", "Distribution Center", "Fire Station", "Community Library",
    "Parking Structure", "Senior Living", "Apartments", "Hotel Renovation", "Data Hall", "Recreation Center",
    "Office Tenant Improvement", "Cold Storage", "Transit Center", "Brewery Expansion", "Credit Union Branch",
)  # fmt: skip
PUBLIC_OWNERS = (
    "School District", "Medical Center", "Housing Trust", "Community College", "Port Authority", "Parks & Recreation",
)  # fmt: skip
PRIVATE_OWNERS = (
    "Development Partners", "Logistics Properties", "Hospitality Group", "Senior Communities", "Investments",
    "Brewing",
)  # fmt: skip

CITIES = (
    ("Portland", "OR", "97209", "503"), ("Beaverton", "OR", "97005", "503"), ("Salem", "OR", "97301", "503"),
    ("Eugene", "OR", "97401", "541"), ("Bend", "OR", "97701", "541"), ("Medford", "OR", "97501", "541"),
    ("Vancouver", "WA", "98660", "360"), ("Longview", "WA", "98632", "360"), ("Olympia", "WA", "98501", "360"),
    ("Tacoma", "WA", "98402", "253"), ("Seattle", "WA", "98108", "206"), ("Yakima", "WA", "98901", "509"),
    ("Spokane", "WA", "99201", "509"), ("Boise", "ID", "83702", "208"), ("Nampa", "ID", "83651", "208"),
)  # fmt: skip
STREETS = (
    "Industrial Way", "Commerce Street", "Foundry Road", "Harbor Avenue", "Mill Street", "Railroad Avenue",
    "Airport Way", "Front Avenue", "Quarry Road", "Stark Street", "Yeon Avenue", "Lombard Street",
)  # fmt: skip
TAXING_STATE = "WA"


def fold_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def spell_twice(rng: random.Random, base: str) -> tuple[str, str]:
    """The same firm as Procore and as the books spell it: legal form, ampersand, article, case and accents differ."""
    forms = rng.choice(LEGAL_FORMS)
    procore = base + rng.choice(forms)
    in_books = respell(rng, base) + rng.choice((*forms, ""))
    return procore, in_books


def respell(rng: random.Random, base: str) -> str:
    """The name as a bookkeeper may have typed it: no accents, "and", sometimes "The" or capitals."""
    name = fold_accents(base)
    if " & " in name and rng.random() < 0.6:
        name = name.replace(" & ", " and ")
    roll = rng.random()
    if roll < 0.08:
        return f"The {name}"
    return name.upper() if roll < 0.18 else name


def make_address(rng: random.Random, state_code: str | None = None) -> tuple[Address, str]:
    """An address and a telephone number in its area."""
    cities = [city for city in CITIES if state_code in (None, city[1])]
    city, state, zip_code, area = rng.choice(cities)
    street = f"{rng.randrange(100, 9900)} {rng.choice(('N', 'NE', 'NW', 'SE', 'SW'))} {rng.choice(STREETS)}"
    phone = f"({area}) 555-{rng.randrange(10_000):04d}"
    return Address(street=street, city=city, state_code=state, zip=zip_code), phone


def make_email(base: str, user: str = "ap") -> str:
    domain = "".join(char for char in fold_accents(base).lower() if char.isalnum())
    return f"{user}@{domain}.example"
