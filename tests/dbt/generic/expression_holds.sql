{# Fails for every row in which the expression is false; nulls pass. #}
{% test expression_holds(model, expression) %}
    select *
    from {{ model }}
    where not ({{ expression }})
{% endtest %}
