{#
    The comment by which a model's SQL says that it selects no row, so that nothing need be merged.
#}
{% macro nothing_is_new() -%}
    /* nothing is new */
{%- endmacro %}
