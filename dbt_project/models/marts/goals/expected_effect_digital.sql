{{ figures_per_goal(ref('int_expected_effect_digital_base'), share_with_interval('contribution = 1')) }}
