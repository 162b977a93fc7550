{#
    Before a table is built anew from bronze, whose retention is shorter: takes over the rows that only the old table still
    has. A column that the old table does not have is null in them. With the var `allow_loss` they are given up.
#}
{% macro keep_what_bronze_lost(old, fresh) %}
    {%- set changes = changes_input() -%}
    {%- if not changes or var("allow_loss", false) -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set held = ["false"] -%}
    {%- for partition, lowest, _ in offset_ranges(changes) -%}
        {%- do held.append(
            "kafka_partition = " ~ partition ~ " and kafka_offset >= " ~ lowest
        ) -%}
    {%- endfor -%}
    {%- set present = adapter.get_columns_in_relation(old)
        | map(attribute="name") | list -%}
    {%- call statement("keep") -%}
        insert into {{ fresh }}
        select
            {% for column in promised_columns() %}
            cast({{ column.quoted if column.name in present else "null" }} as
            {{ column.data_type }}){{ "," if not loop.last }}{% endfor %}
        from {{ old }}
        where not ({{ held | join(" or ") }})
    {%- endcall -%}
    {%- set rows = load_result("keep").response.rows_affected -%}
    {%- if rows -%}
        {%- do log(
            model.name ~ ": " ~ rows ~ " rows kept of which bronze no longer holds the changes (retention)", info=true
        ) -%}
    {%- endif -%}
    {{ return(rows) }}
{% endmacro %}
