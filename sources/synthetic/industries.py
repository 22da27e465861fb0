"""Industry codes (DB07, and DB25 for new companies), their share of companies, their revenue per employee."""

from dataclasses import dataclass

DB25_FROM_YEAR = 2025
"""Companies started from this year on are registered under DB25."""


@dataclass(frozen=True)
class Industry:
    """One six-digit code as it occurs in the register.

    Attributes:
        code: DB07 code.
        group: Industry group of the awareness survey's sample design.
        share: Relative share of companies.
        revenue: Typical revenue per full-time equivalent, thousand kr.
        guided: How much more (or less) often such a company seeks guidance.
        db25: The code under DB25, where it is used for new companies.
    """

    code: str
    group: str
    share: float
    revenue: float
    guided: float = 1.0
    db25: str | None = None


_FARM, _MAKE, _BUILD, _TRADE, _MOVE, _HOST, _TECH, _ADVISE, _SERVE, _CARE = (
    "Landbrug mv.",
    "Industri og forsyning",
    "Bygge og anlæg",
    "Handel",
    "Transport",
    "Hotel og restauration",
    "Information og kommunikation",
    "Videnservice",
    "Ejendom, finans og service",
    "Undervisning, sundhed og kultur",
)

INDUSTRIES: tuple[Industry, ...] = (
    Industry("011100", _FARM, 4.5, 1900, 0.4),
    Industry("014100", _FARM, 1.0, 2600, 0.4),
    Industry("014620", _FARM, 0.8, 3400, 0.4),
    Industry("016100", _FARM, 0.7, 1300, 0.6),
    Industry("107120", _MAKE, 0.4, 900, 1.8),
    Industry("162300", _MAKE, 0.3, 1500, 2.2),
    Industry("181200", _MAKE, 0.3, 1300, 1.6),
    Industry("222900", _MAKE, 0.2, 1900, 2.4),
    Industry("251100", _MAKE, 0.5, 1500, 2.4),
    Industry("256200", _MAKE, 0.5, 1400, 2.4),
    Industry("265100", _MAKE, 0.2, 2000, 2.6),
    Industry("310900", _MAKE, 0.4, 1500, 2.2),
    Industry("325000", _MAKE, 0.3, 1700, 2.4),
    Industry("331200", _MAKE, 0.5, 1300, 1.8),
    Industry("351100", _MAKE, 0.6, 5200, 0.8),
    Industry("381100", _MAKE, 0.2, 2300, 1.4),
    Industry("412000", _BUILD, 2.4, 1900, 1.0, "410000"),
    Industry("431200", _BUILD, 0.7, 1600, 0.9, "431200"),
    Industry("432100", _BUILD, 1.4, 1200, 1.0, "432100"),
    Industry("432200", _BUILD, 1.3, 1300, 1.0),
    Industry("433200", _BUILD, 2.8, 1200, 1.0),
    Industry("433410", _BUILD, 1.4, 800, 0.8),
    Industry("439910", _BUILD, 1.2, 1000, 0.8),
    Industry("452010", _TRADE, 1.5, 1400, 0.9),
    Industry("461900", _TRADE, 1.1, 2700, 1.3),
    Industry("464210", _TRADE, 0.8, 4300, 1.8),
    Industry("466900", _TRADE, 0.9, 3700, 1.8),
    Industry("467300", _TRADE, 0.5, 4100, 1.3),
    Industry("471110", _TRADE, 1.0, 2100, 0.6),
    Industry("477110", _TRADE, 1.2, 1500, 1.3),
    Industry("477610", _TRADE, 0.7, 900, 0.9),
    Industry("479111", _TRADE, 1.6, 2100, 2.2),
    Industry("493200", _MOVE, 1.0, 600, 0.3),
    Industry("494100", _MOVE, 1.8, 1600, 0.9, "494100"),
    Industry("532000", _MOVE, 0.5, 700, 0.5),
    Industry("551010", _HOST, 0.5, 1000, 1.8, "551000"),
    Industry("561010", _HOST, 2.4, 750, 1.1),
    Industry("561020", _HOST, 1.5, 800, 0.6),
    Industry("563000", _HOST, 0.9, 750, 0.9, "563000"),
    Industry("582900", _TECH, 0.7, 1500, 2.8, "582900"),
    Industry("591110", _TECH, 1.0, 900, 1.2),
    Industry("620100", _TECH, 2.6, 1300, 2.4, "621000"),
    Industry("620200", _TECH, 3.4, 1400, 1.6, "622000"),
    Industry("631200", _TECH, 0.4, 1300, 2.2),
    Industry("642020", _SERVE, 6.5, 1100, 0.2),
    Industry("662200", _SERVE, 0.5, 1300, 0.4),
    Industry("682030", _SERVE, 6.0, 2400, 0.2),
    Industry("682040", _SERVE, 4.0, 3100, 0.2),
    Industry("683110", _SERVE, 0.7, 1200, 0.6),
    Industry("691000", _ADVISE, 1.2, 1300, 0.5, "691000"),
    Industry("692000", _ADVISE, 1.8, 1000, 0.5, "692000"),
    Industry("702200", _ADVISE, 6.5, 1100, 1.3, "702000"),
    Industry("711100", _ADVISE, 1.4, 1000, 1.4),
    Industry("721900", _ADVISE, 0.5, 1300, 2.8),
    Industry("731110", _ADVISE, 1.9, 1200, 1.6),
    Industry("742000", _ADVISE, 1.1, 600, 0.9),
    Industry("782000", _SERVE, 0.4, 700, 1.0, "782000"),
    Industry("791100", _SERVE, 0.4, 3100, 1.6, "791100"),
    Industry("812100", _SERVE, 2.2, 500, 0.6, "812100"),
    Industry("813000", _SERVE, 1.3, 800, 0.7, "813000"),
    Industry("829900", _SERVE, 1.0, 900, 0.9),
    Industry("855900", _CARE, 1.9, 700, 1.1),
    Industry("862100", _CARE, 1.1, 1300, 0.2),
    Industry("862300", _CARE, 0.8, 1300, 0.2, "862300"),
    Industry("869020", _CARE, 1.6, 600, 0.6),
    Industry("900300", _CARE, 2.4, 500, 0.7),
    Industry("931300", _CARE, 0.5, 800, 0.9, "931300"),
    Industry("960210", _CARE, 2.3, 450, 0.5, "962100"),
    Industry("960220", _CARE, 1.4, 450, 0.6),
)
"""Real codes of the two nomenclatures; the shares are rounded and meant to look right, not to be quoted."""
