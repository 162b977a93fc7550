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

-- one pass over each document's versions, in the order that the history has
-- them in: a join with themselves would hold all of them in memory, twice
versions_beside_former as (

    select
        *,
        lag(department) over former as former_department,
        lag(on_hand) over former as former_on_hand,
        lag(stock_value) over former as former_stock_value,
        lag(below_reorder_point) over former as former_below_reorder_point,
        lag(picked) over former as last_picked,
        lag(received) over former as last_received,
        lag(kafka_partition) over former as former_partition,
        lag(kafka_offset) over former as former_offset,
        coalesce(not lag(is_deleted) over former, false) as was_in_stock
    from versions
    window former as (partition by document_id order by version)

),

versions_with_former as (

    select
        *,
        -- what is met first by a snapshot, or by an update since the versions
        -- before it are no longer kept, has been picked from before
        case
            when was_in_stock then last_picked
            when op in ('r', 'u') then picked
            else 0
        end as former_picked,
        case
            when was_in_stock then last_received
            when op in ('r', 'u') then received
            else 0
        end as former_received,
        -- offsets of two partitions cannot be compared
        greatest(
            kafka_offset,
            if(
                former_partition is not distinct from kafka_partition,
                coalesce(former_offset, 0),
                0
            )
        ) as highest_offset
    from versions_beside_former

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
