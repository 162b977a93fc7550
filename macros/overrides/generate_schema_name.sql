{#
    A model lives in the schema its folder names; MESH_SCHEMA_PREFIX moves all of them aside.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ env_var("MESH_SCHEMA_PREFIX", "") }}
    {{- custom_schema_name or target.schema }}
{%- endmacro %}
