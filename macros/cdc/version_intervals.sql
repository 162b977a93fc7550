{#
    The versions of every document and the time for which each was valid: from its change (`valid_from`, UTC) until
    the next one (`valid_to`, null for the newest), in the source's order. A change's time is the oplog's second, with its
    place in that second as microseconds; a second has room for a million, and all later ones stand at its end. A change
    delivered twice is one version.

    They are numbered by their places alone and joined to the rest: what Trino has to hold does not grow with what the
    documents hold.
#}
{% macro version_intervals(relation) %}
    select
        changes.*,
        places.version,
        places.valid_from,
        places.valid_to,
        places.valid_to is null as is_current
    from {{ relation }} as changes
    inner join (
        select
            document_id,
            kafka_partition,
            kafka_offset,
            valid_from,
            row_number() over (
                partition by document_id order by source_at, source_order
            ) as version,
            lead(valid_from) over (
                partition by document_id order by source_at, source_order
            ) as valid_to
        from (
            select
                document_id,
                source_at,
                source_order,
                kafka_partition,
                kafka_offset,
                cast(
                    from_unixtime_nanos(
                        cast(to_unixtime(
                            with_timezone(
                                date_trunc('second', source_at), 'UTC'
                            )
                        ) as bigint)
                        * 1000000000
                        + least(source_order, 999999) * 1000
                    ) at time zone 'UTC' as timestamp(6)
                ) as valid_from,
                row_number() over (
                    partition by document_id, source_at, source_order
                    order by kafka_offset desc
                ) as delivery
            from {{ relation }}
        )
        where delivery = 1
    ) as places
        on
            changes.document_id = places.document_id
            and changes.kafka_partition = places.kafka_partition
            and changes.kafka_offset = places.kafka_offset
{% endmacro %}
