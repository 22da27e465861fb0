"""A synthetic Denmark: seeded, at national scale, written as deliveries with the dirt that real data has.

The embedded default input of the product. Everything in it is invented: CVR numbers start at 90,000,000 and P-numbers
at 9,000,000,000, far above the numbers in use, so no row can be mistaken for a real company's.
"""

from sources.synthetic.cache import cached_deliveries
from sources.synthetic.errors import SyntheticSettingsError
from sources.synthetic.settings import SyntheticSettings, TrueEffect, default_today
from sources.synthetic.write import Progress, write_deliveries

__all__ = [
    "Progress",
    "SyntheticSettings",
    "SyntheticSettingsError",
    "TrueEffect",
    "cached_deliveries",
    "default_today",
    "write_deliveries",
]
