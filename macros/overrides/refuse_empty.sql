{#
    Stops `dbt run --empty` and `dbt build --empty` on the schemas that everybody reads: views would stay empty, and gold
    would be computed from nothing, with everything green. Aside (MESH_SCHEMA_PREFIX) it may be tried.
#}
{% macro refuse_empty() %}
    {%- if flags.EMPTY and not env_var("MESH_SCHEMA_PREFIX", "") -%}
        {{ exceptions.raise_compiler_error(
            "--empty would empty the schemas that everybody reads: try it aside, with MESH_SCHEMA_PREFIX=try_"
        ) }}
    {%- endif -%}
{% endmacro %}
