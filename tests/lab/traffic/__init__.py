"""Proofs of traffic features with real engines, in about a second each.

A proof starts servers, puts a load balancer from the model before them, and asks as a client:

    @pytest.mark.proves(Feature.WEIGHTED_ROUND_ROBIN)
    def test_weights_decide_the_share(traffic: Traffic, engine: Engine, family: Family) -> None:
        small, large = traffic.line_server("small"), traffic.line_server("large")
        weighted = pool(
            small.backend(weight=1), large.backend(weight=3), balance="weighted_round_robin"
        )
        edge = traffic.edge(balancer(engine, listener(weighted)))
        served = traffic.client(family=family).spread(PORT, 400)
        assert served == {"small": 100, "large": 300}

| want | take |
|---|---|
| a model with little text | `pool`, `listener`, `balancer`, `PORT` of models.py |
| servers | `traffic.line_server`, `web_server`, `rpc_server`; `server.stop()` resets and refuses |
| a change | `edge.reload(new, secrets)`, `edge.restart(new, secrets)` |
| two nodes | `traffic.edge(lb, node="lb2")`, `traffic.take_over("lb2")` |
| another source | `traffic.client(source=1)`: 40 addresses in each family |
| connections | `client.talk(PORT)`, `client.attempt(PORT)` -> Outcome, `client.spread(PORT, n)` |
| TLS | `client.talk(PORT, tls=ClientTls(...))`, `client.connect_tls`; see tls.py |
| HTTP | `with client.http(tls=..., http2=...) as web: seen(web.get("http://any.host:8000/path"))` |
| WebSocket, gRPC | `client.websocket(PORT)`, `client.grpc(PORT, tls=...)` |
| a flood | `with Flood(client, PORT) as flood: ...` (or RequestFlood) then `flood.outcomes` |
| certificates | the `authority` fixture (tests/authority.py) |
| the log, the node's own pages | `edge.syslog.wait_for("...")`, `edge.get(url)` |
"""
