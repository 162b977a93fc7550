{#
    The one table that a view is made of, through other views too; none if it has several, or that is not in its
    schema.
#}
{% macro table_beneath(view) %}
    {%- set found = namespace(name=view.identifier, is_view=true) -%}
    {%- for _ in graph.nodes if found.is_view -%}
        {%- set node = graph.nodes.values()
            | selectattr("resource_type", "equalto", "model")
            | selectattr("alias", "equalto", found.name) | first -%}
        {%- set found.is_view = node.config.materialized == "view" -%}
        {%- if found.is_view -%}
            {%- set parents = node.depends_on.nodes -%}
            {%- if parents | length != 1 or parents[0] not in graph.nodes -%}
                {{ return(none) }}
            {%- endif -%}
            {%- set found.name = graph.nodes[parents[0]].alias -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(adapter.get_relation(view.database, view.schema, found.name)) }}
{% endmacro %}
