{{ effect_per_goal('excess_productivity_growth') }}
