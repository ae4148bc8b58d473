"""The demo firm as years of careless typing leave it: doubled, padded, misspelt, inactive and merged records.

Only names, texts and states change; every amount stays, so what reaches the books must still be right.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from connectors.sandbox.firm.contractor import Claim, Commitment, Company, Contractor, CostCode, LedgerAccount, Project

NO_BREAK = "\u00a0"
ZERO_WIDTH = "\u200b"
# What people and web forms do to a name. None of it changes whom it means.
SMUDGES: tuple[Callable[[str], str], ...] = (
    lambda name: f"{name} ",
    lambda name: f"  {name}",
    lambda name: name.replace(" ", "  ", 1),
    lambda name: name.replace(" ", NO_BREAK, 1),
    lambda name: name.replace("&", "&amp;"),
    lambda name: name.upper(),
    lambda name: f"{name}{ZERO_WIDTH}",
    lambda name: name.replace("e", "e\u0301", 1),
    lambda name: f"{name} – DO NOT USE \u2019til W\u20119",
    lambda name: f"{name} 🏗",
)
HTML_DESCRIPTIONS = (
    "<p>Furnish &amp; install per plans.<br>See <b>Exhibit&nbsp;A</b></p>",
    "<div>Scope:<ul><li>Labor</li><li>Material &lt;by others&gt;</li></ul></div>",
    '<p style="margin:0">Rates “as agreed” – €/hr <script>alert(1)</script></p>',
    "",
)


def make_messy(firm: Contractor, rng: random.Random) -> Contractor:
    """`firm` with the same amounts and a mess of names."""
    companies, twins, merged = _smudge_companies(firm.companies, rng)
    return replace(
        firm,
        name=f"{firm.name} ",
        companies=companies,
        accounts=tuple(_smudge_account(account, index) for index, account in enumerate(firm.accounts)),
        cost_codes=tuple(_smudge_code(code, index) for index, code in enumerate(firm.cost_codes)),
        projects=tuple(_smudge_project(project, index) for index, project in enumerate(firm.projects)),
        commitments=tuple(
            _smudge_commitment(commitment, index, twins, rng) for index, commitment in enumerate(firm.commitments)
        ),
        merged_companies=merged,
        facts={**firm.facts, "twins": ",".join(twins.values())},
    )


def _smudge_companies(
    companies: tuple[Company, ...], rng: random.Random
) -> tuple[tuple[Company, ...], dict[str, str], tuple[tuple[str, str], ...]]:
    """The companies, key -> key of its twin in Procore, and (kept, merged away) of the books."""
    kept: list[Company] = []
    twins: dict[str, str] = {}
    merged: list[tuple[str, str]] = []
    for index, company in enumerate(companies):
        smudge = SMUDGES[index % len(SMUDGES)]
        name = smudge(company.procore_name) if company.procore_name else None
        is_active = company.is_active and index % 17 != 5
        kept.append(replace(company, procore_name=name, is_active=is_active))
        if company.role == "vendor" and company.procore_name and index % 9 == 2:
            # The same firm entered twice in Procore; the books never had the second one.
            twins[company.key] = f"{company.key}_twin"
            email = "" if rng.random() < 0.5 else company.email
            kept.append(
                replace(
                    company,
                    key=twins[company.key],
                    procore_name=company.procore_name,
                    qbo_name=None,
                    email=email,
                )
            )
        if company.role == "vendor" and company.qbo_name and is_active and index % 11 == 4:
            double = f"{company.key}_old"
            kept.append(replace(company, key=double, procore_name=None, qbo_name=f"{company.qbo_name} (old)"))
            merged.append((company.key, double))
    return tuple(kept), twins, tuple(merged)


def _smudge_account(account: LedgerAccount, index: int) -> LedgerAccount:
    return replace(account, name=account.name.replace(" ", NO_BREAK, 1)) if index % 7 == 3 else account


def _smudge_code(code: CostCode, index: int) -> CostCode:
    endings = ("", " ", "", "  ", " (do not use)")
    return replace(code, name=f"{code.name}{endings[index % len(endings)]}")


def _smudge_project(project: Project, index: int) -> Project:
    names = (
        project.name,
        f"{project.name} ",
        f"{project.number}: {project.name}",
        f"{project.name} / Phase 2 – “Añejo” {NO_BREAK}(rebid)",
        f"{project.name} {'and the long tail of a name nobody shortened ' * 3}".strip(),
    )
    return replace(project, name=names[index % len(names)])


def _smudge_commitment(commitment: Commitment, index: int, twins: dict[str, str], rng: random.Random) -> Commitment:
    vendor_key = commitment.vendor_key
    if vendor_key in twins and rng.random() < 0.5:
        vendor_key = twins[vendor_key]
    return replace(
        commitment,
        vendor_key=vendor_key,
        title=f"{commitment.title} " if index % 3 else commitment.title,
        description=HTML_DESCRIPTIONS[index % len(HTML_DESCRIPTIONS)],
        claims=tuple(_smudge_claim(claim, index) for claim in commitment.claims),
    )


def _smudge_claim(claim: Claim, index: int) -> Claim:
    """Numbers that are blank, padded, longer than the books take, or the one of the month before."""
    numbers = {
        1: "",
        4: f" {claim.invoice_number}",
        6: f"{claim.invoice_number} revised after field meeting",
        9: claim.invoice_number.partition("-")[0],
    }
    return replace(claim, invoice_number=numbers.get(index % 12, claim.invoice_number))
