{#
    dbt-trino's `incremental` in fewer queries: the new rows are merged straight from the model's SQL, not from a view
    that is made and dropped again; the table's columns are read once; and what has no new rows is not merged.

    What exists is built anew in a table beside it, which then takes its name: whoever reads meanwhile, and whatever
    fails meanwhile, finds the old one.
#}
{% materialization incremental, adapter="trino" %}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- do refuse_empty() -%}
    {{ run_hooks(pre_hooks) }}

    {%- do finish_swap(target_relation) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing and not existing.is_table -%}
        {%- do adapter.drop_relation(existing) -%}
        {%- set existing = none -%}
    {%- endif -%}
    {%- if is_incremental() -%}
        {%- do refuse_other_columns(target_relation) -%}
        {%- do merge_rows(target_relation) -%}
    {%- elif existing -%}
        {%- set fresh = make_intermediate_relation(target_relation) -%}
        {%- do refuse_second_refresh(fresh) -%}
        {%- do create_empty_table(fresh) -%}
        {%- set kept = keep_what_bronze_lost(existing, fresh) -%}
        {%- do merge_rows(fresh, is_empty=not kept) -%}
        {%- do swap_in(fresh, target_relation) -%}
    {%- else -%}
        {%- do create_empty_table(target_relation) -%}
        {%- do merge_rows(target_relation, is_empty=true) -%}
    {%- endif -%}

    {{ run_hooks(post_hooks) }}
    {%- do persist_docs(target_relation, model) -%}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}
