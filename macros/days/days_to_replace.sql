{#
    The condition on `date` for the days that this build computes again: those from `from_day` to `to_day` if these
    vars are given, else every day that a row changed since the last build counts or has counted in. Where a day's
    figures carry over to the next (`days_carry_over`), all days from the first one on. Every day, where an input is
    another table than the one that was counted, or has been built anew, or a seed has changed.
#}
{% macro days_to_replace() %}
    {%- set from_day = var("from_day", none) -%}
    {%- if from_day -%}
        {{ return(
            "date between date '%s' and date '%s'"
            % (from_day, var("to_day", from_day))
        ) }}
    {%- endif -%}
    {%- set counted = counted_offsets() -%}
    {%- set known_tables = [] -%}
    {%- for key in counted -%}
        {%- do known_tables.append(key.rsplit("/", 1)[0]) -%}
    {%- endfor -%}
    {%- set moved = [] -%}
    {%- for key, offset in offsets_of(compiled_code).items() -%}
        {%- set table, partition = key.rsplit("/", 1) -%}
        {%- if counted and table not in known_tables -%}
            {{ return("true") }}
        {%- endif -%}
        {%- for input in day_inputs()
            if input.identifier == table.split("/")[0]
            and offset > counted.get(key, -1) -%}
            {%- do moved.append(
                "select day from " ~ input ~ " cross join unnest(metric_dates) as days (day)"
                ~ " where kafka_partition = " ~ partition ~ " and kafka_offset > " ~ counted.get(key, -1)
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not moved -%} {{ return("false") }} {%- endif -%}
    {%- set days = run_query(
        moved | join(" union ") ~ " order by 1"
    ).columns[0].values() -%}
    {%- if not days -%} {{ return("false") }} {%- endif -%}
    {%- if config.get("days_carry_over") -%}
        {{ return("date >= date '%s'" % days[0]) }}
    {%- endif -%}
    {#- Trino pushes the range down to the files, but not a list -#}
    {{ return(
        "date between date '%s' and date '%s'" % (days[0], days[-1])
        ~ " and date in (date '" ~ days | join("', date '") ~ "')"
    ) }}
{% endmacro %}
