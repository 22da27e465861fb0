with courses as (
    select course_id from {{ ref('stg_crm__courses') }} where not is_withdrawn
)

select
    themes.course_id,
    themes.theme
from {{ ref('stg_crm__course_themes') }} as themes
inner join courses on themes.course_id = courses.course_id
where not themes.is_withdrawn
