with

changes as (

    select
        *,
        {{ document_fields() }} as document,
        op = 'd' as is_deleted
    from {{ source('bronze', 'waves_raw') }}

),

final as (

    select
        document_id,
        coalesce(
            {{ document_string('wave_id') }}, {{ document_id() }}
        ) as wave_id,
        {{ document_string('warehouse_id') }} as warehouse_id,
        {{ document_string('status') }} as status,
        {{ document_json('order_ids') }} as order_ids,
        {{ document_number('order_count', 'integer') }} as order_count,
        {{ document_number('same_day_order_count', 'integer') }}
            as same_day_order_count,
        {{ document_number('line_count', 'integer') }} as line_count,
        {{ document_number('unit_count', 'integer') }} as unit_count,
        {{ document_number('sku_count', 'integer') }} as sku_count,
        {{ document_number('picked_order_count', 'integer') }}
            as picked_order_count,
        {{ document_number('cancelled_order_count', 'integer') }}
            as cancelled_order_count,
        {{ document_number('picked_unit_count', 'integer') }}
            as picked_unit_count,
        is_deleted,
        {{ document_timestamp('created_at') }} as created_at,
        {{ document_timestamp('updated_at') }} as updated_at,
        {{ document_timestamp('released_at') }} as released_at,
        {{ document_timestamp('completed_at') }} as completed_at,
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
