{{ effect_per_goal('excess_revenue_growth') }}
