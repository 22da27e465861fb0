-- What each house registered in periods of seven days. They end with today, not with the calendar's week, so that the
-- newest is always whole and a change is seen within seven days.
with courses as (
    select
        *,
        {{ weeks_ago('created_on', 'today') }} as weeks_ago
    from {{ ref('int_practice_courses') }}
    where house <> 'ukendt' and created_on <= today
),

activities as (
    select
        courses.house,
        courses.weeks_ago as course_weeks_ago,
        {{ weeks_ago('activities.activity_on', 'courses.today') }} as weeks_ago
    from {{ ref('int_activities') }} as activities
    inner join courses on activities.course_id = courses.course_id
    where activities.activity_on <= courses.today
),

evaluations as (
    select
        courses.house,
        courses.today,
        evaluations.sent_on,
        -- Answers take days: the rate of a period is that of the evaluations whose 14th day lies in it.
        cast({{ dbt.dateadd('day', 14, 'evaluations.sent_on') }} as date) as settled_on,
        evaluations.answered_on
    from {{ ref('int_evaluations') }} as evaluations
    inner join courses on evaluations.course_id = courses.course_id
    where evaluations.evaluation_id is not null
),

course_themes as (
    select
        courses.house,
        courses.weeks_ago,
        courses.course_id,
        themes.theme
    from {{ ref('stg_crm__course_themes') }} as themes
    inner join courses on themes.course_id = courses.course_id
    where not themes.is_withdrawn
),

segments as (
    select distinct segment from courses where segment is not null
),

-- One row per thing that is counted; is_counted says which of them a share is the share of.
occurrences as (
    select house, 'registrations' as series, weeks_ago, true as is_counted from courses
    union all
    -- An activity counts as it could be seen at the time: when its course was registered by the end of the period.
    select house, 'registrations', weeks_ago, true from activities where course_weeks_ago >= weeks_ago
    union all
    select house, 'new_courses', weeks_ago, true from courses
    union all
    select house, 'evaluations_sent', {{ weeks_ago('sent_on', 'today') }}, true from evaluations where sent_on <= today
    union all
    select house, 'response_rate', {{ weeks_ago('settled_on', 'today') }}, coalesce(answered_on <= settled_on, false)
    from evaluations
    where settled_on <= today
    union all
    select courses.house, 'segment_share_' || segments.segment, courses.weeks_ago, courses.segment = segments.segment
    from courses
    cross join segments
    where courses.course_type = 'individuel' and courses.segment is not null
),

counted as (
    select
        house,
        series,
        weeks_ago,
        count(*) as n,
        count(case when is_counted then 1 end) as counted
    from occurrences
    group by house, series, weeks_ago
),

themed as (
    select house, weeks_ago, count(distinct course_id) as n from course_themes group by house, weeks_ago
),

theme_counts as (
    select house, weeks_ago, theme, count(*) as counted from course_themes group by house, weeks_ago, theme
),

united as (
    select house, series, weeks_ago, n, counted from counted
    union all
    select
        themed.house,
        'theme_share_' || themes.theme,
        themed.weeks_ago,
        themed.n,
        coalesce(theme_counts.counted, 0)
    from themed
    cross join {{ ref('themes') }} as themes
    left join theme_counts
        on
            themed.house = theme_counts.house
            and themed.weeks_ago = theme_counts.weeks_ago
            and themes.theme = theme_counts.theme
)

select * from united
