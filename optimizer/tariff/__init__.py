"""A utility's bill: URDB rates in, metered loads billed month by month."""

from optimizer.tariff.bill import Bill, BilledMonth, bill
from optimizer.tariff.errors import TariffError
from optimizer.tariff.load import MeteredLoad, read_load
from optimizer.tariff.urdb.rate import import_urdb
from optimizer.tariff.urdb.values import UrdbError

__all__ = ["Bill", "BilledMonth", "MeteredLoad", "TariffError", "UrdbError", "bill", "import_urdb", "read_load"]
