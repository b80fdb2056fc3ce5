#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Ask nova-api for the same server twice, as a client does that lost the first
# answer: one server, and a refusal that says so.

set -o errexit -o nounset -o pipefail

token=$(openstack token issue -f value -c id)
url=$(openstack catalog show compute -f json |
    jq -r '.endpoints[] | select(.interface == "public") | .url')
flavor=$(openstack flavor list -f value -c ID | head -n 1)
image=$(openstack image list -f value -c ID | head -n 1)
tag=retry-$(date +%s)
body=$(printf '{"server": {"name": "%s", "flavorRef": "%s", "imageRef": "%s",
    "networks": "none"}}' "$tag" "$flavor" "$image")

create() {
    curl --silent --output /dev/null --write-out '%{http_code}' \
        --header "X-Auth-Token: $token" \
        --header 'OpenStack-API-Version: compute 2.37' \
        --header 'Content-Type: application/json' \
        --header "Task-tag: $tag" --data "$body" "$url/servers"
}

[ "$(create)" = 202 ]
[ "$(create)" = 409 ]
[ "$(openstack server list --name "$tag" -f value -c ID | wc -l)" = 1 ]
curl --fail --silent --header "X-Auth-Token: $token" "$url/servers/$tag/tasks"
