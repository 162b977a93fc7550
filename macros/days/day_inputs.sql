{#
    The models that this one counts by day: those it refers to that say their days (`metric_dates`).
#}
{% macro day_inputs() %}
    {%- set inputs = [] -%}
    {%- if execute and model.resource_type == "model" -%}
        {%- for id in model.depends_on.nodes if id in graph.nodes -%}
            {%- if "metric_dates" in graph.nodes[id].columns -%}
                {%- do inputs.append(ref(graph.nodes[id].name)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(inputs) }}
{% endmacro %}
