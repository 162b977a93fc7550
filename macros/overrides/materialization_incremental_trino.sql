{#
    dbt-trino's `incremental` in fewer queries: the new rows are merged straight from the model's SQL, not from a view
    that is made and dropped again; the table's columns are read once; and what has no new rows is not merged.
#}
{% materialization incremental, adapter="trino" %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- do refuse_empty() -%}
    {{ run_hooks(pre_hooks) }}

    {%- if existing and not existing.is_table -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- if not is_incremental() -%}
        {%- call statement("main") -%}
            {{ create_table_as(
                False, target_relation, compiled_code, "replace"
            ) }}
        {%- endcall -%}
    {%- else -%}
        {%- do refuse_other_columns(target_relation) -%}
        {%- set strategy = adapter.get_incremental_strategy_macro(
            context, config.get("incremental_strategy", "default")
        ) -%}
        {%- set merge = "" if nothing_is_new() in compiled_code else strategy({
            "target_relation": target_relation,
            "temp_relation": "(" ~ compiled_code ~ ")",
            "unique_key": config.get("unique_key"),
            "dest_columns": promised_columns(),
            "incremental_predicates": none,
        }) | trim -%}
        {%- if merge -%}
            {%- call statement("main") -%} {{ merge }} {%- endcall -%}
        {%- else -%}
            {%- call noop_statement("main", "NOTHING NEW", "NOTHING NEW", 0) -%}
                {{ compiled_code }}
            {%- endcall -%}
        {%- endif -%}
    {%- endif -%}

    {{ run_hooks(post_hooks) }}
    {%- do persist_docs(target_relation, model) -%}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}
