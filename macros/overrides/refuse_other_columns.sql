{#
    Stops a merge into a table, or from an SQL, that has other columns than the model's contract: in a new column old
    rows would hold null where new ones hold a value.
#}
{% macro refuse_other_columns(table) %}
    {%- do get_assert_columns_equivalent(compiled_code) -%}
    {%- set described = {"promised": [], "present": []} -%}
    {%- for which, columns in {
        "promised": promised_columns(),
        "present": adapter.get_columns_in_relation(table),
    }.items() -%}
        {%- for column in columns -%}
            {%- do described[which].append(
                column.name ~ " " ~ column.data_type | replace(" ", "")
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set added = described["promised"]
        | reject("in", described["present"]) | join(", ") -%}
    {%- set removed = described["present"]
        | reject("in", described["promised"]) | join(", ") -%}
    {%- if added or removed -%}
        {{ exceptions.raise_compiler_error(
            "the columns of " ~ table ~ " are not those of its contract. Only in the contract: "
            ~ (added or "none") ~ ". Only in the table: " ~ (removed or "none")
            ~ ". Build it anew: dbt run --full-refresh --select " ~ model.name
        ) }}
    {%- endif -%}
{% endmacro %}
