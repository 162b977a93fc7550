{{ config(unique_key=['date', 'department'], days_carry_over=true) }}

with

movements as (

    select * from {{ ref('inventory_movements') }}

),

movements_per_day as (

    select
        movement_date,
        department,
        count_if(direction = 'in') as stock_changes,
        sum(units_picked) as units_picked,
        sum(units_received) as units_received,
        sum(units_change) as units_change,
        sum(value_change) as value_change,
        sum(sku_count_change) as sku_count_change,
        sum(below_reorder_point_change) as below_reorder_point_change
    from movements
    group by movement_date, department

),

stock_per_day as (

    select
        *,
        sum(units_change) over department_until_day as closing_units,
        sum(value_change) over department_until_day as closing_stock_value,
        sum(sku_count_change) over department_until_day as sku_count,
        sum(below_reorder_point_change) over department_until_day
            as skus_below_reorder_point
    from movements_per_day
    window department_until_day as (
        partition by department order by movement_date
    )

),

final as (

    select
        movement_date as date,
        department,
        sku_count,
        skus_below_reorder_point,
        stock_changes,
        closing_units - units_change as opening_units,
        units_received,
        units_picked,
        units_change - units_received + units_picked as units_adjusted,
        closing_units,
        cast(closing_stock_value as decimal(28, 4)) as closing_stock_value,
        {{ ratio('2 * units_picked', '2 * closing_units - units_change') }}
            as stock_turnover,
        {{ source_offsets() }} as source_offsets
    from stock_per_day

)

select * from final
