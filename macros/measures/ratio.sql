{#
    A part of a whole from 0 to 1, rounded half up to 4 places; null if the whole is 0 or the result too large.
#}
{% macro ratio(part, whole) -%}
    try_cast(
            cast({{ part }} as decimal(28, 4)) / nullif({{ whole }}, 0)
            as decimal(12, 4)
        )
{%- endmacro %}
