"""What short words of payroll, job cost and payment mean: "OT" is overtime, "2/10 n30" a payment term. Pure."""

from __future__ import annotations

import re

from mapping.normalize import normal_name

_SENSES = """
regular time: regular, reg, rt, reg time, regular hour, regular hours, reg hours, regular pay, straight time, straight,
    st, normal time, standard time, standard hours, regular rate;
overtime: ot, over time, overtime hours, overtime pay, ot hours, time and a half, time and one half, 1 5x, ot 1 5,
    overtime 1 5, overtime 1 5x;
double time: dt, doubletime, double, 2x, dbl time, double overtime, double time hours, double pay, overtime 2x,
    double time 2x, dt 2x;
vacation: vac, vacation pay, vacation time, vacation hours;
holiday: hol, holiday pay, holiday time, holiday hours;
sick: sick pay, sick time, sick leave, sick hours, sl;
paid time off: pto, personal time off;
unpaid time off: upto, unpaid leave, leave without pay, lwop;
bereavement: bereavement leave, bereavement pay, funeral leave;
jury duty: jury, jury pay;
travel time: travel, travel hours, tt;
per diem: perdiem, pd;
labor: labour, l, lab, labor cost, labor costs, labour cost, direct labor, wages labor;
material: materials, m, mat, matl, mtl, material cost, material costs, materials cost;
subcontract: subcontracts, subcontractor, subcontractors, sub, subs, s, subcontract cost, subcontract costs;
equipment: e, eq, equip, equipment cost, equipment costs;
other: o, oth, other cost, other costs, others;
overhead: oh, overheads, overhead cost;
professional services: professional service, prof services, professional fees;
due on receipt: due upon receipt, on receipt, upon receipt, payable on receipt, due immediately, immediate,
    immediately, receipt, due on reciept;
cash on delivery: cod;
end of month: eom, due end of month;
headquarters: hq, head office, main office, home office, corporate office, headquarter;
human resources: hr, human resource;
information technology: it, it department;
accounting: acct, acctg, accounting department, accounts department;
administration: admin, administrative, administration department;
estimating: est, estimating department, estimators;
project management: pm, project mgmt, project managers;
operations: ops, operation, operations department;
warehouse: whse, wh;
purchasing: procurement, purchasing department;
field: field staff, field operations, field ops;
shop: workshop;
service: services, service department;
safety: safety department
"""
_BY_WORDS = {
    normal_name(other): kept.strip()
    for kept, _, others in (entry.partition(":") for entry in _SENSES.split(";"))
    for other in (*others.split(","), kept)
}
_NET = re.compile(r"^(?:net|n|due in|within|nett)? ?(\d{1,3}) ?(?:days?|d)?(?: net)?$")
_DISCOUNT = re.compile(
    r"^(\d{1,2}(?:\.\d+)?) ?%? ?(?:/|in |-|,)? ?(\d{1,2}) ?(?:days?)?,? ?[/-]? ?"
    r"(?:net|n) ?/? ?(\d{1,3}) ?(?:days?)?$"
)


def read_sense(name: str) -> str:
    """ "overtime" of "OT", "net 30" of "30 days"; empty where the name is no word known here."""
    return read_term(name) or _BY_WORDS.get(normal_name(name), "")


def read_term(name: str) -> str:
    """Payment terms in one spelling: "net 30", or "2 % 10, net 30" where paying early earns a discount."""
    text = " ".join(name.lower().replace("n/", "net ").split())
    early = _DISCOUNT.match(text)
    if early:
        percent, days, net = early.groups()
        return f"{float(percent):g} % {int(days)}, net {int(net)}"
    plain = _NET.match(text)
    says_days = plain is not None and text != plain.group(1)
    return f"net {int(plain.group(1))}" if plain and says_days else ""
