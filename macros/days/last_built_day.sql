{#
    The newest day of the table that is being built, as an expression; long ago if it is empty or built anew.
#}
{% macro last_built_day() -%}
    {% if is_incremental() -%}
        (select coalesce(max(date), date '2000-01-01') from {{ this }})
    {%- else -%}
        date '2000-01-01'
    {%- endif %}
{%- endmacro %}
