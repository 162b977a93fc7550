{#
    dbt-trino's own, but for views that everybody would find empty.
#}
{% macro trino__create_view_as(relation, sql) -%}
    {%- do refuse_empty() -%}
    {{ dbt.trino__create_view_as(relation, sql) }}
{%- endmacro %}
