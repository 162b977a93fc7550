{{ config(materialized='view') }}

with

versions as (

    select
        *,
        -- a delete carries no time of its own but the oplog's
        date(coalesce(if(not is_deleted, updated_at), valid_from))
            as movement_date,
        coalesce(quantity_on_hand, 0) as on_hand,
        coalesce(quantity_on_hand * unit_cost, 0) as stock_value,
        coalesce(cast(quantity_on_hand <= reorder_point as integer), 0)
            as below_reorder_point,
        coalesce(units_picked_total, 0) as picked,
        coalesce(units_received_total, 0) as received
    from {{ ref('inventory_history') }}

),

versions_with_former as (

    select
        versions.*,
        former.department as former_department,
        former.on_hand as former_on_hand,
        former.stock_value as former_stock_value,
        former.below_reorder_point as former_below_reorder_point,
        coalesce(not former.is_deleted, false) as was_in_stock,
        -- what is met first by a snapshot, or by an update since the versions
        -- before it are no longer kept, has been picked from before
        case
            when not former.is_deleted then former.picked
            when versions.op in ('r', 'u') then versions.picked
            else 0
        end as former_picked,
        case
            when not former.is_deleted then former.received
            when versions.op in ('r', 'u') then versions.received
            else 0
        end as former_received,
        -- offsets of two partitions cannot be compared
        greatest(
            versions.kafka_offset,
            if(
                former.kafka_partition
                is not distinct from versions.kafka_partition,
                coalesce(former.kafka_offset, 0),
                0
            )
        ) as highest_offset
    from versions
    left join versions as former
        on
            versions.document_id = former.document_id
            and versions.version = former.version + 1

),

-- double entry: stock may leave one department and enter another
entering as (

    select
        document_id,
        sku,
        version,
        'in' as direction,
        department,
        movement_date,
        on_hand as units_change,
        stock_value as value_change,
        1 as sku_count_change,
        below_reorder_point as below_reorder_point_change,
        picked - former_picked as units_picked,
        received - former_received as units_received,
        kafka_partition,
        highest_offset
    from versions_with_former
    where not is_deleted

),

leaving as (

    select
        document_id,
        sku,
        version,
        'out' as direction,
        former_department as department,
        movement_date,
        -former_on_hand as units_change,
        -former_stock_value as value_change,
        -1 as sku_count_change,
        -former_below_reorder_point as below_reorder_point_change,
        0 as units_picked,
        0 as units_received,
        kafka_partition,
        highest_offset
    from versions_with_former
    where was_in_stock

),

movements as (

    select * from entering

    union all

    select * from leaving

),

final as (

    select
        document_id,
        sku,
        cast(direction as varchar) as direction,
        department,
        version,
        cast(units_change as bigint) as units_change,
        cast(value_change as decimal(28, 4)) as value_change,
        sku_count_change,
        below_reorder_point_change,
        cast(units_picked as bigint) as units_picked,
        cast(units_received as bigint) as units_received,
        movement_date,
        kafka_partition,
        highest_offset as kafka_offset,
        array[movement_date] as metric_dates
    from movements

)

select * from final
