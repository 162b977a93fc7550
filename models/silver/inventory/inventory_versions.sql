{{ config(incremental_strategy='append', unique_key=none) }}

with

unmerged_changes as (

    {{ unmerged_changes(ref('stg_wms__inventory')) }}

),

final as (

    select
        document_id,
        sku,
        warehouse_id,
        product_name,
        department,
        category,
        brand,
        location,
        last_movement_type,
        op,
        quantity_on_hand,
        quantity_reserved,
        reorder_point,
        unit_cost,
        units_picked_total,
        units_received_total,
        last_movement_quantity,
        is_deleted,
        created_at,
        updated_at,
        last_movement_at,
        source_at,
        source_order,
        kafka_partition,
        kafka_offset,
        kafka_at
    from unmerged_changes

)

select * from final
