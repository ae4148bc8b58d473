"""The firm's standard cost codes and its chart of accounts, one cost account per division."""

from __future__ import annotations

from connectors.sandbox.firm.contractor import CostCode, LedgerAccount

# (division, name in Procore, name of its account in the books, account sub-type, children)
DIVISIONS: tuple[tuple[str, str, str, str, str], ...] = (
    ("01", "General Requirements", "General requirements", "OtherCostsOfServiceCos",
     ("310 Project management|320 Progress documentation|410 Permits and fees|510 Temporary utilities"
     "|520 Temporary offices|540 Scaffolding and hoisting|560 Temporary barriers|740 Final cleaning")),
    ("02", "Existing Conditions", "EXISTING CONDITIONS", "OtherCostsOfServiceCos",
     ("210 Surveys|220 Existing conditions assessment|410 Selective demolition|420 Structure demolition"
     "|820 Asbestos abatement")),
    ("03", "Concrete", "Concrete", "OtherCostsOfServiceCos",
     ("100 Concrete forming|200 Concrete reinforcing|300 Cast-in-place concrete|350 Concrete finishing"
     "|400 Precast concrete|450 Architectural precast|600 Grouting")),
    ("04", "Masonry", "Masonry", "OtherCostsOfServiceCos",
     ("050 Masonry restoration|100 Masonry mortar|200 Unit masonry|220 Concrete block|400 Stone assemblies")),
    ("05", "Metals", "Metals", "OtherCostsOfServiceCos",
     ("120 Structural steel framing|210 Steel joists|310 Steel deck|500 Metal fabrications|510 Metal stairs"
     "|520 Metal railings")),
    ("06", "Wood, Plastics, and Composites", "Wood, Plastics & Composites", "OtherCostsOfServiceCos",
     ("100 Rough carpentry|160 Sheathing|170 Shop-fabricated trusses|200 Finish carpentry|400 Architectural woodwork"
     "|610 Plastic fabrications")),
    ("07", "Thermal and Moisture Protection", "Thermal & Moisture Protection", "OtherCostsOfServiceCos",
     ("110 Dampproofing|210 Thermal insulation|270 Air barriers|400 Roof panels|540 Membrane roofing"
     "|620 Sheet metal flashing|840 Firestopping|920 Joint sealants")),
    ("08", "Openings", "Openings", "SuppliesMaterialsCogs",
     ("110 Metal doors and frames|140 Wood doors|330 Coiling doors|410 Storefronts|440 Curtain walls"
     "|510 Metal windows|710 Door hardware|800 Glazing")),
    ("09", "Finishes", "Finishes", "OtherCostsOfServiceCos",
     ("200 Plaster and gypsum board|220 Metal stud framing|300 Tiling|510 Acoustical ceilings|650 Resilient flooring"
     "|680 Carpeting|720 Wall coverings|910 Painting")),
    ("10", "Specialties", "Specialties", "SuppliesMaterialsCogs",
     ("140 Signage|210 Toilet compartments|220 Operable partitions|280 Toilet accessories|440 Fire extinguishers"
     "|510 Lockers")),
    ("21", "Fire Suppression", "Fire suppression", "OtherCostsOfServiceCos",
     ("110 Fire pumps|120 Standpipes|130 Wet sprinkler systems|140 Dry sprinkler systems|220 Clean agent systems")),
    ("22", "Plumbing", "Plumbing", "OtherCostsOfServiceCos",
     ("050 Plumbing insulation|110 Domestic water piping|130 Sanitary drainage|140 Storm drainage"
     "|340 Water heaters|400 Plumbing fixtures|600 Gas piping")),
    ("23", "Heating, Ventilating, and Air Conditioning", "Heating, Ventilating & Air Conditioning",
     "OtherCostsOfServiceCos",
     ("050 Testing and balancing|070 Duct insulation|090 Controls|210 Hydronic piping|310 Ductwork|340 Fans"
     "|520 Boilers|740 Rooftop units")),
    ("26", "Electrical", "ELECTRICAL", "OtherCostsOfServiceCos",
     ("050 Conductors and cable|060 Grounding|090 Lighting controls|240 Switchboards|270 Panelboards"
     "|320 Generators|510 Interior lighting|560 Exterior lighting")),
    ("31", "Earthwork", "Earthwork", "EquipmentRentalCos",
     ("100 Site clearing|200 Grading|230 Excavation and fill|250 Erosion control|630 Drilled piers")),
    ("32", "Exterior Improvements", "Exterior improvements", "OtherCostsOfServiceCos",
     ("110 Base courses|120 Asphalt paving|130 Concrete paving|160 Curbs and gutters|310 Fences and gates"
     "|840 Irrigation|900 Planting")),
)  # fmt: skip

# (key, number, name, type, sub-type)
OTHER_ACCOUNTS: tuple[tuple[str, str, str, str, str], ...] = (
    ("checking", "1010", "Operating Checking", "Bank", "Checking"),
    ("savings", "1020", "Reserve Savings", "Bank", "Savings"),
    ("accounts_receivable", "1100", "Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("undeposited_funds", "1150", "Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("retention_receivable", "1200", "Retention Receivable", "Other Current Asset", "Retainage"),
    ("retention_receivable_released", "1210", "Retention Receivable Released", "Other Current Asset", "Retainage"),
    ("prepaid", "1300", "Prepaid Insurance", "Other Current Asset", "PrepaidExpenses"),
    ("machinery", "1500", "Machinery and Tools", "Fixed Asset", "MachineryAndEquipment"),
    ("vehicles", "1510", "Trucks and Trailers", "Fixed Asset", "Vehicles"),
    ("depreciation", "1590", "Accumulated Depreciation", "Fixed Asset", "AccumulatedDepreciation"),
    ("accounts_payable", "2000", "Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("company_card", "2050", "Company Visa", "Credit Card", "CreditCard"),
    ("retention_payable", "2100", "Retention Payable", "Other Current Liability", "OtherCurrentLiabilities"),
    ("retention_payable_released", "2110", "Retention Payable Released", "Other Current Liability",
     "OtherCurrentLiabilities"),
    ("sales_tax", "2200", "Sales Tax Payable", "Other Current Liability", "SalesTaxPayable"),
    ("payroll_liabilities", "2300", "Payroll Liabilities", "Other Current Liability", "PayrollTaxPayable"),
    ("equipment_loan", "2700", "Equipment Loan", "Long Term Liability", "NotesPayable"),
    ("common_stock", "3000", "Common Stock", "Equity", "CommonStock"),
    ("opening_balance", "3100", "Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("retained_earnings", "3200", "Retained Earnings", "Equity", "RetainedEarnings"),
    ("contract_revenue", "4000", "Contract Revenue", "Income", "ServiceFeeIncome"),
    ("service_revenue", "4100", "Service Work Revenue", "Income", "ServiceFeeIncome"),
    ("unassigned", "5990", "Job Costs, Unassigned", "Cost of Goods Sold", "OtherCostsOfServiceCos"),
    ("field_labor", "5800", "Field Labor", "Cost of Goods Sold", "CostOfLaborCos"),
    ("office", "6010", "Office Expenses", "Expense", "OfficeGeneralAdministrativeExpenses"),
    ("rent", "6020", "Office Rent", "Expense", "RentOrLeaseOfBuildings"),
    ("insurance", "6030", "Liability Insurance", "Expense", "Insurance"),
    ("professional", "6040", "Legal and Accounting", "Expense", "LegalProfessionalFees"),
    ("fuel", "6050", "Vehicle Fuel", "Expense", "Auto"),
    ("bank_charges", "6060", "Bank Charges", "Expense", "BankCharges"),
    ("payroll", "6070", "Office Payroll", "Expense", "PayrollExpenses"),
    ("interest", "7000", "Interest Earned", "Other Income", "InterestEarned"),
)  # fmt: skip


def list_cost_codes() -> tuple[CostCode, ...]:
    """Every division followed by its codes. Every second code also exists as an item, named by code and name."""
    codes: list[CostCode] = []
    for division, name, _, _, children in DIVISIONS:
        codes.append(CostCode(code=division, name=name, parent_code=None))
        for position, child in enumerate(children.split("|")):
            segment, child_name = child.split(" ", 1)
            code = f"{division}-{segment}"
            item_name = f"{code} {child_name}" if position % 2 == 0 else None
            codes.append(CostCode(code=code, name=child_name, parent_code=division, item_name=item_name))
    return tuple(codes)


def list_accounts() -> tuple[LedgerAccount, ...]:
    accounts = [LedgerAccount(*row) for row in OTHER_ACCOUNTS]
    for division, _, account_name, sub_type, _ in DIVISIONS:
        accounts.append(
            LedgerAccount(f"division_{division}", f"5{division}0", account_name, "Cost of Goods Sold", sub_type)
        )
    return tuple(sorted(accounts, key=lambda account: account.number))
