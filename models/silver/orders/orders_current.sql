with

unmerged_changes as (

    {{ unmerged_changes(ref('stg_wms__orders')) }}

),

latest_changes as (

    {{ latest_changes('unmerged_changes') }}

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
        merged_offset as kafka_offset
    from latest_changes

)

select * from final
