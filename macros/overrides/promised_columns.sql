{#
    The columns of this model's contract, as dbt's strategies take them.
#}
{% macro promised_columns() %}
    {%- set columns = [] -%}
    {%- for column in model.columns.values() -%}
        {%- do columns.append(
            api.Column.from_description(column.name, column.data_type)
        ) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}
