"""The demo company: a believable seller of stock-counting software, with 26 months of history made by the actions.

`agenda` knows when, `names` whom, `catalogue` what is sold; `pipeline` tells the lives of leads and deals, `customers`
those of subscriptions, `desk` what lies on the desks today, `books` what it all costs.
"""
