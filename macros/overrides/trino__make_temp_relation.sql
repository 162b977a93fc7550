{#
    A temporary relation of this run's own: two runs at once do not meet in one, and what a killed run left behind, as
    dbt's unit tests do in the schema of their model, is in nobody's way.
#}
{% macro trino__make_temp_relation(base_relation, suffix) %}
    {{ return(
        default__make_temp_relation(
            base_relation, suffix ~ "_" ~ invocation_id[:8]
        )
    ) }}
{% endmacro %}
