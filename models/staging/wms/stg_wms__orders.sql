with

changes as (

    select
        *,
        {{ document_fields() }} as document,
        op = 'd' as is_deleted
    from {{ source('bronze', 'orders_raw') }}

),

final as (

    select
        document_id,
        coalesce(
            {{ document_string('order_id') }}, {{ document_id() }}
        ) as order_id,
        {{ document_string('customer_id') }} as customer_id,
        {{ document_string('store_id') }} as store_id,
        {{ document_string('warehouse_id') }} as warehouse_id,
        {{ document_string('wave_id') }} as wave_id,
        {{ document_string('priority') }} as priority,
        {{ document_string('status') }} as status,
        {{ document_string('currency') }} as currency,
        {{ document_string('cancellation_reason') }} as cancellation_reason,
        {{ document_json('items') }} as items,
        {{ document_number('line_count', 'integer') }} as line_count,
        {{ document_number('unit_count', 'integer') }} as unit_count,
        {{ document_number('total_amount', 'decimal(18, 2)') }}
            as total_amount,
        is_deleted,
        {{ document_timestamp('created_at') }} as created_at,
        {{ document_timestamp('updated_at') }} as updated_at,
        {{ document_timestamp('promised_at') }} as promised_at,
        {{ document_timestamp('picking_started_at') }} as picking_started_at,
        {{ document_timestamp('packed_at') }} as packed_at,
        {{ document_timestamp('shipped_at') }} as shipped_at,
        {{ document_timestamp('delivered_at') }} as delivered_at,
        {{ document_timestamp('cancelled_at') }} as cancelled_at,
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
