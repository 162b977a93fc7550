with

unmerged_changes as (

    {{ unmerged_changes(ref('stg_wms__inventory')) }}

),

latest_changes as (

    {{ latest_changes('unmerged_changes') }}

),

checked_changes as (

    select
        changes.*,
        cast(array_except(array[
            if(changes.quantity_on_hand is null, 'missing_quantity_on_hand'),
            if(changes.location is null, 'missing_location'),
            if(changes.updated_at is null, 'missing_updated_at'),
            if(changes.quantity_on_hand < 0, 'negative_quantity_on_hand'),
            if(changes.quantity_reserved < 0, 'negative_quantity_reserved'),
            if(
                changes.quantity_reserved > changes.quantity_on_hand,
                'reserved_above_on_hand'
            ),
            if(changes.unit_cost < 0, 'negative_unit_cost'),
            if(
                not regexp_like(changes.location, '^[A-Z]-[0-9]{2}-[0-9]{2}$'),
                'malformed_location'
            )
        ], array[null]) as array(varchar)) as broken_rules,
        cast(changes.quantity_on_hand as bigint) - changes.quantity_reserved
            as quantity_available,
        changes.quantity_on_hand <= changes.reorder_point
            as is_below_reorder_point
    from latest_changes as changes

),

final as (

    select
        {{ contract_columns(made_of={'kafka_offset': 'merged_offset'}) }}
    from checked_changes

)

select * from final
