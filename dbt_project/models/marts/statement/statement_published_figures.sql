select
    measure,
    house,
    segment,
    cast(year as integer) as year,
    cast(value as double) as value,
    source_document,
    source_chapter,
    note_da as note
from {{ ref('published_figures') }}
