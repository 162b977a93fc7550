-- Which orders are being picked at this moment, by the service's own database?
select
    order_id,
    status,
    priority
from {{ source('mongodb', 'orders') }}
where status = 'picking'
order by order_id
limit 10
