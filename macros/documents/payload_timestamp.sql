{#
    A timestamp of an event's payload, ISO 8601 with its offset, as a UTC timestamp.
#}
{% macro payload_timestamp(field) -%}
    cast(at_timezone(from_iso8601_timestamp_nanos(
        json_extract_scalar(payload, '$.{{ field }}')
    ), 'UTC') as timestamp(6))
{%- endmacro %}
