"""Deploys template.yaml with CloudFormation: what `sam deploy` does, in a fraction of its time.

Code and machine definitions are uploaded under their hash, so an unchanged one keeps its key and
CloudFormation leaves what uses it alone. A deployment equal to the last one is not sent at all.
"""

import hashlib
import json
import time
from pathlib import PurePosixPath

from botocore.exceptions import ClientError
from samtranslator.yaml_helper import yaml_parse

from . import build
from .settings import ENDPOINT, LOCAL, REPOSITORY, STACK, TEMPLATE, client, fail, say

LAST = LOCAL / "deployed.json"
ARTIFACTS = f"{STACK}-artifacts"


def _exists(call, **arguments):
    try:
        return call(**arguments)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 404):
            return None
        raise


def functions(template):
    """{logical id: binary name}: the last part of CodeUri."""
    return {
        logical: PurePosixPath(resource["Properties"]["CodeUri"]).name
        for logical, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def _upload(s3, key, content):
    """Uploads unless the key, which names the content, is there."""
    if _exists(s3.head_object, Bucket=ARTIFACTS, Key=key) is None:
        s3.put_object(Bucket=ARTIFACTS, Key=key, Body=content())
    return {"Bucket": ARTIFACTS, "Key": key}


def _package(template, executables):
    """Puts the keys of uploaded code and definitions in the place of local paths."""
    s3 = client("s3")
    if _exists(s3.head_bucket, Bucket=ARTIFACTS) is None:
        s3.create_bucket(Bucket=ARTIFACTS)
    for logical, name in functions(template).items():
        executable = executables[name]
        key = f"{name}-{build.digest(executable)}.zip"
        code = _upload(s3, key, lambda name=name, executable=executable: build.pack(name, executable))
        template["Resources"][logical]["Properties"]["CodeUri"] = code
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::StateMachine":
            definition = REPOSITORY / resource["Properties"]["DefinitionUri"]
            key = f"{definition.stem}-{build.digest(definition)}.json"
            resource["Properties"]["DefinitionUri"] = _upload(s3, key, definition.read_bytes)


def _address(body):
    """Where the template lies; a request holds no more than 51,200 bytes of it."""
    key = f"template-{hashlib.sha256(body.encode()).hexdigest()}.json"
    _upload(client("s3"), key, body.encode)
    return f"{ENDPOINT}/{ARTIFACTS}/{key}"


def _wait(cloudformation, before):
    """Waits for the stack to settle, telling each resource that is done."""
    told = before
    while True:
        events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
        for event in reversed(events):
            if event["EventId"] not in told:
                told.add(event["EventId"])
                status = event["ResourceStatus"]
                if status.endswith("FAILED") or event["ResourceType"].endswith(("Function", "StateMachine", "Stack")):
                    say(f"  {status.lower():18} {event['LogicalResourceId']} {event.get('ResourceStatusReason', '')}")
        stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        if stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return
        if stack["StackStatus"].endswith(("FAILED", "ROLLBACK_COMPLETE")):
            fail(f"the deployment ended as {stack['StackStatus']}: {stack.get('StackStatusReason', '')}")
        time.sleep(0.2)


def deploy(executables, parameters):
    """Brings the stack to the template. True if anything had to change."""
    cloudformation = client("cloudformation")
    template = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    _package(template, executables)
    body = json.dumps(template)
    wanted = hashlib.sha256((body + json.dumps(parameters, sort_keys=True)).encode()).hexdigest()
    stack = _exists(cloudformation.describe_stacks, StackName=STACK)
    if stack and LAST.exists() and json.loads(LAST.read_text()) == wanted:
        return False

    before = set()
    if stack:
        before = {event["EventId"] for event in cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]}
    name = f"local-{int(time.time() * 1000)}"
    cloudformation.create_change_set(
        StackName=STACK,
        ChangeSetName=name,
        ChangeSetType="UPDATE" if stack else "CREATE",
        TemplateURL=_address(body),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    while True:
        change_set = cloudformation.describe_change_set(StackName=STACK, ChangeSetName=name)
        if change_set["Status"] == "CREATE_COMPLETE":
            break
        if change_set["Status"] == "FAILED":
            reason = change_set.get("StatusReason", "")
            if "didn't contain changes" in reason or "No updates" in reason:
                LAST.write_text(json.dumps(wanted))
                return False
            fail(f"the change set was refused: {reason}")
        time.sleep(0.1)
    cloudformation.execute_change_set(StackName=STACK, ChangeSetName=name)
    _wait(cloudformation, before)
    LAST.write_text(json.dumps(wanted))
    return True


def outputs():
    """The stack's outputs by name."""
    stack = client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
