with

changes as (

    select
        *,
        {{ document_fields() }} as document,
        op = 'd' as is_deleted
    from {{ source('bronze', 'inventory_raw') }}

),

final as (

    select
        document_id,
        coalesce(
            {{ document_string('sku') }}, {{ document_id() }}
        ) as sku,
        {{ document_string('warehouse_id') }} as warehouse_id,
        {{ document_string('product_name') }} as product_name,
        {{ document_string('department') }} as department,
        {{ document_string('category') }} as category,
        {{ document_string('brand') }} as brand,
        {{ document_string('location') }} as location,
        {{ document_string('last_movement_type') }} as last_movement_type,
        {{ document_number('quantity_on_hand', 'integer') }}
            as quantity_on_hand,
        {{ document_number('quantity_reserved', 'integer') }}
            as quantity_reserved,
        {{ document_number('reorder_point', 'integer') }} as reorder_point,
        {{ document_number('unit_cost', 'decimal(18, 4)') }} as unit_cost,
        {{ document_number('units_picked_total', 'bigint') }}
            as units_picked_total,
        {{ document_number('units_received_total', 'bigint') }}
            as units_received_total,
        {{ document_number('last_movement_quantity', 'integer') }}
            as last_movement_quantity,
        is_deleted,
        {{ document_timestamp('created_at') }} as created_at,
        {{ document_timestamp('updated_at') }} as updated_at,
        {{ document_timestamp('last_movement_at') }} as last_movement_at,
        op,
        {{ source_position_at() }} as source_at,
        source_order,
        kafka_partition,
        kafka_offset,
        kafka_at,
        landed_at
    from changes

)

select * from final
