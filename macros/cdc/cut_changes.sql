{#
    A model's SQL as statements that follow each other: one for each slice of the changes that it merges.
#}
{% macro cut_changes(sql) %}
    {%- if "/* cut " not in sql -%} {{ return([sql]) }} {%- endif -%}
    {%- set before, rest = sql.split("/* cut ", 1) -%}
    {%- set cut, changes_and_after = rest.split(" */", 1) -%}
    {%- set after = changes_and_after.split("/* cut */", 1)[1] -%}
    {%- set cut = fromjson(cut) -%}
    {%- set statements = [] -%}
    {%- for slice in cut.slices -%}
        {%- do statements.append(
            before ~ changes_in(cut.relation, slice) ~ after
        ) -%}
    {%- endfor -%}
    {{ return(statements) }}
{% endmacro %}
