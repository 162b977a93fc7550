{#
    The seeds that this model reads.
#}
{% macro seed_inputs() %}
    {%- set seeds = [] -%}
    {%- if execute and model.resource_type == "model" -%}
        {%- for id in model.depends_on.nodes if id.startswith("seed.") -%}
            {%- do seeds.append(ref(graph.nodes[id].name)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(seeds) }}
{% endmacro %}
