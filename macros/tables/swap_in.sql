{#
    Gives a table the name of another, which is dropped.
#}
{% macro swap_in(fresh, table) %}
    {%- set replaced = make_backup_relation(table, "table") -%}
    {%- do adapter.rename_relation(table, replaced) -%}
    {%- do adapter.rename_relation(fresh, table) -%}
    {%- do adapter.drop_relation(replaced) -%}
{% endmacro %}
