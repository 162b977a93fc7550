{#
    The last folder of the place where a table has its files, or the one table beneath a view; a view of several tables
    has its own name.
#}
{% macro table_folder(relation) %}
    {%- set table = table_of(relation) -%}
    {%- if not table -%} {{ return(relation.identifier) }} {%- endif -%}
    {%- set place = run_query(
        "select value from " ~ table.include(identifier=false) ~ "."
        ~ adapter.quote(table.identifier ~ "$properties")
        ~ " where key = 'location'"
    ).rows[0][0] -%}
    {{ return(place.rstrip("/").split("/")[-1]) }}
{% endmacro %}
