{#
    Fails if too few of the rows that are not deleted satisfy an SQL expression, by the objective that the product's
    contract promises for this table, and if it promises none. An expression that is null is not satisfied.
#}
{% test meets_objective(model, product, objective, satisfied) %}
    with

    measured as (

        select
            count(*) as total_rows,
            count_if({{ satisfied }}) as satisfied_rows
        from {{ model }}
        where not is_deleted

    ),

    promised as (

        select max(threshold) as threshold
        from {{ source("products", "data_product_objectives") }}
        where
            product = '{{ product }}'
            and objective = '{{ objective }}'
            and unit = 'percent'
            and output_table = '{{ model.identifier }}'

    )

    select
        measured.total_rows,
        measured.satisfied_rows,
        promised.threshold
    from measured
    cross join promised
    where
        promised.threshold is null
        or 100 * measured.satisfied_rows
        < promised.threshold * measured.total_rows
{% endtest %}
