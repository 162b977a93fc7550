{#
    A MongoDB date (milliseconds since 1970) as a UTC timestamp; null if the field is not a date. Decimal
    arithmetic: in nanoseconds, dates such as 9999-12-31 overflow a bigint. 15 digits reach the year 33658; what is
    later fails in the cast, which `try` catches, and not inside Trino, which nothing does.
#}
{% macro document_timestamp(field) -%}
    try(cast(at_timezone(from_unixtime_nanos(
            1000000 * cast(coalesce(
                json_extract_scalar(document, '$.{{ field }}["$date"]'),
                json_extract_scalar(document, '$.{{ field }}["$date"]["$numberLong"]')
            ) as decimal(15, 0))
        ), 'UTC') as timestamp(6)))
{%- endmacro %}
