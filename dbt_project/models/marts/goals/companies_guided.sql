{{ count_per_goal('companies_guided', ref('int_companies_guided_base'), 'count(base.record_id)') }}
