select
    house,
    dimension,
    checked,
    passed,
    share_pct,
    change_since_last_month,
    change_since_last_year
from {{ ref('practice_score_card') }}
