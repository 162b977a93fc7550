with

events as (

    select * from {{ source('bronze', 'orders_events') }}

),

final as (

    select
        event_id,
        event_key,
        event_type,
        {{ payload_value('order_id') }} as order_id,
        {{ payload_value('customer_id') }} as customer_id,
        {{ payload_value('warehouse_id') }} as warehouse_id,
        {{ payload_value('priority') }} as priority,
        {{ payload_value('status') }} as status,
        {{ payload_value('line_count', 'integer') }} as line_count,
        {{ payload_value('unit_count', 'integer') }} as unit_count,
        {{ payload_value('total_amount_cents', 'bigint') }}
            as total_amount_cents,
        {{ payload_timestamp('promised_at') }} as promised_at,
        {{ payload_value('cancellation_reason') }} as cancellation_reason,
        occurred_at,
        schema_id,
        kafka_partition,
        kafka_offset,
        kafka_at,
        landed_at
    from events

)

select * from final
