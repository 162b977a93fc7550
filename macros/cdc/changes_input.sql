{#
    The staging view whose changes this model merges; none if it merges no changes.
#}
{% macro changes_input() %}
    {%- for id in model.depends_on.nodes if "." ~ "stg_" in id -%}
        {{ return(ref(graph.nodes[id].name)) }}
    {%- endfor -%}
{% endmacro %}
