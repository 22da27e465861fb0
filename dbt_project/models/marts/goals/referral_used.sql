{{ figures_per_goal(ref('int_referral_used_base'), share_with_interval('contribution = 1')) }}
