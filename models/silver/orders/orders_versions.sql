{{ config(incremental_strategy='cdc_append', unique_key=none) }}

with

unmerged_changes as (

    {{ unmerged_changes(ref('stg_wms__orders')) }}

),

final as (

    select
        {{ contract_columns() }}
    from unmerged_changes

)

select * from final
