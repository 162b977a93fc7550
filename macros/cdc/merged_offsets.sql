{#
    [[kafka_partition, kafka_offset], ...]: how far this model has merged; empty when it is built anew.
#}
{% macro merged_offsets() %}
    {{ return(highest_offsets(this) if execute and is_incremental() else []) }}
{% endmacro %}
