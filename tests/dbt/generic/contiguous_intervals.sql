{# Fails where intervals of a key overlap, leave a gap or are empty. #}
{% test contiguous_intervals(model, key, starts, ends) %}
    select *
    from (
        select
            {{ key }},
            {{ starts }},
            {{ ends }},
            lead({{ starts }}) over (
                partition by {{ key }} order by {{ starts }}
            ) as next_start
        from {{ model }}
    )
    where
        {{ ends }} is distinct from next_start
        or {{ ends }} <= {{ starts }}
{% endtest %}
