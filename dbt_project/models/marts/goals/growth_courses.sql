{{ count_per_goal('growth_courses', ref('int_growth_courses_base'), 'count(base.record_id)') }}
