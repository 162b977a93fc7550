with

unmerged_changes as (

    {{ changes_not_merged_yet(
        ref('stg_wms__inventory'), ref('inventory_current')
    ) }}

),

merged_and_unmerged as (

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
        quantity_on_hand,
        quantity_reserved,
        reorder_point,
        unit_cost,
        units_picked_total,
        units_received_total,
        last_movement_quantity,
        is_deleted,
        true as is_merged,
        created_at,
        updated_at,
        last_movement_at,
        source_at,
        source_order,
        kafka_partition,
        kafka_offset
    from {{ ref('inventory_current') }}
    union all
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
        quantity_on_hand,
        quantity_reserved,
        reorder_point,
        unit_cost,
        units_picked_total,
        units_received_total,
        last_movement_quantity,
        is_deleted,
        false as is_merged,
        created_at,
        updated_at,
        last_movement_at,
        source_at,
        source_order,
        kafka_partition,
        kafka_offset
    from unmerged_changes

),

latest_changes as (

    {{ latest_changes('merged_and_unmerged') }}

),

stock as (

    select
        *,
        cast(quantity_on_hand as bigint) - quantity_reserved
            as quantity_available,
        quantity_on_hand <= reorder_point as is_below_reorder_point
    from latest_changes

),

final as (

    select
        sku,
        warehouse_id,
        product_name,
        department,
        category,
        brand,
        location,
        last_movement_type,
        quantity_on_hand,
        quantity_reserved,
        quantity_available,
        reorder_point,
        unit_cost,
        units_picked_total,
        units_received_total,
        last_movement_quantity,
        is_below_reorder_point,
        is_deleted,
        is_merged,
        created_at,
        updated_at,
        last_movement_at
    from stock

)

select * from final
