{{ figures_per_goal(ref('int_new_companies_share_base'), share_with_interval('contribution = 1')) }}
