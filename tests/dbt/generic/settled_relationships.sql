{#
    As `relationships`, between tables that silver cuts at different moments: what a row refers to may be on its way.
    It is asked for once the other table has seen a later change in every partition, or after some minutes.
#}
{% test settled_relationships(model, column_name, to, field, minutes=15) %}
    with

    referring as (

        select * from {{ model }}

    ),

    referred as (

        select * from {{ to }}

    ),

    seen as (

        select max(source_at) as source_at
        from referred
        group by kafka_partition

    ),

    settled as (

        select
            greatest(
                {# a partition that has nothing yet has seen nothing #}
                if(
                    count(*) >= (
                        select count(distinct kafka_partition) from referring
                    ),
                    min(source_at),
                    timestamp '0001-01-01 00:00:00'
                ),
                cast(current_timestamp at time zone 'UTC' as timestamp(6))
                - interval '{{ minutes }}' minute
            ) as before
        from seen

    )

    select referring.*
    from referring
    cross join settled
    left join referred on referring.{{ column_name }} = referred.{{ field }}
    where
        referring.{{ column_name }} is not null
        and referred.{{ field }} is null
        and referring.source_at < settled.before
{% endtest %}
