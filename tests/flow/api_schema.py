"""packaging/openapi/waybill.yaml against the server: the same routes, parameters and roles, and answers that fit."""
import jsonschema
import yaml

KINDS = {"text": "string", "list": "array", "flag": "boolean"}
STATUSES = {"GET": {"200", "400", "401", "403", "406", "429", "503"},
            "POST": {"200", "400", "401", "403", "406", "409", "413", "415", "429", "503"},
            "DELETE": {"200", "400", "401", "403", "406", "409", "429", "503"}}
OPEN = {"/api/v1", "/api/v1/openapi.yaml"}  # without a token


class Description:
    def __init__(self, text):
        self.text = text
        self.value = yaml.safe_load(text)
        self.checked = {}

    def resolve(self, item):
        while "$ref" in item:
            found = self.value
            for word in item["$ref"].removeprefix("#/").split("/"):
                found = found[word]
            item = found
        return item

    def operations(self):
        for path, item in self.value["paths"].items():
            for method, operation in item.items():
                yield method.upper(), path, operation

    def parameters(self, operation):
        """(name, place, kind, needed) of each but `format`."""
        found = set()
        for parameter in map(self.resolve, operation.get("parameters", [])):
            if parameter["name"] != "format":
                found.add((parameter["name"], parameter["in"], self.resolve(parameter["schema"])["type"],
                           parameter.get("required", False)))
        if "requestBody" in operation:
            schema = self.resolve(operation["requestBody"]["content"]["application/json"]["schema"])
            for name, value in schema.get("properties", {}).items():
                found.add((name, "body", self.resolve(value)["type"], name in schema.get("required", [])))
            if schema.get("additionalProperties", True):
                found.add(("a body that takes more", "body", "object", False))
        return found

    def differences(self, routes):
        if not str(self.value.get("openapi", "")).startswith("3.1"):
            yield f"version {self.value.get('openapi')}"
        described = {(method, path): operation for method, path, operation in self.operations()}
        told = {(route["method"], route["path"]): route for route in routes}
        for method, path in sorted(set(described) ^ set(told)):
            if path not in OPEN:
                yield f"{method} {path} is {'described' if (method, path) in described else 'served'} only"
        names = [operation.get("operationId") for operation in described.values()]
        if len(set(names)) != len(names):
            yield "two operations have one operationId"
        for key in sorted(set(described) & set(told)):
            yield from (f"{' '.join(key)}: {text}" for text in self.route_differences(described[key], told[key]))

    def route_differences(self, operation, route):
        if sorted(operation.get("x-roles", [])) != sorted(route["roles"]):
            yield f"roles {operation.get('x-roles')}, and not {route['roles']}"
        mine = self.parameters(operation)
        served = {(p["name"], p["in"], KINDS[p["kind"]], p["required"]) for p in route["parameters"]}
        if mine != served:
            yield f"parameters differ: {sorted(mine ^ served)}"
        missing = STATUSES[route["method"]] - set(operation["responses"])
        if missing:
            yield f"statuses {sorted(missing)} are not described"
        if operation.get("security") == []:
            yield "open to everybody"
        content = self.resolve(operation["responses"]["200"]).get("content", {})
        if ("text/csv" in content) != route["csv"]:
            yield "CSV is promised or left out"

    def validator(self, schema):
        key = str(schema)
        if key not in self.checked:
            whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": self.value["components"],
                     **schema}
            jsonschema.Draft202012Validator.check_schema(whole)
            self.checked[key] = jsonschema.Draft202012Validator(whole)
        return self.checked[key]

    def faults(self, route, status, value):
        operation = self.value["paths"].get(route["path"], {}).get(route["method"].lower())
        if operation is None:
            return
        response = self.resolve(operation["responses"][str(status)])
        for error in list(self.validator(response["content"]["application/json"]["schema"]).iter_errors(value))[:3]:
            yield f"does not fit the schema: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"

    def problem_faults(self, answer):
        schema = self.value["components"]["schemas"]["Problem"]
        for error in self.validator(schema).iter_errors(answer.json()):
            yield f"is no such problem document: {error.message[:200]}"
