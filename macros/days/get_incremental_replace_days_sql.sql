{#
    The incremental strategy `replace_days`: the days that moved are computed again and replace what the table has
    of them, in one MERGE. Trino pushes the condition on `date` down to the model's inputs, so that only their
    files of those days are read; a row whose key is no longer there is deleted; null is a value of a key. No day, no SQL.
#}
{% macro get_incremental_replace_days_sql(arg_dict) %}
    {%- set days = days_to_replace() -%}
    {%- if days == "false" -%} {{ return("") }} {%- endif -%}
    {%- set columns = arg_dict["dest_columns"]
        | map(attribute="quoted") | list -%}
    {%- set keys = [] -%}
    {%- for key in arg_dict["unique_key"] -%}
        {%- do keys.append(adapter.quote(key)) -%}
    {%- endfor -%}
    merge into {{ arg_dict["target_relation"] }} as target
    using (
        select * from (
            select
                *,
                row_number() over (
                    partition by {{ keys | join(", ") }} order by is_gone
                ) as place
            from (
                select {{ columns | join(", ") }}, false as is_gone
                from {{ arg_dict["temp_relation"] }}
                where {{ days }}
                union all
                select
                    {% for column in columns %}{{
                        column if column in keys else "null as " ~ column
                    }},
                    {% endfor %}
                    true as is_gone
                from {{ arg_dict["target_relation"] }}
                where {{ days }}
            )
        )
        where place = 1
    ) as source
    {# Trino joins by the day alone, and compares the rest null-safely -#}
    on
        {% for key in keys %}
        target.{{ key }} {{ "=" if loop.first else "is not distinct from" }}
        source.{{ key }}{{ " and " if not loop.last }}{% endfor %}
    when matched and source.is_gone then delete
    when matched then update set
        {% for column in columns %}{{ column }} =
        source.{{ column }}{{ "," if not loop.last }}{% endfor %}
    when not matched then insert ({{ columns | join(", ") }})
        values (
            {% for column in columns %}
            source.{{ column }}{{ "," if not loop.last }}{% endfor %}
        )
{% endmacro %}
