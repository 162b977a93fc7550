{{ config(materialized='view') }}

with

versions as (

    select * from {{ ref('workers_versions') }}

),

intervals as (

    {{ version_intervals('versions') }}

),

final as (

    select
        {{ contract_columns() }}
    from intervals

)

select * from final
