"""The wire to StarlingX: typed, asynchronous clients. Plain Python, knows nothing of Django.

Who reads what: `records` are the answers, `errors` what can go wrong, `session` a signed-in cloud, and one module per
service (`dcmanager`, `strategies`, `peers`, `fault`, `sysinv`, `usm`, `vim`, `kubernetes`, `redfish`) holds its reads.
Orders are in `dcmanager_writes`, `host_actions` and `redfish`; each is sent once, and its error says whether it may
have taken effect. Secrets end here: no record, exception or log line carries one.
"""
