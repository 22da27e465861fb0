{{ count_per_goal('company_contacts', ref('int_company_contacts_base'), 'count(base.record_id)') }}
