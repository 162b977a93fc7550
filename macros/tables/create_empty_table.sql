{#
    Makes the model's table without rows, with the columns and constraints of its contract. Not in place of another: that
    would be emptied under whoever else is filling it.
#}
{% macro create_empty_table(table) %}
    {%- call statement("create_empty_table") -%}
        create table {{ table }}
        {{ get_table_columns_and_constraints() }}
        {{ get_assert_columns_equivalent(compiled_code) }}
        {{ comment(model.description) }}
        {{ properties() }}
    {%- endcall -%}
{% endmacro %}
