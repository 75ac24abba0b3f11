"""The whole flow with the generated client. ClientsTest enrols the firewall between `make` and `flow`."""

import hashlib
import json
import os
import ssl
import sys
import urllib.request

import opnmanager_tunnel as tunnel


def client(**credential):
    return tunnel.ApiClient(tunnel.Configuration(host=os.environ["BROKER"], ssl_ca_cert=os.environ["CA"], **credential))


def make(name, password, target):
    with client(username=name, password=password) as administrator:
        token = tunnel.TokensApi(administrator).create(tunnel.TokenAsk(name="python", lifetime=3600)).token
    with client(access_token=token) as script:
        firewalls = tunnel.FirewallsApi(script)
        firewall = firewalls.create(tunnel.FirewallAsk(name="python", web_target=target, tags=["client"]))
        print(token, firewall.id, firewalls.make_enrolment_token(firewall.id).enrolment_token)


def moves(requests, request):
    for line in requests.events_without_preload_content(request):
        if line.startswith(b"data:"):
            yield tunnel.TunnelRequest.from_json(line[5:].decode())


def flow(token, firewall, colleague):
    with client(access_token=token) as script:
        requests = tunnel.RequestsApi(script)
        ask = tunnel.TunnelAsk(firewall_id=int(firewall), reason="the whole flow")
        opened = requests.open(ask, idempotency_key="python-1")
        assert requests.open(ask, idempotency_key="python-1").id == opened.id

        active = next(move for move in moves(requests, opened.id) if move.status != tunnel.Status.PENDING)
        assert active.status == tunnel.Status.ACTIVE, active
        shown = ssl.get_server_certificate(("127.0.0.1", active.tunnel_port))
        assert hashlib.sha256(ssl.PEM_cert_to_DER_cert(shown)).hexdigest() == active.certificate_sha256
        pinned = ssl.create_default_context(cadata=shown)
        pinned.check_hostname = False
        with urllib.request.urlopen(f"https://127.0.0.1:{active.tunnel_port}/", context=pinned) as page:
            print("page:", page.read().decode())

        assert tunnel.AgentApi(script).tunnel_heartbeat(tunnel.Heartbeat(request_id=opened.id)).keep_alive
        assert requests.share(opened.id, tunnel.SharedWith(operators=[colleague])).shared_with == [colleague]
        page = requests.list(firewall_id=int(firewall), live=True, page=0, size=1)
        assert (page.total, [item.id for item in page.items]) == (1, [opened.id])

        try:
            requests.open(tunnel.TunnelAsk(firewall_id=999999, reason="none such"))
        except tunnel.ApiException as refused:
            print("refused:", refused.status, refused.data.code)
        try:
            requests.close(999999)
        except tunnel.ApiException as refused:
            print("refused:", refused.status, json.loads(refused.body)["code"])

        requests.close(opened.id)
        ended = requests.one(opened.id)
        print("ended:", ended.status.value, ended.end_reason.value)


{"make": make, "flow": flow}[sys.argv[1]](*sys.argv[2:])
