with

dead_letters as (

    select * from {{ source('bronze', 'dead_letters') }}

),

final as (

    select
        kafka_topic,
        reason,
        kafka_partition,
        kafka_offset,
        kafka_at,
        landed_at,
        from_utf8(message_key) as message_key_text,
        from_utf8(message_value) as message_value_text
    from dead_letters

)

select * from final
