{#
    What a `swap_in` that was ended in the middle has left: the old table takes its name again, or goes if the new one
    has it.
#}
{% macro finish_swap(table) %}
    {%- set replaced = load_cached_relation(
        make_backup_relation(table, "table")
    ) -%}
    {%- if replaced and load_cached_relation(table) -%}
        {%- do adapter.drop_relation(replaced) -%}
    {%- elif replaced -%}
        {%- do adapter.rename_relation(replaced, table) -%}
    {%- endif -%}
{% endmacro %}
