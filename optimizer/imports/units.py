"""What a price is in: currency and energy, as headers, titles and operators write them.

Read are `USD/MWh`, `$/MWHr`, `price_eur_per_kwh`, `ct/kWh`, `Price [EUR/MWh]`. A kilowatt-hour's price times 1,000 is a
megawatt-hour's; a cent is a hundredth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

OWN_CURRENCY = "USD"
"""What a scenario counts in, if it does not say another."""
UNITS_ALLOWED = "USD/MWh, USD/kWh, c/kWh, EUR/MWh, EUR/kWh or ct/kWh"
_CURRENCIES = {
    "USD": r"usd|us\$|us dollars?",
    "CAD": r"cad|ca\$|c\$|cdn",
    "AUD": r"aud|au\$|a\$",
    "EUR": r"eur|euros?|eurocents?|€",
    "GBP": r"gbp|£|pence|p(?= ?/ ?kwh)",
    "CHF": r"chf",
    "SEK": r"sek",
    "NOK": r"nok",
    "DKK": r"dkk",
    "PLN": r"pln",
    "CZK": r"czk",
    "HUF": r"huf",
    "RON": r"ron",
    "BGN": r"bgn",
    "JPY": r"jpy|¥",
    "NZD": r"nzd|nz\$",
    "MXN": r"mxn",
    "BRL": r"brl|r\$",
}
_CENTS = re.compile(r"(?:¢|(?<![a-z])(?:us|usd|eur|euro)? ?(?:c|ct|cts|cents?|p|pence)) ?/? ?kwh")
_MILLS = re.compile(r"(?<![a-z])mills? ?/? ?kwh")
_ENERGY = re.compile(r"([km])w[ .-]?h")


@dataclass(frozen=True)
class PriceUnit:
    """A unit of price. `per_mwh` × a price in it is the price per MWh of `currency` (None: not named)."""

    text: str
    currency: str | None
    per_mwh: float | None
    """None where only the currency is named."""


USD_PER_MWH = PriceUnit("USD/MWh", OWN_CURRENCY, 1.0)


def unit_in(text: str) -> PriceUnit | None:
    """The unit that a header, a title or an option names; None where it names none."""
    plain = re.sub(r" +", " ", re.sub(r"[_\[\]()]", " ", text.lower())).strip()
    plain = re.sub(r" ?\bper\b ?", "/", plain)
    currency = next((code for code, words in _CURRENCIES.items() if _names(plain, words)), None)
    energy = _ENERGY.search(plain)
    if energy is None:
        return PriceUnit(text.strip(), currency, None) if currency else None
    if energy[1] == "m" or _MILLS.search(plain):
        return PriceUnit(text.strip(), currency, 1.0)
    return PriceUnit(text.strip(), currency, 10.0 if _CENTS.search(plain) else 1000.0)


def _names(plain: str, words: str) -> bool:
    return re.search(rf"(?<![a-z])(?:{words})(?![a-z])|(?:{words})(?= ?/? ?[km]wh)", plain) is not None
