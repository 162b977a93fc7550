{{ config(incremental_strategy='append', unique_key=none) }}

with

unmerged_changes as (

    {{ unmerged_changes(ref('stg_wms__orders')) }}

),

final as (

    select
        document_id,
        order_id,
        customer_id,
        store_id,
        warehouse_id,
        wave_id,
        priority,
        status,
        currency,
        cancellation_reason,
        items,
        op,
        line_count,
        unit_count,
        total_amount,
        is_deleted,
        created_at,
        updated_at,
        promised_at,
        picking_started_at,
        packed_at,
        shipped_at,
        delivered_at,
        cancelled_at,
        source_at,
        source_order,
        kafka_partition,
        kafka_offset,
        kafka_at
    from unmerged_changes

)

select * from final
