{#
    The last folder of the place where a table has its files, or the one table beneath a view; a view of several tables
    has its own name.
#}
{% macro table_folder(relation) %}
    {%- set existing = adapter.get_relation(
        relation.database, relation.schema, relation.identifier
    ) -%}
    {%- set table = existing -%}
    {%- if existing.is_view -%}
        {%- set table = table_beneath(existing) -%}
    {%- endif -%}
    {%- if not table -%} {{ return(relation.identifier) }} {%- endif -%}
    {%- set place = run_query(
        "select value from " ~ table.include(identifier=false) ~ "."
        ~ adapter.quote(table.identifier ~ "$properties")
        ~ " where key = 'location'"
    ).rows[0][0] -%}
    {{ return(place.rstrip("/").split("/")[-1]) }}
{% endmacro %}
