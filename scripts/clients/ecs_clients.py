"""Drives the emulator with the vendor's two Python SDKs: `ecs_clients.py HOST:PORT SCHEME`, started by
scripts/python-clients.ts, which says by variables which certificate to trust. Ends with 1 and a line for the first thing that
is not as it should be."""

import importlib
import json
import re
import sys

from aliyunsdkcore.client import AcsClient
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.models import Config

REGION = "cn-hangzhou"
KEY_ID, SECRET = "emulator", "emulator-secret"
GROUPS = 12
TEXT = "安全组 *'()!~+/=&"


def flat(params, prefix=""):
    """Permissions.1.IpProtocol and so on."""
    for key, value in params.items():
        if isinstance(value, list):
            for index, item in enumerate(value, 1):
                if isinstance(item, dict):
                    yield from flat(item, f"{prefix}{key}.{index}.")
                else:
                    yield f"{prefix}{key}.{index}", item
        else:
            yield f"{prefix}{key}", value


def core(host, scheme):
    """aliyun-python-sdk-core and -ecs: signature V1."""
    client = AcsClient(KEY_ID, SECRET, REGION)

    def call(action, params):
        name = f"{action}Request"
        module = importlib.import_module(f"aliyunsdkecs.request.v20140526.{name}")
        request = getattr(module, name)()
        request.set_endpoint(host)
        request.set_protocol_type(scheme)
        request.set_accept_format("json")
        for key, value in flat(params):
            request.add_query_param(key, value)
        return json.loads(client.do_action_with_exception(request))

    return call


def tea(host, scheme):
    """alibabacloud_ecs20140526: signature V3."""
    config = Config(
        access_key_id=KEY_ID, access_key_secret=SECRET, endpoint=host, protocol=scheme, region_id=REGION
    )
    client = Client(config)

    def call(action, params):
        request = getattr(models, f"{action}Request")().from_map({"RegionId": REGION, **params})
        method = re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower()
        return getattr(client, method)(request).body.to_map()

    return call


def expect(what, actual, wanted):
    if actual != wanted:
        sys.exit(f"{what}: {actual!r}, not {wanted!r}")


def story(call):
    made = [call("CreateSecurityGroup", {"VpcId": "vpc-1", "SecurityGroupName": f"g{i}"}) for i in range(GROUPS)]
    ids = sorted(answer["SecurityGroupId"] for answer in made)
    group = {"SecurityGroupId": ids[0]}
    rule = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "192.0.2.0/24", "Description": TEXT}

    def rules():
        return call("DescribeSecurityGroupAttribute", group)["Permissions"]["Permission"]

    call("AuthorizeSecurityGroup", {**group, "Permissions": [rule]})
    expect("authorized", [{key: one[key] for key in rule} for one in rules()], [rule])
    rule_id = {"SecurityGroupRuleId": rules()[0]["SecurityGroupRuleId"]}
    call("ModifySecurityGroupRule", {**group, **rule_id, **rule, "PortRange": "443/443"})
    expect("modified", [one["PortRange"] for one in rules()], ["443/443"])
    call("RevokeSecurityGroup", {**group, "SecurityGroupRuleId": [rule_id["SecurityGroupRuleId"]]})
    expect("revoked", rules(), [])

    def page(params):
        answer = call("DescribeSecurityGroups", params)
        return answer, [one["SecurityGroupId"] for one in answer["SecurityGroups"]["SecurityGroup"]]

    numbered = [page({"PageNumber": number, "PageSize": 10})[1] for number in (1, 2)]
    expect("pages by number", [len(one) for one in numbered], [10, GROUPS - 10])
    expect("groups by number", sorted(sum(numbered, [])), ids)
    answer, found = page({"MaxResults": 10})
    found += page({"MaxResults": 10, "NextToken": answer["NextToken"]})[1]
    expect("groups by tokens", sorted(found), ids)
    for one in ids:
        call("DeleteSecurityGroup", {"SecurityGroupId": one})
    expect("groups at the end", page({"MaxResults": 10})[1], [])


def main():
    host, scheme = sys.argv[1:3]
    for client in (core, tea):
        story(client(host, scheme))
        print(f"passed        {scheme}: {client.__doc__}")


main()
