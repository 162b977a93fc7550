{#
    The mean of durations in hours, rounded half up to 4 places; null without one or too large.
#}
{% macro mean_hours(total_milliseconds, durations) -%}
    try_cast(
            cast({{ total_milliseconds }} as decimal(28, 4))
            / (3600000 * nullif({{ durations }}, 0))
            as decimal(12, 4)
        )
{%- endmacro %}
