{{ figures_per_goal(ref('int_nps_base'), nps_with_interval('recommendation')) }}
