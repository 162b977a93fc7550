with

unmerged_changes as (

    {{ unmerged_changes(ref('stg_wms__orders')) }}

),

latest_changes as (

    {{ latest_changes('unmerged_changes', 'created_at') }}

),

order_statuses as (

    select * from {{ ref('order_statuses') }}

),

order_priorities as (

    select * from {{ ref('order_priorities') }}

),

checked_changes as (

    select
        changes.*,
        cast(array_except(array[
            if(changes.customer_id is null, 'missing_customer_id'),
            if(changes.created_at is null, 'missing_created_at'),
            if(changes.total_amount is null, 'missing_total_amount'),
            if(order_statuses.status is null, 'unknown_status'),
            if(order_priorities.priority is null, 'unknown_priority'),
            if(changes.line_count < 1, 'without_lines'),
            if(changes.total_amount < 0, 'negative_amount'),
            if(
                changes.packed_at < changes.picking_started_at,
                'packed_before_picked'
            ),
            if(changes.shipped_at < changes.packed_at, 'shipped_before_packed'),
            if(
                changes.delivered_at < changes.shipped_at,
                'delivered_before_shipped'
            ),
            if(
                changes.cancelled_at < changes.created_at,
                'cancelled_before_created'
            )
        ], array[null]) as array(varchar)) as broken_rules
    from latest_changes as changes
    left join order_statuses
        on changes.status = order_statuses.status
    left join order_priorities
        on changes.priority = order_priorities.priority

),

final as (

    select
        {{ contract_columns(made_of={'kafka_offset': 'merged_offset'}) }}
    from checked_changes

)

select * from final
