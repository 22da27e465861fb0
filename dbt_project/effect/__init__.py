"""Effect in the companies: control groups, growth and its uncertainty, as pure functions without I/O.

`match_nearest` finds comparable companies, `estimate_att` says how much more the guided companies grew, and `balance`
says how comparable the two groups are. The dbt models in `models/intermediate/effect` are thin layers around them.
"""

from dbt_project.effect.balance import balance
from dbt_project.effect.errors import EffectError, EffectInputError, EffectSettingsError
from dbt_project.effect.estimation import Estimate, estimate_att
from dbt_project.effect.matching import match_nearest

__all__ = [
    "EffectError",
    "EffectInputError",
    "EffectSettingsError",
    "Estimate",
    "balance",
    "estimate_att",
    "match_nearest",
]
