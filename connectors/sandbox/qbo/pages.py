"""The pages a person sees: the consent page, and a small bookkeeper's page at the root."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from connectors.sandbox.qbo.values import Record

_STYLE = """
body{margin:0;background:#f4f5f7;color:#1f2a33;font:15px/1.5 system-ui,sans-serif}
main{max-width:980px;margin:40px auto;padding:0 20px}
.card{background:#fff;border:1px solid #d9dee3;border-radius:10px;padding:28px;margin-bottom:20px}
.narrow{max-width:440px;margin:8vh auto}
h1{font-size:22px;margin:0 0 12px}h2{font-size:16px;margin:0 0 12px}
table{width:100%;border-collapse:collapse}th,td{text-align:left;padding:8px;border-bottom:1px solid #e6e9ec}
.amount{text-align:right;font-variant-numeric:tabular-nums}
form.row{display:inline-flex;gap:6px;margin:0}
label{display:block;font-weight:600;margin:14px 0 4px}
select,input[type=text]{padding:8px;border:1px solid #b9c2ca;border-radius:6px;font:inherit}
select{width:100%}
button{padding:8px 16px;border:1px solid #b9c2ca;border-radius:6px;background:#fff;font:inherit;cursor:pointer}
button.main{background:#2c7a3f;border-color:#2c7a3f;color:#fff}
.buttons{display:flex;gap:10px;margin-top:20px}.note{color:#5b6770}.error{color:#a32020}
"""


def _page(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return f'<!doctype html><html lang="en"><head>{head}<style>{_STYLE}</style></head><body>{body}</body></html>'


def render_consent(*, app_name: str, request: Mapping[str, str], realms: Iterable[tuple[str, str]]) -> str:
    """The question to the company's administrator; the request rides along in hidden inputs."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in request.items()
    )
    options = "".join(f'<option value="{escape(realm)}">{escape(name)}</option>' for realm, name in realms)
    return _page(
        "QuickBooks sandbox",
        f'<main><div class="card narrow"><p class="note">QuickBooks sandbox</p><h1>Connect {escape(app_name)}</h1>'
        f"<p>{escape(app_name)} asks to read and change the books of the company you choose.</p>"
        f'<form method="post" action="/connect/oauth2">{hidden}'
        f'<label for="realm_id">Company</label><select id="realm_id" name="realm_id">{options}</select>'
        '<div class="buttons"><button class="main" name="decision" value="allow">Connect</button>'
        '<button name="decision" value="deny">No, thanks</button></div></form></div></main>',
    )


def render_error(message: str) -> str:
    return _page(
        "QuickBooks sandbox",
        '<main><div class="card narrow"><p class="note">QuickBooks sandbox</p><h1>This app cannot connect</h1>'
        f'<p class="error">{escape(message)}</p></div></main>',
    )


def render_home(*, company: str, bills: Iterable[Record], vendors: Iterable[Record], message: str = "") -> str:
    """Bills with what a bookkeeper does to them, and the vendors."""
    note = f'<p class="error" role="status">{escape(message)}</p>' if message else ""
    bill_rows = "".join(map(_render_bill, bills)) or '<tr><td colspan="6" class="note">No bills yet.</td></tr>'
    vendor_rows = "".join(map(_render_vendor, vendors)) or '<tr><td colspan="3" class="note">No vendors yet.</td></tr>'
    return _page(
        f"{company}, QuickBooks sandbox",
        f'<main><p class="note">QuickBooks sandbox</p><h1>{escape(company)}</h1>{note}'
        '<div class="card"><h2>Bills</h2><table><thead><tr><th>Number</th><th>Vendor</th><th>Due</th>'
        '<th class="amount">Total</th><th class="amount">Balance</th><th></th></tr></thead>'
        f"<tbody>{bill_rows}</tbody></table></div>"
        '<div class="card"><h2>Vendors</h2><form class="row" method="post" action="/act">'
        '<input type="hidden" name="do" value="add_vendor">'
        '<input type="text" name="name" aria-label="Name of the vendor" required><button>Add vendor</button></form>'
        '<table><thead><tr><th>Name</th><th>E-mail</th><th class="amount">Balance</th></tr></thead>'
        f"<tbody>{vendor_rows}</tbody></table></div></main>",
    )


def _render_bill(bill: Record) -> str:
    bill_id = escape(bill["Id"])
    target = f'<form class="row" method="post" action="/act"><input type="hidden" name="bill_id" value="{bill_id}">'
    pay = f'{target}<button name="do" value="pay_bill">Pay</button></form>' if bill["Balance"] else "Paid"
    memo = escape(bill.get("PrivateNote", ""))
    edit = (
        f'{target}<input type="text" name="memo" value="{memo}" aria-label="Memo">'
        '<button name="do" value="edit_bill">Save memo</button></form>'
    )
    delete = f'{target}<button name="do" value="delete_bill">Delete</button></form>'
    number = escape(bill.get("DocNumber", "no number"))
    vendor = escape(bill["VendorRef"].get("name", ""))
    return (
        f"<tr><td>{number}</td><td>{vendor}</td><td>{escape(bill['DueDate'])}</td>"
        f'<td class="amount">{bill["TotalAmt"]}</td><td class="amount">{bill["Balance"]}</td>'
        f"<td>{pay} {edit} {delete}</td></tr>"
    )


def _render_vendor(vendor: Record) -> str:
    email = escape(vendor.get("PrimaryEmailAddr", {}).get("Address", ""))
    return (
        f'<tr><td>{escape(vendor["DisplayName"])}</td><td>{email}</td><td class="amount">{vendor["Balance"]}</td></tr>'
    )
