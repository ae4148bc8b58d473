"""What sets a company of one country apart: currency, taxes, numbering, the way its preferences read.

The United States set is recorded. Elsewhere the names of codes follow the product's own lists; the names of the rates
behind them, their return lines and the tax accounts are unverified.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateSeed:
    """`before`: (percent, last day) of an earlier percentage."""

    name: str
    percent: str
    special: str = "NONE"
    description: str = ""
    return_line: str = ""
    agency: int = 1
    before: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class CodeSeed:
    """`sales` and `purchase` are names of rates; a direction without any has no list."""

    name: str
    description: str
    sales: tuple[str, ...] = ()
    purchase: tuple[str, ...] = ()
    is_taxable: bool = True


@dataclass(frozen=True, slots=True)
class Country:
    code: str
    alpha3: str
    currency: str
    address: tuple[str, str, str, str]
    agencies: tuple[str, ...]
    rates: tuple[RateSeed, ...]
    codes: tuple[CodeSeed, ...]
    tax_account: str = ""
    phone: str = "(555) 555-0100"
    date_format: tuple[str, str] = ("Date Month Year separated by a slash", "DDMMYYYY_SEP_SLASH")


UNITED_STATES = Country(
    code="US",
    alpha3="USA",
    currency="USD",
    address=("1 Main St.", "Springfield", "IL", "62701"),
    agencies=("Arizona Dept. of Revenue", "Board of Equalization"),
    rates=(
        RateSeed("AZ State tax", "7.1", description="Sales Tax"),
        RateSeed("Tucson City", "2", description="Sales Tax"),
        RateSeed("California", "8", description="Sales Tax", agency=2),
    ),
    codes=(
        CodeSeed("California", "California", ("California",)),
        CodeSeed("Tucson", "Tucson", ("AZ State tax", "Tucson City")),
    ),
    date_format=("Month Date Year separated by a slash", "MMDDYYYY_SEP_SLASH"),
)


def _both_ways(name: str, percent: str, special: str = "NONE", lines: tuple[str, str] = ("", "")) -> list[RateSeed]:
    """One rate for what is sold and one for what is bought."""
    return [
        RateSeed(f"{name} (Sales)", percent, special, name, lines[0]),
        RateSeed(f"{name} (Purchases)", percent, special, name, lines[1]),
    ]


def _code(name: str, description: str, *, is_taxable: bool = True) -> CodeSeed:
    return CodeSeed(name, description, (f"{name} (Sales)",), (f"{name} (Purchases)",), is_taxable)


def _reverse(name: str, percent: str) -> tuple[list[RateSeed], CodeSeed]:
    """The buyer owes the tax and reclaims it: nothing on a sale, two rates that cancel out on a purchase."""
    rates = [
        RateSeed(f"{name} (Sales)", "0", "NONE", name, "6"),
        RateSeed(f"{name} (Purchases)", percent, "NONE", name, "4"),
        RateSeed(f"{name} (Reverse)", f"-{percent}", "REVERSE_CHARGE", name, "1"),
    ]
    return rates, CodeSeed(name, name, (rates[0].name,), (rates[1].name, rates[2].name))


_STANDARD = [
    RateSeed("20.0% S (Sales)", "20", "NONE", "20.0% S", "1", before=("17.5", "2011-01-03")),
    RateSeed("20.0% S (Purchases)", "20", "NONE", "20.0% S", "4", before=("17.5", "2011-01-03")),
]
_REVERSED = [_reverse("20.0% RC", "20"), _reverse("20.0% RC CIS", "20"), _reverse("5.0% RC CIS", "5")]

UNITED_KINGDOM = Country(
    code="GB",
    alpha3="GBR",
    currency="GBP",
    address=("12 Foundry Lane", "Leeds", "West Yorkshire", "LS10 1NE"),
    agencies=("HM Revenue & Customs (VAT)",),
    rates=(
        *_STANDARD,
        *_both_ways("5.0% R", "5", lines=("1", "4")),
        *_both_ways("0.0% Z", "0", "ZERO_RATE", ("6", "7")),
        *_both_ways("Exempt", "0", lines=("6", "7")),
        *_both_ways("No VAT", "0"),
        *(rate for rates, _ in _REVERSED for rate in rates),
    ),
    codes=(
        _code("20.0% S", "20.0% S"),
        _code("5.0% R", "5.0% R"),
        _code("0.0% Z", "0.0% Z"),
        _code("Exempt", "Exempt"),
        _code("No VAT", "No VAT", is_taxable=False),
        *(code for _, code in _REVERSED),
    ),
    tax_account="VAT Control",
)

AUSTRALIA = Country(
    code="AU",
    alpha3="AUS",
    currency="AUD",
    address=("8 Wharf Road", "Newcastle", "NSW", "2300"),
    agencies=("Australian Taxation Office",),
    rates=(
        *_both_ways("GST", "10", lines=("1A", "1B")),
        *_both_ways("GST free", "0", "ZERO_RATE", ("G3", "G14")),
        *_both_ways("Out of Scope", "0"),
        RateSeed("Input taxed (Sales)", "0", "NONE", "Input taxed", "G4"),
        RateSeed("GST on capital (Purchases)", "10", "NONE", "GST on capital", "1B"),
    ),
    codes=(
        _code("GST", "GST"),
        _code("GST free", "GST free"),
        _code("Out of Scope", "Out of Scope", is_taxable=False),
        CodeSeed("Input taxed", "Input taxed", ("Input taxed (Sales)",)),
        CodeSeed("GST on capital", "GST on capital", (), ("GST on capital (Purchases)",)),
    ),
    tax_account="GST Liabilities Payable",
)

CANADA = Country(
    code="CA",
    alpha3="CAN",
    currency="CAD",
    address=("400 King St. W", "Toronto", "ON", "M5V 1K4"),
    agencies=("Receiver General", "Minister of Finance (BC)", "Revenu Quebec"),
    rates=(
        RateSeed("HST (ON)", "13", "NONE", "HST", "105"),
        RateSeed("HST (ON) (ITC)", "13", "NONE", "HST", "108"),
        RateSeed("GST", "5", "NONE", "GST", "105"),
        RateSeed("GST (ITC)", "5", "NONE", "GST", "108"),
        RateSeed("PST (BC)", "7", "NONE", "PST", agency=2),
        RateSeed("PST (BC) on purchases", "7", "NONE", "PST", agency=2),
        RateSeed("QST 9.975", "9.975", "NONE", "QST", agency=3),
        RateSeed("QST 9.975 (ITR)", "9.975", "NONE", "QST", agency=3),
        *_both_ways("Zero-rated", "0", "ZERO_RATE"),
        *_both_ways("Exempt", "0"),
        *_both_ways("Out of Scope", "0"),
    ),
    codes=(
        CodeSeed("HST ON", "HST ON", ("HST (ON)",), ("HST (ON) (ITC)",)),
        CodeSeed("GST", "GST", ("GST",), ("GST (ITC)",)),
        CodeSeed("GST/PST BC", "GST/PST BC", ("GST", "PST (BC)"), ("GST (ITC)", "PST (BC) on purchases")),
        CodeSeed("GST/QST QC - 9.975", "GST/QST QC", ("GST", "QST 9.975"), ("GST (ITC)", "QST 9.975 (ITR)")),
        _code("Zero-rated", "Zero-rated"),
        _code("Exempt", "Exempt"),
        _code("Out of Scope", "Out of Scope", is_taxable=False),
    ),
    tax_account="GST/HST Payable",
)

COUNTRIES = {country.code: country for country in (UNITED_STATES, UNITED_KINGDOM, AUSTRALIA, CANADA)}


def find_country(code: str) -> Country:
    """Raises ValueError for a country the sandbox has no rules for."""
    if code not in COUNTRIES:
        raise ValueError(f"no rules for a company in {code}, there are {', '.join(COUNTRIES)}")
    return COUNTRIES[code]
