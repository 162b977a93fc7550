{#
    The one table that a view is made of, a source or a model, through other views too; none if it has several.
#}
{% macro table_beneath(view) %}
    {%- set beneath = namespace(
        node=graph.nodes.values()
            | selectattr("resource_type", "equalto", "model")
            | selectattr("alias", "equalto", view.identifier) | first
    ) -%}
    {%- for _ in graph.nodes if beneath.node.config.materialized == "view" -%}
        {%- set parents = beneath.node.depends_on.nodes -%}
        {%- if parents | length != 1 -%} {{ return(none) }} {%- endif -%}
        {%- set beneath.node = graph.nodes.get(parents[0])
            or graph.sources[parents[0]] -%}
    {%- endfor -%}
    {{ return(
        adapter.get_relation(
            beneath.node.database,
            beneath.node.schema,
            beneath.node.identifier or beneath.node.alias,
        )
    ) }}
{% endmacro %}
