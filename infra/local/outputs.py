"""Prints the stack's handles as shell variables, for tests that go to the AWS endpoint themselves."""

from stack import deploy


def main():
    outputs = deploy.outputs()
    for variable, output in (("STATE_TABLE", "StateTableName"), ("DATA_BUCKET", "DataBucketName"), ("CHALLENGE_MACHINE_ARN", "ChallengeMachineArn"), ("API_ID", "ApiId")):
        print(f"export {variable}={outputs[output]}")


if __name__ == "__main__":
    main()
