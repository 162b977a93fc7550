with

messages as (

    select
        cast(_key as varchar) as event_key,
        cast(_partition_id as integer) as kafka_partition,
        cast(_partition_offset as bigint) as kafka_offset,
        cast(_timestamp as timestamp(6)) as kafka_at,
        to_utf8(_message) as message_value
    from {{ source('kafka', 'orders_events') }}

),

messages_with_schema as (

    select
        *,
        -- after a zero byte, before the Avro record; null if there is no such
        try(from_big_endian_32(substr(message_value, 2, 4))) as schema_id
    from messages

),

final as (

    select
        event_key,
        schema_id,
        kafka_partition,
        kafka_offset,
        message_value,
        kafka_at
    from messages_with_schema

)

select * from final
