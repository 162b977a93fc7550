with

unmerged_changes as (

    {{ unmerged_changes(ref('stg_wms__shipments')) }}

),

latest_changes as (

    {{ latest_changes('unmerged_changes', 'shipped_at') }}

),

carriers as (

    select * from {{ ref('carriers') }}

),

shipment_statuses as (

    select * from {{ ref('shipment_statuses') }}

),

checked_changes as (

    select
        changes.*,
        carriers.carrier_name,
        cast(array_except(array[
            if(changes.order_id is null, 'missing_order_id'),
            if(changes.tracking_number is null, 'missing_tracking_number'),
            if(changes.shipped_at is null, 'missing_shipped_at'),
            if(carriers.carrier_code is null, 'unknown_carrier'),
            if(shipment_statuses.status is null, 'unknown_status'),
            if(
                not regexp_like(
                    changes.tracking_number,
                    carriers.tracking_number_pattern
                ),
                'malformed_tracking_number'
            ),
            if(changes.shipping_cost < 0, 'negative_cost'),
            if(
                changes.estimated_delivery_at < changes.shipped_at,
                'estimated_before_shipped'
            ),
            if(
                changes.delivered_at < changes.shipped_at,
                'delivered_before_shipped'
            )
        ], array[null]) as array(varchar)) as broken_rules,
        changes.delivered_at <= changes.estimated_delivery_at as is_on_time
    from latest_changes as changes
    left join carriers
        on changes.carrier_code = carriers.carrier_code
    left join shipment_statuses
        on changes.status = shipment_statuses.status

),

final as (

    select
        {{ contract_columns(made_of={'kafka_offset': 'merged_offset'}) }}
    from checked_changes

)

select * from final
