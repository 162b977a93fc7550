with

unmerged_changes as (

    {{ unmerged_changes(ref('stg_wms__shipments')) }}

),

latest_changes as (

    {{ latest_changes('unmerged_changes') }}

),

final as (

    select
        document_id,
        shipment_id,
        order_id,
        warehouse_id,
        worker_id,
        carrier_code,
        service_level,
        tracking_number,
        status,
        exception_reason,
        package_count,
        weight_kg,
        shipping_cost,
        is_deleted,
        created_at,
        updated_at,
        shipped_at,
        estimated_delivery_at,
        delivered_at,
        source_at,
        source_order,
        kafka_partition,
        merged_offset as kafka_offset
    from latest_changes

)

select * from final
