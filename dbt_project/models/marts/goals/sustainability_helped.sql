{{ figures_per_goal(ref('int_sustainability_helped_base'), share_with_interval('contribution = 1')) }}
