"""Reading what others publish into what a scenario takes."""

from optimizer.imports.errors import PriceFileError
from optimizer.imports.formats import FORMATS
from optimizer.imports.prices import ImportedPrices, import_prices
from optimizer.imports.report import Gap, PriceReport

__all__ = ["FORMATS", "Gap", "ImportedPrices", "PriceFileError", "PriceReport", "import_prices"]
