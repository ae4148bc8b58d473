"""States and provinces whose taxes firms charge, by name and by their two letters. Pure."""

from __future__ import annotations

_REGIONS = """
AL alabama; AK alaska; AZ arizona; AR arkansas; CA california; CO colorado; CT connecticut; DE delaware;
DC district of columbia; DC washington dc; FL florida; GA georgia; HI hawaii; ID idaho; IL illinois; IN indiana;
IA iowa; KS kansas;
KY kentucky; LA louisiana; ME maine; MD maryland; MA massachusetts; MI michigan; MN minnesota; MS mississippi;
MO missouri; MT montana; NE nebraska; NV nevada; NH new hampshire; NJ new jersey; NM new mexico; NY new york;
NC north carolina; ND north dakota; OH ohio; OK oklahoma; OR oregon; PA pennsylvania; RI rhode island;
SC south carolina; SD south dakota; TN tennessee; TX texas; UT utah; VT vermont; VA virginia; WA washington;
WV west virginia; WI wisconsin; WY wyoming; PR puerto rico;
AB alberta; BC british columbia; MB manitoba; NB new brunswick; NL newfoundland and labrador; NL newfoundland;
NS nova scotia; NT northwest territories; NU nunavut; ON ontario; PE prince edward island; PE pei; QC quebec;
QC québec; SK saskatchewan; YT yukon
"""

_ENTRIES = [entry.strip().split(" ", 1) for entry in _REGIONS.split(";")]

# Longer names first: West Virginia is not Virginia.
REGION_NAMES = dict(sorted(((name, code) for code, name in _ENTRIES), key=lambda entry: (-len(entry[0]), entry[0])))
REGION_CODES = frozenset(code for code, _ in _ENTRIES)
