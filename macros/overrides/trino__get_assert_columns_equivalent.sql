{#
    dbt's check that a model's SQL gives the names and types of its contract, in one query instead of two: of a build
    without news, every fifth query was the other one.
#}
{% macro trino__get_assert_columns_equivalent(sql) %}
    {%- set count = model.columns | length -%}
    {%- if not count -%}
        {{ exceptions.raise_contract_error([], []) }}
    {%- endif -%}
    {%- set columns = format_columns(get_column_schema_from_query(
        "select * from (" ~ sql ~ ") cross join ("
        ~ get_empty_schema_sql(model.columns) ~ ")",
        config.get("sql_header")
    )) -%}
    {%- set given, promised = columns[:-count], columns[-count:] -%}
    {%- if given | sort(attribute="formatted")
        != promised | sort(attribute="formatted") -%}
        {{ exceptions.raise_contract_error(promised, given) }}
    {%- endif -%}
{% endmacro %}
