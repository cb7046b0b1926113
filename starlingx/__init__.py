"""The wire to StarlingX: typed, asynchronous clients. Plain Python, knows nothing of Django.

Who reads what: `records` are the answers, `errors` what can go wrong, `session` a signed-in cloud, and one module per
service (`dcmanager`, `fault`, `sysinv`, `usm`, `vim`, `kubernetes`) holds its calls. Secrets end here: no record,
exception or log line carries one.
"""
