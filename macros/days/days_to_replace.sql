{#
    The condition on `date` for the days that this build computes again: those from `from_day` to `to_day` if these
    vars are given, else every day that a row changed since the last build counts or has counted in. Where a day's
    figures carry over to the next (`days_carry_over`), all days from the first one on.
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
    {%- set moved = [] -%}
    {%- for input in day_inputs() -%}
        {%- for partition, offset in highest_offsets(input) -%}
            {%- set known = counted.get(
                input.identifier ~ "/" ~ partition, -1
            ) -%}
            {%- if offset > known -%}
                {%- do moved.append(
                    "select day from " ~ input ~ " cross join unnest(metric_dates) as days (day)"
                    ~ " where kafka_partition = " ~ partition ~ " and kafka_offset > " ~ known
                ) -%}
            {%- endif -%}
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
