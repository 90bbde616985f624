"""What is asked of each route. A route of the table that is missing here is a fault of the test."""
MONTHS = {"since": "2024-09-01", "until": "2024-12-05"}


def reads(facts):
    """Arguments for each GET, as an operator asks."""
    return {
        "/reports/bytes": [MONTHS | {"group_by": ["isp-pair", "owner"]}, {"from": "SP1", "order": "bytes", "limit": "2",
                                                                        "group_by": ["to"]},
                           {"component": "isp:SP1"}, {"from": "SP1", "to": "SP2", "crossing": "true"},
                           {"group_by": "client,title", "involving": "SP1"}],
        "/reports/files": [{}, {"delivered_to": "SP1", "period": "2024-10", "timezone": "UTC"}],
        "/reports/balance": [{"from": "SP1", "to": "SP2"}],
        "/reports/matrix": [{}, MONTHS, {"involving": "SP1"}, {"class": "live", "source": "peers"}],
        "/reports/shares": [{}, {"group_by": ["to"]}],
        "/reports/components": [{}, {"kind": "router", "order": "bytes", "limit": "3"}],
        "/reports/series": [MONTHS, {"component": "isp:SP1", "grain": "hour"}],
        "/reports/percentile": [{"period": "2024-10"}, MONTHS | {"percent": "90", "order": "peak", "limit": "2"}],
        "/records": [{"limit": "20"}, {"component": "isp:SP1", "limit": "20"}],
        "/records/difference": [{"since": "2024-11-20"}],
        "/records/re-resolutions": [{}],
        "/transfers": [{}, {"from": "SP1"}],
        "/settlement": [{"isp": "SP3", "period": "2024-10"}, {"isp": "SP1", "period": "2024-10", "itemised": "true"},
                        {"isp": "SP3", "period": "2024-10", "evidence": "true"}],
        "/audit": [{}],
        "/periods": [{"isp": "SP1"}, {"owner": "MovieStudio"}],
        "/periods/{period}": [{"period": "2024-10", "isp": "SP1"}, {"period": "2024-11", "owner": "MovieStudio"}],
        "/periods/{period}/balance": [{"period": "2024-10"}, {"period": "2024-10", "isp": "SP1"}],
        "/invoices": [{}, {"isp": "SP1"}],
        "/invoices/{number}": [{"number": number} for number in facts["invoices"].values()],
        "/journal": [{}],
        "/isps": [{}],
        "/isps/{name}": [{"name": "SP1"}],
        "/agreements": [{}, {"isp": "SP1"}],
        "/agreements/terms": [{"isp": "SP1"}, {"owner": "MovieStudio"}],
        "/components": [{}, {"kind": "router"}],
        "/components/{name}": [{"name": "core1"}],
        "/insights": [{}],
        "/objects": [{}, {"all": "true"}],
        "/objects/{name}": [{"name": "watched"}, {"name": "watched", "history": "true"}],
        "/policies": [{}],
        "/policies/why": [{}],
        "/alerts": [{}, {"all": "true"}],
        "/alerts/{name}": [{"name": "from SP1"}],
        "/alert-deliveries": [{}],
        "/alert-channels": [{}],
        "/contents": [{}, {"owner": "MovieStudio"}],
        "/contents/{content}": [{"content": "RobinHood"}],
        "/agents": [{}],
        "/agents/candidates": [{"content": facts["content"]}],
        "/orders": [{}],
        "/tokens": [{"all": "true"}],
    }


def own_reads(role, facts):
    """The same as a party asks: of its own side, or of everything, which is then narrowed."""
    if role == "isp":
        return {
            "/reports/bytes": [{}, {"group_by": ["isp-pair", "title"]}, {"from": "SP2"}, {"component": "core1"},
                               {"from": "SP1", "group_by": "agreement"}, {"group_by": ["client"]},
                               {"from": "SP1", "to": "SP2", "crossing": "true"}],
            "/reports/files": [{}],
            "/reports/balance": [{"from": "SP1", "to": "SP2"}, {"from": "SP3", "to": "SP1"}],
            "/reports/matrix": [{}, {"involving": "SP1"}, {"owner": "MovieStudio"}],
            "/reports/shares": [{}, {"group_by": ["from", "to"]}],
            "/reports/components": [{}, {"kind": "router"}, {"order": "bytes", "limit": "2"}, {"kind": "isp"}],
            "/reports/series": [MONTHS, {"component": "inter-isp-link:SP1>SP2"}],
            "/reports/percentile": [MONTHS],
            "/records": [{}, {"component": "core1"}, {"limit": "20000", "component": "isp:SP1"}],
            "/transfers": [{}, {"to": "SP1"}],
            "/settlement": [{"period": "2024-10"}, {"period": "2024-10", "itemised": "true"}],
            "/periods": [{}, {"isp": "SP1"}],
            "/periods/{period}": [{"period": "2024-10"}, {"period": "2024-11"}],
            "/invoices": [{}],
            "/invoices/{number}": [{"number": facts["invoices"]["SP1"]}],
            "/isps": [{}],
            "/isps/{name}": [{"name": "SP1"}],
            "/agreements": [{}],
            "/agreements/terms": [{}],
            "/components": [{}],
            "/components/{name}": [{"name": "core1"}],
            "/policies": [{"all": "true"}],
            "/alerts": [{"all": "true"}],
            "/alerts/{name}": [{"name": "from SP1"}],
        }
    return {
        "/reports/bytes": [{}, {"group_by": ["title", "to"]}],
        "/reports/files": [{}],
        "/reports/balance": [{"from": "SP1", "to": "SP2"}],
        "/reports/matrix": [{}],
        "/reports/shares": [{"group_by": ["title"]}],
        "/periods": [{}],
        "/periods/{period}": [{"period": "2024-10"}],
        "/invoices": [{}],
        "/invoices/{number}": [{"number": facts["invoices"]["MovieStudio"]}],
        "/agreements/terms": [{}],
        "/contents": [{}],
        "/contents/{content}": [{"content": "RobinHood"}],
    }


def changes(facts):
    """(method, path, path arguments, body): a life of everything that can be made, in an order that works."""
    none = {}
    terms = facts["terms"]
    return [
        ("POST", "/isps", none, {"name": "Api", "prefix": ["198.18.90.0/24"], "timezone": "Europe/Berlin"}),
        ("POST", "/agreements", none, {"isp": "Api", "grant": "always", "price": "0.01", "currency": "EUR"}),
        ("DELETE", "/agreements/{id}", {"id": facts["next_agreement"]}, None),
        ("POST", "/agreements/renegotiations", none, {"terms": terms}),
        ("POST", "/components", none, {"name": "api core", "address": ["198.18.90.1"], "isp": "Api"}),
        ("POST", "/components/tables", none, {"file": "name,kind,address\napi edge,router,198.18.90.2\n"}),
        ("POST", "/components", none, {"name": "api switch", "kind": "switch"}),
        ("POST", "/insights", none, {"between": "api core", "and": "api edge", "lies": "api switch"}),
        ("DELETE", "/insights/{id}", {"id": facts["next_insight"]}, None),
        ("POST", "/insights/tables", none, {"file": "between,and,lies\napi core,api edge,api switch\n"}),
        ("DELETE", "/insights/{id}", {"id": facts["next_insight"] + 1}, None),
        ("DELETE", "/components/{name}", {"name": "api edge"}, None),
        ("POST", "/objects", none, {"name": "api object", "isp": ["SP1"], "on_net": True}),
        ("DELETE", "/objects/{name}", {"name": "api object"}, None),
        ("POST", "/policies", none, {"isp": "SP4", "direction": "out", "bytes": "1TB", "per": "month"}),
        ("DELETE", "/policies/{id}", {"id": facts["next_policy"]}, None),
        ("POST", "/alerts", none, {"name": "api alert", "kind": "above", "window": "2h", "raise": "1TB"}),
        ("POST", "/alerts/{name}/silence", {"name": "api alert"}, {"until": "2h", "by": "me", "why": "works"}),
        ("POST", "/alerts/{name}/test", {"name": "api alert"}, {}),
        ("DELETE", "/alerts/{name}", {"name": "api alert"}, None),
        ("DELETE", "/alert-channels/{name}", {"name": "desk"}, None),
        ("POST", "/periods/{period}/close", {"period": "2024-11"}, {"isp": "SP1"}),
        ("POST", "/invoices", none, {"period": "2024-10", "owner": "MovieStudio", "currency": facts["currency"]}),
        ("POST", "/invoices/{number}/credits", {"number": facts["invoices"]["NewsHouse"]},
         {"reason": "measured wrongly"}),
        ("POST", "/records/re-resolutions", none, {"since": "2024-11-20", "yes": True}),
        ("POST", "/enroll-links", none, {"cdn_node": True}),
        ("DELETE", "/contents/{content}", {"content": "Morning"}, None),
        ("DELETE", "/tokens/{token}", {"token": "test spare"}, None),
    ]


# Changes that are refused (409) by what the books hold; each shows that its route leads to its command.
REFUSED_CHANGES = [
    ("DELETE", "/isps/{name}", {"name": "SP1"}, None),
    ("POST", "/alerts/{name}/acknowledgement", {"name": "from SP1"}, {"by": "me"}),
]
