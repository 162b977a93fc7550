{{ config(materialized='view') }}

with

versions as (

    select * from {{ ref('orders_versions') }}

),

intervals as (

    {{ version_intervals('versions') }}

),

final as (

    select
        document_id,
        order_id,
        customer_id,
        store_id,
        warehouse_id,
        wave_id,
        priority,
        status,
        currency,
        cancellation_reason,
        items,
        op,
        version,
        line_count,
        unit_count,
        total_amount,
        is_deleted,
        created_at,
        updated_at,
        promised_at,
        picking_started_at,
        packed_at,
        shipped_at,
        delivered_at,
        cancelled_at,
        valid_from,
        valid_to,
        kafka_partition,
        kafka_offset,
        valid_to is null as is_current
    from intervals

)

select * from final
