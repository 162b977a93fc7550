{{ config(materialized='view') }}

with

versions as (

    select * from {{ ref('inventory_versions') }}

),

intervals as (

    {{ version_intervals('versions') }}

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
        version,
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
        valid_from,
        valid_to,
        kafka_partition,
        kafka_offset,
        valid_to is null as is_current
    from intervals

)

select * from final
