{{ count_per_goal('participants', ref('int_participants_base'), 'count(base.record_id)') }}
