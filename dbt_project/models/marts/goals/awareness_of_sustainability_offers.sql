{{ figures_per_goal(ref('int_awareness_of_sustainability_offers_base'), weighted_share_with_interval('contribution = 1', 'weight')) }}
