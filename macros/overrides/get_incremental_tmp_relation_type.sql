{#
    New changes are merged straight from a view: no copy of them is written first.
#}
{% macro get_incremental_tmp_relation_type(strategy, unique_key, language) %}
    {{ return("view") }}
{% endmacro %}
