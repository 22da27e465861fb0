select
    activity_id,
    course_id,
    house,
    cvr,
    activity_on,
    cast(hours as double) as hours,
    channel,
    guidance_mode,
    municipality_code
from {{ ref('int_activities') }}
where left_because is null
