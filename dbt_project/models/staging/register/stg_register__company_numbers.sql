-- The register's companies, with how each is called from here on. What a company is, its newest row says.
with newest as (
    {{ newest_per_key(source('register', 'register_virksomhed'), ['cvr_nummer']) }}
),

legal_persons as (
    select virksomhedsformkode from {{ ref('legal_forms') }} where er_fysisk_person_gdpr = 0
)

select
    newest.cvr_nummer as cvr_number,
    case
        when legal_persons.virksomhedsformkode is not null then newest.cvr_nummer
        else {{ pseudonym('cvr', 'newest.cvr_nummer') }}
    end as cvr,
    legal_persons.virksomhedsformkode is null as is_personally_owned,
    -- Sums of floating numbers are added up in this order, whatever the key.
    cast(row_number() over (order by newest.cvr_nummer) as integer) as place
from newest
left join legal_persons on newest.virksomhedsform = legal_persons.virksomhedsformkode
