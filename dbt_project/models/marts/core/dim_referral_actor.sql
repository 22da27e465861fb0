select
    actor_type,
    label_da,
    classification,
    source
from {{ ref('referral_actors') }}
