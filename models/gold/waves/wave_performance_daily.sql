{{ config(unique_key=['date', 'warehouse_id']) }}

with

waves as (

    select * from {{ ref('waves_current') }}
    where not is_deleted and released_at is not null

),

waves_measured as (

    select
        *,
        date(released_at) as release_date,
        status = 'completed' as is_completed,
        if(
            status = 'completed',
            date_diff('millisecond', released_at, completed_at)
        ) as cycle_milliseconds
    from waves

),

waves_per_day as (

    select
        release_date,
        warehouse_id,
        count(*) as total_waves,
        count_if(is_completed) as completed_waves,
        sum(order_count) as total_orders,
        sum(picked_order_count) filter (where is_completed) as picked_orders,
        sum(cancelled_order_count) filter (where is_completed)
            as cancelled_orders,
        sum(order_count) filter (where is_completed) as closed_orders,
        sum(unit_count) as total_units,
        sum(picked_unit_count) filter (where is_completed) as picked_units,
        sum(cycle_milliseconds) as cycle_milliseconds,
        count(cycle_milliseconds) as timed_waves
    from waves_measured
    group by release_date, warehouse_id

),

final as (

    select
        release_date as date,
        warehouse_id,
        total_waves,
        completed_waves,
        total_orders,
        coalesce(picked_orders, 0) as picked_orders,
        coalesce(cancelled_orders, 0) as cancelled_orders,
        total_units,
        coalesce(picked_units, 0) as picked_units,
        {{ ratio('completed_waves', 'total_waves') }} as completion_rate,
        {{ ratio('picked_orders', 'closed_orders') }} as pick_rate,
        {{ ratio('total_orders', 'total_waves') }} as avg_orders_per_wave,
        {{ mean_hours('cycle_milliseconds', 'timed_waves') }}
            as avg_cycle_time_hours,
        {{ ratio('picked_units * 3600000', 'cycle_milliseconds') }}
            as units_picked_per_wave_hour,
        {{ source_offsets() }} as source_offsets
    from waves_per_day

)

select * from final
