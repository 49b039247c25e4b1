#!/usr/bin/env python3
"""The files of deploy/: what cannot be run here is held to the schemas of those who read it."""
import glob
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.request

import dockerfile_parse
import jsonschema
import kubernetes_validate
import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../http"))
import server  # noqa: E402
import suite  # noqa: E402

DEPLOY = os.path.join(suite.ROOT, "deploy")
KUBERNETES = ("1.27", "1.31", "1.37")
OF_OTHERS = ("Kustomization", "ScaledObject")
# What KEDA's reference says of a ScaledObject with a trigger of Kafka, as far as it is used.
COUNT = {"type": "integer", "minimum": 0}
TEXT_NUMBER = {"type": "string", "pattern": "^[0-9]+$"}
TEXT_FLAG = {"type": "string", "enum": ["true", "false"]}


def closed(required, **properties):
    return {"type": "object", "additionalProperties": False, "required": required,
            "properties": properties}


SCALED_OBJECT = closed(
    ["apiVersion", "kind", "metadata", "spec"],
    apiVersion={"const": "keda.sh/v1alpha1"}, kind={"const": "ScaledObject"},
    metadata=closed(["name"], name={"type": "string"}, namespace={"type": "string"}),
    spec=closed(
        ["scaleTargetRef", "triggers"],
        scaleTargetRef=closed(["name"], apiVersion={"type": "string"}, kind={"type": "string"},
                              name={"type": "string"}),
        minReplicaCount=COUNT, maxReplicaCount=COUNT, pollingInterval=COUNT, cooldownPeriod=COUNT,
        advanced=closed([], horizontalPodAutoscalerConfig=closed([], behavior={"type": "object"})),
        triggers={"type": "array", "minItems": 1, "items": closed(
            ["type", "metadata"], type={"const": "kafka"},
            metadata=closed(["bootstrapServers", "consumerGroup", "topic"],
                            bootstrapServers={"type": "string"}, consumerGroup={"type": "string"},
                            topic={"type": "string"}, lagThreshold=TEXT_NUMBER,
                            offsetResetPolicy={"enum": ["latest", "earliest"]},
                            allowIdleConsumers=TEXT_FLAG, excludePersistentLag=TEXT_FLAG))}))


def read_all(path):
    with open(path, encoding="utf-8") as file:
        return [document for document in yaml.safe_load_all(file) if document]


def kubernetes():
    """(file, document) of all that Kubernetes reads."""
    return [(os.path.basename(path), document)
            for path in sorted(glob.glob(os.path.join(DEPLOY, "kubernetes/*.yaml")))
            for document in read_all(path)]


def workloads():
    return [document for _, document in kubernetes()
            if document["kind"] in ("StatefulSet", "Deployment")]


def run(*arguments, **more):
    return subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False,
                          **more)


def is_taken(words):
    """Whether `wend` knows these arguments; with --help it looks at all and does nothing."""
    result = run(suite.wend_bin(), *words, "--help")
    return result.returncode == 0, f"{words}: {result.stderr}"


class Compose(unittest.TestCase):

    def setUp(self):
        self.path = os.path.join(DEPLOY, "compose.yaml")
        self.compose = read_all(self.path)[0]

    def test_it_fits_the_schema_of_compose(self):
        result = run(sys.executable, "-m", "check_jsonschema", "--builtin-schema",
                     "vendor.compose-spec", self.path)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_ports_are_of_this_machine_and_what_is_named_is_there(self):
        for name, service in self.compose["services"].items():
            for port in service.get("ports", []):
                self.assertTrue(port.startswith("127.0.0.1:"), f"{name}: {port}")
            for other in service.get("depends_on", {}):
                self.assertIn(other, self.compose["services"])
            for secret in service.get("secrets", []):
                self.assertIn(secret, self.compose["secrets"])
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                if source.startswith("."):
                    self.assertTrue(os.path.isdir(os.path.join(DEPLOY, source)), source)
                else:
                    self.assertIn(source, self.compose["volumes"])
            build = service.get("build")
            if build:
                context = os.path.join(DEPLOY, build["context"])
                self.assertTrue(os.path.isfile(os.path.join(context, build["dockerfile"])))

    @suite.needs_wend
    def test_wend_knows_the_arguments(self):
        commands = [service["command"] for service in self.compose["services"].values()
                    if service["image"] == "wend"]
        self.assertEqual(len(commands), 3)
        for command in commands:
            self.assertTrue(*is_taken(command))


class Kubernetes(unittest.TestCase):

    def test_every_object_fits_the_schema_of_old_and_new_versions(self):
        checked = 0
        for name, document in kubernetes():
            if document["kind"] in OF_OTHERS:
                continue
            for version in KUBERNETES:
                with self.subTest(f"{name} {document['kind']} {version}"):
                    kubernetes_validate.validate(document, version, strict=True)
                    checked += 1
        self.assertGreater(checked, 25)

    def test_the_scaled_object_is_as_keda_reads_it(self):
        scaled = [d for _, d in kubernetes() if d["kind"] == "ScaledObject"]
        self.assertEqual(len(scaled), 1)
        jsonschema.validate(scaled[0], SCALED_OBJECT)
        target = scaled[0]["spec"]["scaleTargetRef"]
        self.assertIn((target["kind"], target["name"]),
                      [(w["kind"], w["metadata"]["name"]) for w in workloads()])

    def test_the_kustomization_names_what_is_there(self):
        folder = os.path.join(DEPLOY, "kubernetes")
        named = read_all(os.path.join(folder, "kustomization.yaml"))[0]["resources"]
        there = {name for name, document in kubernetes() if document["kind"] not in OF_OTHERS}
        self.assertEqual(set(named), there)

    def test_selectors_find_their_pods(self):
        labels = [w["spec"]["template"]["metadata"]["labels"] for w in workloads()]

        def finds(selector):
            return any(selector.items() <= pod.items() for pod in labels)
        kinds = set()
        for _, document in kubernetes():
            spec = document.get("spec", {})
            if document["kind"] == "Service":
                self.assertTrue(finds(spec["selector"]), document["metadata"]["name"])
            elif document["kind"] in ("PodDisruptionBudget", "StatefulSet", "Deployment"):
                self.assertTrue(finds(spec["selector"]["matchLabels"]))
            elif document["kind"] == "NetworkPolicy":
                self.assertTrue(finds(spec["podSelector"]["matchLabels"]))
            kinds.add(document["kind"])
        self.assertLessEqual({"StatefulSet", "PodDisruptionBudget", "ScaledObject"}, kinds)

    def test_pods_may_do_nothing_but_their_work(self):
        for workload in workloads():
            pod = workload["spec"]["template"]["spec"]
            self.assertFalse(pod["automountServiceAccountToken"])
            self.assertTrue(pod["securityContext"]["runAsNonRoot"])
            self.assertEqual(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault")
            claimed = {volume["name"] for volume in pod["volumes"]}
            for container in pod["containers"]:
                context = container["securityContext"]
                self.assertFalse(context["allowPrivilegeEscalation"])
                self.assertTrue(context["readOnlyRootFilesystem"])
                self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
                self.assertIn("memory", container["resources"]["limits"])
                self.assertLessEqual({m["name"] for m in container["volumeMounts"]}, claimed)

    @suite.needs_wend
    def test_wend_knows_the_arguments_and_answers_the_probes(self):
        paths = set()
        for workload in workloads():
            for container in workload["spec"]["template"]["spec"]["containers"]:
                self.assertTrue(*is_taken(container["args"]))
                ports = {port["name"] for port in container["ports"]}
                for kind in ("livenessProbe", "readinessProbe", "startupProbe"):
                    probe = container.get(kind, {}).get("httpGet")
                    if probe:
                        self.assertIn(probe["port"], ports)
                        paths.add(probe["path"])
        self.assertEqual(paths, {"/healthz", "/readyz"})
        token = {"TOKEN": "0123456789abcdef"}
        with tempfile.TemporaryDirectory() as folder, \
                server.Server(folder, "--token", "$TOKEN", environment=token) as served:
            self.assertEqual(served.get("/healthz").status, 200)
            self.assertEqual(served.get("/readyz").status, 503)

    @suite.needs_wend
    def test_the_definitions_can_be_used(self):
        config = next(d for _, d in kubernetes() if d["kind"] == "ConfigMap")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "wend.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(config["data"]["wend.yaml"])
            result = run(suite.wend_bin(), "check", path)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


class Image(unittest.TestCase):

    def test_the_last_stage_has_no_shell_and_no_root(self):
        parser = dockerfile_parse.DockerfileParser(
            path=os.path.join(DEPLOY, "image"), fileobj=None)
        words = [(step["instruction"], step["value"]) for step in parser.structure]
        stages = [value for name, value in words if name == "FROM"]
        self.assertGreaterEqual(len(stages), 2)
        self.assertEqual(stages[-1], "scratch")
        last = len(words) - 1 - [name for name, _ in reversed(words)].index("FROM")
        values = dict(words[last:])
        self.assertRegex(values["USER"], r"^[1-9]\d*:[1-9]\d*$")
        self.assertEqual(values["ENTRYPOINT"], '["/usr/bin/wend"]')
        self.assertNotIn("RUN", values)
        named = {value.split(" AS ")[1] for value in stages if " AS " in value}
        for name, value in words:
            if name == "COPY" and "--from=" in value:
                self.assertIn(re.search(r"--from=(\w+)", value)[1], named)

    @suite.needs_wend
    @unittest.skipIf(os.environ.get("WEND_SANITIZE"), "a sanitizer wants more than the image has")
    def test_what_is_collected_runs_by_itself_as_nobody(self):
        into = ["chroot", "--userspec=65532:65532"]
        if os.geteuid() != 0:
            self.skipTest("only root may change the root of a program")
        with tempfile.TemporaryDirectory(prefix="wend-image-") as folder:
            root = os.path.join(folder, "image")
            result = run(os.path.join(DEPLOY, "image/collect"), suite.wend_bin(), root)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertFalse(os.path.exists(os.path.join(root, "bin/sh")))
            authorities = os.path.join(root, "etc/ssl/certs/ca-certificates.crt")
            self.assertGreater(os.path.getsize(authorities), 100000)
            os.chmod(folder, 0o755)
            snapshot = server.make_snapshot(folder, events=2000)
            shutil.move(snapshot, os.path.join(root, "data/live"))
            process = subprocess.Popen([*into, root, "/usr/bin/wend", "serve", "/data/live",
                                        "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
            try:
                url = process.stdout.readline().decode().strip()
                with urllib.request.urlopen(f"{url}/v1/paths?top=1", timeout=60) as answer:
                    self.assertIn(b'"rows":[\n{', answer.read())
            finally:
                process.terminate()
                _, errors = process.communicate(timeout=60)
            self.assertEqual((process.returncode, errors), (0, b""))
            zone = os.path.join(root, "data/zone.yaml")
            with open(zone, "w", encoding="utf-8") as file:
                file.write("time: ts\ncustomer: user\nevent: name\n"
                           "sessions: {cut_at_midnight: yes, timezone: Europe/Berlin}\n")
            with open(os.path.join(root, "data/one.ndjson"), "w", encoding="utf-8") as file:
                file.write('{"ts":1750000000,"user":"u","name":"a"}\n')
            result = run(*into, root, "/usr/bin/wend", "replay", "/data/one.ndjson", "-c",
                         "/data/zone.yaml", "-q")
            self.assertEqual(result.returncode, 0, result.stderr)


@unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd-analyze")
class Systemd(unittest.TestCase):

    def units(self):
        found = sorted(glob.glob(os.path.join(DEPLOY, "systemd/*.service")))
        self.assertEqual(len(found), 2)
        return found

    def start(self, path):
        """The words of ExecStart."""
        with open(path, encoding="utf-8") as file:
            return shlex.split(re.search(r"^ExecStart=(.*)$", file.read(), re.M)[1])

    def test_units_are_right_and_hardened(self):
        for path in self.units():
            with tempfile.TemporaryDirectory() as folder:
                copy = os.path.join(folder, os.path.basename(path))
                with open(path, encoding="utf-8") as file, open(copy, "w", encoding="utf-8") as to:
                    to.write(file.read().replace("ExecStart=/usr/bin/wend", "ExecStart=/bin/true"))
                result = run("systemd-analyze", "verify", "--man=no", copy)
                self.assertEqual((result.returncode, result.stdout + result.stderr), (0, ""), path)
                result = run("systemd-analyze", "security", "--offline=true", "--threshold=20",
                             "--no-pager", copy)
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    @suite.needs_wend
    def test_wend_knows_the_arguments(self):
        for path in self.units():
            words = self.start(path)
            self.assertEqual(words[0], "/usr/bin/wend")
            self.assertTrue(*is_taken(words[1:]))


@unittest.skipUnless(server.promtool(), "there is no promtool")
class Prometheus(unittest.TestCase):

    def setUp(self):
        self.folder = os.path.join(DEPLOY, "prometheus")

    def test_rules_are_right_and_fire_when_they_should(self):
        for command in (["check", "rules", "rules.yml"], ["test", "rules", "rules_test.yml"]):
            result = run(server.promtool(), *command, cwd=self.folder)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_the_configuration_is_right(self):
        with tempfile.TemporaryDirectory() as folder:
            token = os.path.join(folder, "token")
            with open(token, "w", encoding="ascii") as file:
                file.write("0123456789abcdef")
            shutil.copy(os.path.join(self.folder, "rules.yml"), folder)
            with open(os.path.join(self.folder, "prometheus.yml"), encoding="utf-8") as file:
                text = file.read()
            self.assertIn("/run/secrets/wend_token", text)
            with open(os.path.join(folder, "prometheus.yml"), "w", encoding="utf-8") as file:
                file.write(text.replace("/run/secrets/wend_token", token))
            result = run(server.promtool(), "check", "config",
                         os.path.join(folder, "prometheus.yml"))
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_rules_ask_for_numbers_that_there_are(self):
        told = set()
        for path in ("engine/api/serve_metrics.c", "engine/http/reply.c",
                     "tools/wend/serve_snapshot.c"):
            with open(os.path.join(suite.ROOT, path), encoding="utf-8") as file:
                told |= set(re.findall(r'"(wend_[a-z_]+)"', file.read()))
        self.assertGreater(len(told), 15)
        with open(os.path.join(self.folder, "rules.yml"), encoding="utf-8") as file:
            groups = yaml.safe_load(file)["groups"]
        expressions = " ".join(rule["expr"] for group in groups for rule in group["rules"])
        asked = set(re.findall(r"\bwend_[a-z_]+", expressions))
        self.assertGreater(len(asked), 5)
        self.assertLessEqual(asked, told)


if __name__ == "__main__":
    suite.main()
