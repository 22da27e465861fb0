-- Every record checked by every rule, in the rules' common shape.
select * from {{ ref('int_practice_cvr_valid') }}
union all
select * from {{ ref('int_practice_cvr_in_register') }}
union all
select * from {{ ref('int_practice_p_number_valid') }}
union all
select * from {{ ref('int_practice_p_number_of_company') }}
union all
select * from {{ ref('int_practice_segment_registered') }}
union all
select * from {{ ref('int_practice_segment_consistent') }}
union all
select * from {{ ref('int_practice_theme_registered') }}
union all
select * from {{ ref('int_practice_referral_complete') }}
union all
select * from {{ ref('int_practice_evaluation_over_3_hours') }}
union all
select * from {{ ref('int_practice_evaluation_all') }}
union all
select * from {{ ref('int_practice_management_decision_over_20_hours') }}
union all
select * from {{ ref('int_practice_registered_in_time') }}
union all
select * from {{ ref('int_practice_hours_plausible') }}
union all
select * from {{ ref('int_practice_no_duplicate_course') }}
union all
select * from {{ ref('int_practice_consent_recorded') }}
union all
select * from {{ ref('int_practice_course_exists') }}
