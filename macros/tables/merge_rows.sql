{#
    Brings a table up to date by the model's strategy, in one statement for each slice of what is new. Each moves the
    watermark: what fails or is ended between two of them has merged all that came before. An empty table needs no merge.
#}
{% macro merge_rows(table, is_empty=false) %}
    {%- set columns = promised_columns() -%}
    {%- set strategy = adapter.get_incremental_strategy_macro(
        context, config.get("incremental_strategy")
    ) -%}
    {%- set statements = [] -%}
    {%- for rows in cut_changes(compiled_code)
        if nothing_is_new() not in rows -%}
        {%- if is_empty and loop.first -%}
            {%- set names = columns | map(attribute="quoted") | join(", ") -%}
            {%- do statements.append(
                "insert into %s (%s) select %s from (%s)" % (table, names, names, rows)
            ) -%}
        {%- else -%}
            {%- do statements.append(strategy({
                "target_relation": table,
                "temp_relation": "(" ~ rows ~ ")",
                "unique_key": config.get("unique_key"),
                "dest_columns": columns,
                "incremental_predicates": none,
            }) | trim) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set statements = statements | select | list -%}
    {%- if statements | length == 1 -%}
        {%- call statement("main") -%} {{ statements[0] }} {%- endcall -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set merged = namespace(rows=0) -%}
    {%- for sql in statements -%}
        {%- call statement("slice") -%} {{ sql }} {%- endcall -%}
        {%- set merged.rows = merged.rows
            + load_result("slice").response.rows_affected -%}
    {%- endfor -%}
    {%- set message = "MERGE (%s rows in %s slices)"
        % (merged.rows, statements | length) if statements else "NOTHING NEW" -%}
    {%- call noop_statement("main", message, message, merged.rows) -%}
        {{ statements | join(";\n") or compiled_code }}
    {%- endcall -%}
{% endmacro %}
