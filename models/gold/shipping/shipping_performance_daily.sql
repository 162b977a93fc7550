{{ config(unique_key=['date', 'carrier_code']) }}

with

shipments as (

    select * from {{ ref('shipments_current') }}
    where not is_deleted and shipped_at is not null

),

shipments_measured as (

    select
        carrier_code,
        status,
        is_on_time,
        shipping_cost,
        -- whole grams, since a sum of doubles depends on its order
        try_cast(weight_kg as decimal(18, 3)) as weight_kg,
        date(shipped_at) as shipping_date,
        date_diff('millisecond', shipped_at, delivered_at)
            as transit_milliseconds
    from shipments

),

shipments_per_day as (

    select
        shipping_date,
        carrier_code,
        count(*) as total_shipments,
        count_if(status = 'delivered') as delivered_shipments,
        count_if(is_on_time) as on_time_shipments,
        count_if(status = 'exception') as exception_shipments,
        count(transit_milliseconds) as timed_shipments,
        sum(transit_milliseconds) as transit_milliseconds,
        sum(weight_kg) as total_weight_kg,
        sum(shipping_cost) as total_shipping_cost,
        count(shipping_cost) as priced_shipments
    from shipments_measured
    group by shipping_date, carrier_code

),

final as (

    select
        shipping_date as date,
        carrier_code,
        total_shipments,
        delivered_shipments,
        on_time_shipments,
        exception_shipments,
        cast(total_weight_kg as decimal(28, 3)) as total_weight_kg,
        cast(total_shipping_cost as decimal(28, 2)) as total_shipping_cost,
        {{ ratio('delivered_shipments', 'total_shipments') }} as delivery_rate,
        {{ ratio('on_time_shipments', 'timed_shipments') }} as on_time_rate,
        {{ mean_hours('transit_milliseconds', 'timed_shipments') }}
            as avg_transit_time_hours,
        {{ ratio('total_shipping_cost', 'priced_shipments') }}
            as avg_shipping_cost,
        {{ source_offsets() }} as source_offsets
    from shipments_per_day

)

select * from final
