{#
    A MongoDB date (milliseconds since 1970) as a UTC timestamp; null if the field is not a date, or one beyond the years
    1 to 9999, which the programs that read the tables cannot hold. Decimal arithmetic: in nanoseconds, dates such as
    9999-12-31 overflow a bigint. `filter` looks at the value without computing it twice.
#}
{% macro document_timestamp(field) -%}
    {%- set value = "element_at(document, '" ~ field ~ "')" -%}
    try(cast(at_timezone(from_unixtime_nanos(
            1000000 * element_at(filter(array[cast(coalesce(
                json_extract_scalar({{ value }}, '$["$date"]'),
                json_extract_scalar({{ value }}, '$["$date"]["$numberLong"]')
            ) as decimal(15, 0))], ms -> ms between -62135596800000 and 253402300799999), 1)
        ), 'UTC') as timestamp(6)))
{%- endmacro %}
