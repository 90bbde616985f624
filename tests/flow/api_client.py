"""The HTTPS API as a caller speaks to it: real TLS to the tracker, one connection for each question."""
import http.client
import json
import ssl
from urllib.parse import quote, urlencode


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)

    @property
    def problem(self):
        """The name in a problem document (RFC 9457); None where it is none."""
        if self.headers.get("content-type") != "application/problem+json":
            return None
        value = self.json()
        assert value["status"] == self.status and value["title"] and value["detail"], value
        return value["type"].removeprefix("urn:waybill:problem:")


class Api:
    def __init__(self, port):
        self.port = port
        self.tls = ssl.create_default_context()
        self.tls.check_hostname = False  # agents pin the tracker's key; its certificate has no authority
        self.tls.verify_mode = ssl.CERT_NONE

    def ask(self, method, path, token=None, body=None, headers=None, source="127.0.0.1"):
        """`path` as it goes onto the wire; `source`: the address that the question comes from."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=self.tls,
                                                 source_address=(source, 0))
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()
        return answer

    def get(self, path, token=None, query=None, **more):
        return self.ask("GET", target(path, query), token, **more)


def target(template, arguments=None):
    """A route's path with the arguments that it names put in, the others as its query."""
    arguments = dict(arguments or {})
    path = template
    for name in list(arguments):
        if "{" + name + "}" in path:
            path = path.replace("{" + name + "}", quote(str(arguments.pop(name)), safe=""))
    words = [(name, word) for name, value in arguments.items()
             for word in (value if isinstance(value, list) else [value])]
    return path + ("?" + urlencode(words) if words else "")
