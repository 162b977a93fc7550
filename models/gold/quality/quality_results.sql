{{ config(materialized='view') }}

with

check_results as (

    select * from {{ source('quality', 'check_results') }}

),

-- a check that was skipped says nothing: its last word is the one before
numbered_results as (

    select
        *,
        row_number() over (
            partition by check_name, status = 'skipped'
            order by run_at desc, run_id asc
        ) as newest_first
    from check_results

),

final as (

    select
        run_id,
        check_name,
        tool,
        check_type,
        product,
        table_name,
        column_name,
        severity,
        status,
        message,
        failures,
        evaluated,
        run_at,
        status in ('failed', 'errored', 'warned') as is_failing,
        status <> 'skipped' and newest_first = 1 as is_latest
    from numbered_results

)

select * from final
