{# A MongoDB date (milliseconds since 1970) as a UTC timestamp; null if the field is not a date. #}
{% macro document_timestamp(field) -%}
    cast(at_timezone(from_unixtime_nanos(1000000 * try_cast(coalesce(
        json_extract_scalar(document, '$.{{ field }}["$date"]'),
        json_extract_scalar(document, '$.{{ field }}["$date"]["$numberLong"]')
    ) as bigint)), 'UTC') as timestamp(6))
{%- endmacro %}
