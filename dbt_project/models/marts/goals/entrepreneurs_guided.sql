{{ count_per_goal('entrepreneurs_guided', ref('int_entrepreneurs_guided_base'), 'count(base.record_id)') }}
