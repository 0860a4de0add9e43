"""Makes what an emulator leaves out of the HTTP API: its routes and its CORS settings.

SAM writes both into the OpenAPI body of the API, which MiniStack does not read. They are taken
from the body of the deployed template, and nothing is done where they are there already, so an
emulator that reads the body needs nothing of this.
"""

from .settings import STACK, client


def _function(operation):
    """The function's logical id out of {"Fn::Sub": "…functions/${Logical.Arn}/invocations"}."""
    uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    return uri.rpartition(".Arn}")[0].rpartition("${")[2]


def _wanted(body, arns):
    """(route key, function's ARN) of every operation of the body."""
    for path, operations in body["paths"].items():
        for method, operation in operations.items():
            verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            yield "$default" if path == "/$default" else f"{verb} {path}", arns[_function(operation)]


def _all(operation, **arguments):
    """Every item of an API Gateway list."""
    while True:
        page = operation(MaxResults="500", **arguments)
        yield from page["Items"]
        if not page.get("NextToken"):
            return
        arguments["NextToken"] = page["NextToken"]


def _complete_routes(gateway, api_id, wanted):
    integrations = {item["IntegrationId"]: item["IntegrationUri"] for item in _all(gateway.get_integrations, ApiId=api_id)}
    by_uri = {uri: identity for identity, uri in integrations.items()}
    touched, present = 0, set()
    for route in _all(gateway.get_routes, ApiId=api_id):
        uri = integrations.get(route.get("Target", "").removeprefix("integrations/"), "")
        arn = wanted.get(route["RouteKey"])
        # The URI may be the function's ARN, or hold it.
        if arn and arn in uri:
            present.add(route["RouteKey"])
        else:
            gateway.delete_route(ApiId=api_id, RouteId=route["RouteId"])
            touched += 1
    for key, arn in wanted.items():
        if key in present:
            continue
        if arn not in by_uri:
            by_uri[arn] = gateway.create_integration(
                ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0", TimeoutInMillis=30000
            )["IntegrationId"]
        gateway.create_route(ApiId=api_id, RouteKey=key, Target=f"integrations/{by_uri[arn]}")
        touched += 1
    return touched


def _complete_cors(gateway, api_id, body):
    cors = {key[0].upper() + key[1:]: value for key, value in body["x-amazon-apigateway-cors"].items()}
    if gateway.get_api(ApiId=api_id).get("CorsConfiguration") != cors:
        gateway.update_api(ApiId=api_id, CorsConfiguration=cors)


def complete(api_id):
    """Makes the missing routes, removes those that the template has no more or has elsewhere, and
    sets CORS. Answers how many routes it touched."""
    cloudformation, gateway = client("cloudformation"), client("apigatewayv2")
    template = cloudformation.get_template(StackName=STACK, TemplateStage="Processed")["TemplateBody"]
    body = next(resource["Properties"]["Body"] for resource in template["Resources"].values() if resource["Type"] == "AWS::ApiGatewayV2::Api")
    functions = client("lambda")
    arns = {
        resource["LogicalResourceId"]: functions.get_function(FunctionName=resource["PhysicalResourceId"])["Configuration"]["FunctionArn"]
        for resource in cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
        if resource["ResourceType"] == "AWS::Lambda::Function"
    }
    _complete_cors(gateway, api_id, body)
    return _complete_routes(gateway, api_id, dict(_wanted(body, arns)))
