"""The vocabulary of construction cost codes: what is written short, what has several names, what says little. Pure.

Every entry reads "word kept: other spellings", in the singular.
"""

from __future__ import annotations


def _read(text: str) -> dict[str, str]:
    """The word kept, by each of its other spellings."""
    entries = (entry.partition(":") for entry in text.split(";"))
    return {other.strip(): kept.strip() for kept, _, others in entries for other in others.split(",")}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ABBREVIATIONS = _read("""
    accessory: accs, accy; acoustical: acous, acoust; administration: admin; aluminum: alum; appliance: appl;
    architectural: arch; asphalt: asph; assembly: assy; audio visual: av; block: blk; board: bd; brick: brk;
    building: bldg; cabinet: cab; carpentry: carp; cast in place: cip; ceiling: ceil, clg, clng; communication:
    comm, comms; completion: compl; concrete: conc; concrete masonry unit: cmu; condition: cond; construction:
    const, constr; control: ctrl; coordination: coord; countertop: ctop; custom: cust; demobilization: demob;
    demolition: demo; department: dept; distribution: dist, distr; division: div; door: drs; electrical: elec,
    elect; elevator: elev; engineering: eng, engr; equipment: eqpt, equip, equipt; excavation: exc, excav;
    expansion: exp; exterior: ext, extr; exterior insulation finish: eifs; fabrication: fab; finish: fin; fixture:
    fixt; floor: flr; flooring: flrg; foundation: fdn, fdtn, fndn; framing: frmg; furnishing: furn; general: gen,
    genl; government: govt; gypsum: gyp; gypsum wallboard: gwb; hardware: hdw, hdwe, hdwr; hazardous: haz; heating:
    htg; heavy: hvy; hollow metal: hm; inspection: insp, inspect; instrumentation: instr; insulation: insul;
    interior: int, intr;
    irrigation: irrig; joint: jt; laboratory: lab; landscaping: landsc, ldscp, lndscp; lighting: ltg; maintenance:
    maint; management: mgmt, mgt; manager: mgr; manufactured: mfd, mfg, mfr; masonry: mas; material: matl, mtl;
    mechanical: mech; medical: med; membrane: memb; miscellaneous: misc; mobilization: mob; operation: ops;
    ornamental: orn; overhead: oh; package: pkg; panel: pnl; pavement: pvmt; plumbing: plbg, plmb, plumb;
    preliminary: prelim; preparation: prep; procedure: proc; project: proj; protection: prot; refrigeration:
    refrig; reinforcement: rein, reinf; reinforcing steel: rebar; rental: rntl; requirement: req, reqmt, reqt;
    roofing: rfg; sanitary: san; security: sec; service: svc, svcs; sewer: swr; sheathing: shtg; slab on grade:
    sog; special: spcl; specialty: splty; sprinkler: sprink, sprnk; steel: stl; storage: stor; structural: struc,
    struct; subcontractor: subs; superintendent: supt; surfacing: surf; survey: surv; system: sys, syst; telephone:
    tel; temporary: temp, tmp; thermal: therm; treatment: trtmt; utility: util; vehicle: veh; ventilation: vent;
    vinyl composition tile: vct; voltage: volt; water: wtr; waterproofing: wp, wtrprf; window: wdw, wndw; wood: wd
""")

# Several words for one thing.
PHRASES = _read("""
    airconditioning: air conditioning; audiovisual: audio video, audio visual; brickwork: brick work; casework:
    case work; castinplace: cast place; chainlink: chain link; cleanup: clean up; closeout: close out; countertop:
    counter top; curtainwall: curtain wall; dampproofing: damp proofing; drywall: gypsum board, gypsum drywall,
    gypsum wallboard, plasterboard, sheetrock, wall board, wallboard; curb: curb gutter; fireextinguisher: fire
    exterior, fire extinguisher; fireproofing: fire proofing; flagpole: flag pole; glazing: glass glazing; hvac:
    heating cooling, heating air, heating air conditioning, heating cooling ventilation, heating ventilating air
    conditioning, heating ventilation ac, heating ventilation air conditioning, heating ventilation cooling,
    heating venting air conditioning; layout: lay out; lighting: light fixture, lighting fixture; lowvoltage: low
    voltage; millwork: mill work; perdiem: per diem; portabletoilet: port potty, portable toilet, temporary toilet;
    precast: pre cast; preengineered: pre engineered; prefabricated: pre fabricated; punchlist: punch list;
    reinforcement: reinforcing steel, steel reinforcement, steel reinforcing; securitydeposit: security deposit;
    sheetmetal: sheet metal; sitework: site work; storefront: store front; tab: air balancing, test balance,
    testing adjusting balancing, testing balancing; toiletpartition: bathroom partition, restroom partition, toilet
    compartment, toilet partition; underlayment: under layment; wallcovering: wall covering; waterproofing: water
    proofing
""")

SYNONYMS = _read("""
    acoustical: acoustic; airconditioning: ac; aluminum: aluminium; bathroom: bath, restroom, washroom; bond:
    bonding; cabinet: cabinetry; carpet: carpeting; cleaning: cleanup; color: colour; curb: kerb; dampproofing:
    damproofing; deck: decking; duct: ducting, ductwork; electrical: electric; elevator: elevating; exterior:
    external; fence: fencing; formwork: form, forming; glass: glasswork; grout: grouting; instrumentation:
    instrument; interior: internal; labor: labour; landscaping: landscape; marking: striping; mold: mould; mulch:
    mulching; paint: painting; paving: pavement; permit: permitting; plaster: plastering; railing: handrail;
    reinforcement: reinforcing; remediation: abatement; scaffolding: scaffold; sealer: caulk, caulking, sealant;
    sewer: sewerage; shelving: shelf; sign: signage; skylight: skylighting; superintendent: superintendence;
    supervision: supervisor; survey: surveying; switchboard: switchgear; theater: theatre; tile: tiling; truss:
    trussing; vehicle: vehicular; ventilation: ventilating, venting
""")

SILENT = frozenset(
    ["a", "an", "and", "at", "by", "for", "in", "incl", "including", "of", "on", "or", "the", "to", "with"]
)

# Words of scope, not of trade: they may be there or not without the work being another.
GENERIC = frozenset(
    [
        "accessory",
        "activity",
        "aid",
        "allowance",
        "assembly",
        "component",
        "construction",
        "cost",
        "device",
        "element",
        "equipment",
        "expense",
        "facility",
        "fixture",
        "general",
        "installation",
        "item",
        "job",
        "jobsite",
        "material",
        "method",
        "miscellaneous",
        "other",
        "package",
        "product",
        "project",
        "related",
        "requirement",
        "scope",
        "service",
        "special",
        "specialty",
        "structure",
        "system",
        "trade",
        "various",
        "work",
    ]
)

# Whole words that begin another word: the one is not short for the other.
WHOLE_WORDS = frozenset(
    [
        "acid",
        "air",
        "block",
        "brick",
        "bridge",
        "case",
        "cast",
        "caulk",
        "chain",
        "clean",
        "color",
        "cool",
        "door",
        "drain",
        "dry",
        "earth",
        "fire",
        "flag",
        "floor",
        "form",
        "frame",
        "gas",
        "glass",
        "ground",
        "guard",
        "hand",
        "hard",
        "heat",
        "hold",
        "house",
        "iron",
        "key",
        "land",
        "light",
        "line",
        "lock",
        "mason",
        "metal",
        "mill",
        "mold",
        "over",
        "paint",
        "pave",
        "pipe",
        "plan",
        "plant",
        "plaster",
        "plate",
        "play",
        "post",
        "power",
        "pre",
        "rail",
        "rain",
        "roof",
        "sand",
        "sea",
        "seal",
        "sewer",
        "sheet",
        "shop",
        "side",
        "sign",
        "site",
        "snow",
        "sound",
        "stain",
        "stair",
        "steel",
        "stone",
        "store",
        "sub",
        "sun",
        "super",
        "tank",
        "tile",
        "tool",
        "under",
        "vapor",
        "wall",
        "waste",
        "water",
        "weather",
        "wind",
        "window",
        "wire",
        "wood",
        "work",
        "yard",
    ]
)

# One letter apart, and neither is the other mistyped.
LOOKALIKES = frozenset(
    frozenset(pair.split("/"))
    for pair in _words("""
    grading/grating glazing/grazing lighting/lightning metal/medal panel/pane paver/paper plaster/planter
    plating/planting shade/shake shade/shape slate/state stain/stair stone/store stone/stove store/stove towel/tower
    valve/value
    """)
)

# Where MasterFormat of 2004 and later put work of a division of 1995.
LATER_DIVISIONS = {
    "02": frozenset({"31", "32", "33", "35"}),
    "10": frozenset({"08", "09"}),
    "11": frozenset({"35", "44", "46"}),
    "13": frozenset({"21", "23", "25", "26", "28", "44"}),
    "15": frozenset({"21", "22", "23", "25"}),
    "16": frozenset({"26", "27", "28", "33"}),
}
