{#
    The columns of this model's contract, in its order: a list that its YAML has already. `made_of` gives the expression
    of those that have another name before. A unit test knows no contract, and sees all columns by their names before.
#}
{% macro contract_columns(made_of={}) %}
    {%- if not execute -%} {{ return("document_id") }} {%- endif -%}
    {%- if not model.columns -%} {{ return("*") }} {%- endif -%}
    {%- set columns = [] -%}
    {%- for name in model.columns -%}
        {%- do columns.append(
            made_of[name] ~ " as " ~ name if name in made_of else name
        ) -%}
    {%- endfor -%}
    {{ return(columns | join(",\n        ")) }}
{% endmacro %}
