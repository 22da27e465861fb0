{{ effect_per_goal('excess_employment_growth') }}
