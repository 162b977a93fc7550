{#
    A relation's table: itself, or the one beneath a view. None if the view is made of several, or nothing is there.
#}
{% macro table_of(relation) %}
    {%- set existing = load_cached_relation(relation) if execute -%}
    {%- if existing and existing.is_view -%}
        {{ return(table_beneath(existing)) }}
    {%- endif -%}
    {{ return(existing) }}
{% endmacro %}
