"""A hub and a device of WireGuard, each in a network namespace of its own, and what runs in them."""
import ctypes
import http.client
import json
import os
import socket
import subprocess
import threading
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
CLONE_NEWNET = 0x40000000

# The uplink of the device: documentation addresses, that no machine has.
HUB_ADDRESS, DEVICE_ADDRESS, HUB_PORT = "192.0.2.10", "192.0.2.20", 51820
API_PORT = 6443
# How often a device and a hub look for what has changed.
PAUSE_SECONDS = 1
# A kubelet retries its requests that often within the ten seconds after which they count as failed.
CALL_SECONDS = 10


def run(*command, **more):
    return subprocess.run(command, check=True, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **more).stdout.strip()


def call(url, method, path, headers=None, body=None, expected=(200,)):
    """Headers and decoded body of an answer."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=CALL_SECONDS)
    try:
        connection.request(method, address.path.rstrip("/") + path, json.dumps(body) if body is not None else None,
                           {"Content-Type": "application/json"} | (headers or {}))
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    if answer.status not in expected:
        raise RuntimeError(f"{method} {path} was answered {answer.status}")
    return answer.headers, json.loads(text) if text else None


class Namespaces:
    """The network namespaces of a hub and a device, and the cable between them."""

    def __init__(self):
        self.hub, self.device = (f"doni-{name}-{os.getpid()}" for name in ("hub", "device"))
        # The sockets by which wg finds an interface have one folder for all namespaces.
        self.hub_interface, self.device_interface = f"wgh{os.getpid()}", f"wgd{os.getpid()}"

    def start(self):
        for namespace in (self.hub, self.device):
            run("ip", "netns", "add", namespace)
            run("ip", "-n", namespace, "link", "set", "lo", "up")
        run("ip", "-n", self.hub, "link", "add", "uplink", "type", "veth", "peer", "name", "uplink", "netns", self.device)
        for namespace, address in ((self.hub, HUB_ADDRESS), (self.device, DEVICE_ADDRESS)):
            run("ip", "-n", namespace, "address", "add", f"{address}/24", "dev", "uplink")
            run("ip", "-n", namespace, "link", "set", "uplink", "up")

    def cable(self, plugged):
        run("ip", "-n", self.hub, "link", "set", "uplink", "up" if plugged else "down")

    def stop(self):
        for namespace in (self.hub, self.device):
            subprocess.run(["ip", "netns", "delete", namespace], stderr=subprocess.DEVNULL)


class Interface:
    """An interface of WireGuard in a network namespace, served by wireguard-go."""

    def __init__(self, program, namespace, name, private_key, log):
        self.namespace, self.name, self.address = namespace, name, None
        with open(log, "ab") as output:
            self._server = subprocess.Popen(
                ["nsenter", f"--net=/run/netns/{namespace}", program, "-f", name], stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, env=os.environ | {"WG_PROCESS_FOREGROUND": "1"}, start_new_session=True)
        self._configure(private_key)

    def _configure(self, private_key):
        deadline = time.monotonic() + CALL_SECONDS
        while True:
            try:
                return self.private_key(private_key)
            except subprocess.CalledProcessError:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def private_key(self, key):
        self.wg("set", self.name, "private-key", "/dev/stdin", key=key)

    def wg(self, *arguments, key=None):
        command = ["nsenter", f"--net=/run/netns/{self.namespace}", "wg", *arguments]
        return subprocess.run(command, check=True, text=True, input=key or "", stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout

    def up(self, address):
        if address != self.address:
            run("ip", "-n", self.namespace, "address", "flush", "dev", self.name)
            run("ip", "-n", self.namespace, "address", "add", address, "dev", self.name)
            run("ip", "-n", self.namespace, "link", "set", self.name, "mtu", "1420", "up")
            self.address = address

    def peers(self):
        """The addresses of each peer, by its key."""
        lines = (line.split("\t") for line in self.wg("show", self.name, "allowed-ips").splitlines())
        return {key: addresses.strip() for key, addresses in lines}

    def set_peers(self, wanted, endpoint=None):
        present = self.peers()
        for key in present.keys() - wanted.keys():
            self.wg("set", self.name, "peer", key, "remove")
        for key, addresses in wanted.items():
            if present.get(key) != addresses:
                self.wg("set", self.name, "peer", key, "allowed-ips", addresses,
                        *(("endpoint", endpoint, "persistent-keepalive", "5") if endpoint else ()))

    def last_handshake(self):
        """In seconds since the epoch, 0 before the first."""
        return max((int(line.split("\t")[1]) for line in self.wg("show", self.name, "latest-handshakes").splitlines()), default=0)

    def stop(self):
        self._server.terminate()
        try:
            self._server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()


def new_key():
    private = run("wg", "genkey")
    return private, subprocess.run(["wg", "pubkey"], input=private, check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


def inside(namespace, function):
    """Calls a function in a network namespace; a socket that it makes stays there."""
    result = []

    def enter_and_call():
        with open(f"/run/netns/{namespace}", "rb") as handle:
            if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), CLONE_NEWNET) != 0:
                return
        try:
            result.append(function())
        except OSError as e:
            result.append(e)

    # A thread of its own, which ends in that namespace.
    thread = threading.Thread(target=enter_and_call)
    thread.start()
    thread.join()
    if not result:
        raise RuntimeError(f"cannot enter the network namespace {namespace}")
    if isinstance(result[0], OSError):
        raise result[0]
    return result[0]


class Routine(threading.Thread):
    """Repeats a step until it is stopped. A step that fails is repeated like every other."""

    def __init__(self, name):
        super().__init__(name=name, daemon=True)
        self._ended, self.trouble = threading.Event(), None

    def run(self):
        while not self._ended.is_set():
            try:
                self.step()
                self.trouble = None
            except Exception as e:
                self.trouble = e
            self._ended.wait(PAUSE_SECONDS)

    def stop(self):
        self._ended.set()
        if self.is_alive():
            self.join(timeout=60)


class Hub(Routine):
    """The hub of a project: its interface has the peers that Tunelo's channels name, and it leads to the API server.

    Does what neutron-wireguard-agent does, which gets the ports by messages of Neutron.
    """

    def __init__(self, site, namespaces, program, api_server, log):
        super().__init__("hub")
        self._site, self._namespaces, self._program, self._log = site, namespaces, program, log
        self._api_server = urlsplit(api_server)
        self._private, self._public = new_key()
        self.interface = None

    def step(self):
        _, listed = call(self._site["tunelo"], "GET", "/channels", {"X-Auth-Token": self._site["agent_token"]})
        channels = listed["channels"]
        hubs = {peer["uuid"]: peer["properties"] for channel in channels for peer in channel["peers"]}
        if not hubs:
            if self.interface is not None:
                self.interface.set_peers({})
            return
        (port, hub), = hubs.items()
        if self.interface is None:
            self._start(hub["ip"])
        if hub["public_key"] != self._public:
            call(self._site["agent"], "PUT", f"/hubs/{port}", body={
                "public_key": self._public, "endpoint": f"{HUB_ADDRESS}:{HUB_PORT}"}, expected=(204,))
        self.interface.set_peers({
            channel["properties"]["public_key"]: f"{channel['properties']['ip']}/32" for channel in channels if channel["peers"]})

    def _start(self, address):
        self.interface = Interface(self._program, self._namespaces.hub, self._namespaces.hub_interface, self._private, self._log)
        self.interface.wg("set", self.interface.name, "listen-port", str(HUB_PORT))
        self.interface.up(f"{address}/24")
        listener = inside(self._namespaces.hub, self._listen)
        threading.Thread(target=self._forward, args=(listener,), daemon=True).start()

    def _listen(self):
        listener = socket.socket()
        # What does not come out of the tunnel is refused, whichever address it is sent to.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self._namespaces.hub_interface.encode())
        listener.bind(("", API_PORT))
        listener.listen()
        return listener

    def _forward(self, listener):
        while True:
            client, _ = listener.accept()
            try:
                server = socket.create_connection((self._api_server.hostname, self._api_server.port))
            except OSError:
                client.close()
                continue
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=copy, args=(source, target), daemon=True).start()

    def stop(self):
        super().stop()
        if self.interface is not None:
            self.interface.stop()


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Machine(Routine):
    """A device that boots with its config.json, and does what balenaOS, the coordinator of CHI@Edge and the k3s agent do.

    All it knows is in the file, in what Balena answers to the key in the file, and in what Doni answers to its credential.
    Its internet is that of this machine; its tunnel and its kubelet are in its namespace.
    """

    def __init__(self, config, namespaces, program, kube, directory):
        super().__init__("machine")
        self._config, self._namespaces, self._program = config, namespaces, program
        self._kube, self._directory = kube, directory
        self._token = self._doni = None
        self._private, self.public_key = new_key()
        self._published = False
        self.interface = None
        # An agent that does not start, for example because its disk is full.
        self.agent_is_broken = False
        self._agent_runs = False

    def step(self):
        variables = self._variables()
        device = self._coordinate(variables)
        channel = device.get("channels", {}).get("user", {})
        if not channel.get("peers"):
            return
        self._connect(channel)
        self._run_agent(variables, channel["peers"][0]["ip"])

    def install_key(self, private, public):
        self._private, self.public_key = private, public
        if self.interface is not None:
            self.interface.private_key(private)

    def _variables(self):
        device = self._config["uuid"]
        _, state = call(self._config["apiEndpoint"], "GET", f"/device/v3/{device}/state", {
            "Authorization": f"Bearer {self._config['deviceApiKey']}"})
        (app,) = state[device]["apps"].values()
        (release,) = app["releases"].values()
        return release["services"]["coordinator"]["environment"]

    def _coordinate(self, variables):
        """What worker tunelo reports, once the key of the tunnel is known to Doni."""
        if self._token is None:
            headers, body = call(variables["OS_AUTH_URL"], "POST", "/auth/tokens", body={"auth": {"identity": {
                "methods": ["application_credential"],
                "application_credential": {"id": variables["OS_APPLICATION_CREDENTIAL_ID"],
                                           "secret": variables["OS_APPLICATION_CREDENTIAL_SECRET"]}}}}, expected=(201,))
            catalog = {service["type"]: service["endpoints"][0]["url"] for service in body["token"]["catalog"]}
            self._doni, self._token = catalog["inventory"], headers["X-Subject-Token"]
        # Balena writes UUIDs without dashes.
        path, headers = f"/v1/hardware/{uuid.UUID(self._config['uuid'])}", {"X-Auth-Token": self._token}
        if not self._published:
            call(self._doni, "PATCH", path, headers | {"Content-Type": "application/json-patch+json"}, [
                {"op": "add", "path": "/properties/channels",
                 "value": {"user": {"channel_type": "wireguard", "public_key": self.public_key}}}])
            self._published = True
        _, device = call(self._doni, "GET", path, headers)
        return {worker["worker_type"]: worker["state_details"] for worker in device["workers"]}["tunelo"]

    def _connect(self, channel):
        if self.interface is None:
            self.interface = Interface(self._program, self._namespaces.device, self._namespaces.device_interface, self._private,
                                       self._directory / "logs" / "wireguard.log")
        (hub, *_) = channel["peers"]
        self.interface.up(f"{channel['ip']}/24")
        self.interface.set_peers({hub["public_key"]: f"{hub['ip']}/32"}, hub["endpoint"])

    def _run_agent(self, variables, hub):
        if self._agent_runs == (not self.agent_is_broken):
            return
        if self.agent_is_broken:
            self._kubelet("stop", str(self._directory))
            self._agent_runs = False
        elif variables.get("K3S_TOKEN"):
            self._kubelet("start", str(self._directory), str(self._kube), self._config["hostname"].lower(),
                          BOOTSTRAP_TOKEN=variables["K3S_TOKEN"], KUBELET_NETWORK=self._namespaces.device,
                          KUBELET_SERVER=f"{hub}:{API_PORT}", KUBELET_NODE_IP=DEVICE_ADDRESS)
            self._agent_runs = True

    @staticmethod
    def _kubelet(*arguments, **more):
        # Not captured: what it starts would keep the pipe open.
        subprocess.run([str(HERE / "kubelet"), *arguments], env=os.environ | more, stdin=subprocess.DEVNULL, check=True, timeout=300)

    def stop(self):
        super().stop()
        self._kubelet("stop", str(self._directory))
        if self.interface is not None:
            self.interface.stop()
