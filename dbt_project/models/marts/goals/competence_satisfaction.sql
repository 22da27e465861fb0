{{ figures_per_goal(ref('int_competence_satisfaction_base'), share_with_interval('contribution = 1')) }}
