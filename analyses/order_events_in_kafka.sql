-- What are the last messages that the order service wrote?
select
    _message,
    _timestamp
from {{ source('kafka', 'orders_events') }}
order by _timestamp desc
limit 10
