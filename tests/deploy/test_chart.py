"""The Helm chart: Helm itself lints and renders it, and what comes out is what Kubernetes' schemas ask for."""

from typing import Any

import kubernetes_validate
import pytest
import yaml

from botyard.app.running import LOADS_AHEAD_S
from tests.processes import ROOT

helm = pytest.importorskip("helm_python", reason="Helm's templates come as a program for Linux on x86-64 only")

CHART = ROOT / "deploy" / "helm" / "botyard"
KUBERNETES = ("1.30", "1.34", "1.37")
BY_AGE = {"redisSecret": "redis", "autoscaling": {"queueAgeMetric": "botyard_queue_age_seconds"}}
VALUES: dict[str, dict[str, Any]] = {
    "as it is": {},
    "scaled by age": BY_AGE,
    "not scaled": {"autoscaling": {"enabled": False}},
    "without workers": {"worker": {"enabled": False}},
    "without code": {"runner": {"enabled": False}, "networkPolicy": {"enabled": False}},
    "all said": {
        **BY_AGE,
        "image": {"tag": "0.1.0@sha256:" + "ab" * 32},
        "imagePullSecrets": [{"name": "registry"}],
        "botSecret": "bots",
        "packagesClaim": "packages",
        "podAnnotations": {"asked-for": "yes"},
        "nodeSelector": {"disk": "fast"},
        "tolerations": [{"key": "bots", "operator": "Exists"}],
        "networkPolicy": {"from": [{"namespaceSelector": {"matchLabels": {"name": "ingress"}}}]},
        "runner": {
            "tunDevice": {"squat.ai/tun": 1},
            "nodeSelector": {"for": "strangers"},
            "tolerations": [{"key": "strangers", "operator": "Exists"}],
        },
    },
}


def rendered(values: dict[str, Any], *, name: str = "shop") -> list[dict[str, Any]]:
    """The objects that `helm template` would print."""
    with helm.Chart.load(CHART) as chart:
        texts = chart.render(values, name=name, namespace="bots")
    return [one for path, text in texts.items() if path.endswith(".yaml") for one in yaml.safe_load_all(text) if one]


def of(kind: str, part: str, objects: list[dict[str, Any]]) -> dict[str, Any]:
    """The one object of a kind whose name ends so."""
    [found] = [one for one in objects if one["kind"] == kind and one["metadata"]["name"].endswith(part)]
    return found


def pod_of(workload: dict[str, Any]) -> dict[str, Any]:
    """Its pod's spec."""
    spec: dict[str, Any] = workload["spec"]["template"]["spec"]
    return spec


def pods(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All pods' specs."""
    return [pod_of(one) for one in objects if one["kind"] in {"Deployment", "StatefulSet"}]


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_helm_finds_nothing_to_complain_of(values: dict[str, Any]) -> None:
    """`helm lint`, with warnings as errors; an icon is all it misses."""
    report = helm.lint(CHART, values, strict=True, kube_version="v1.34.0")
    assert report["errors"] == []
    assert [one["error"] for one in report["messages"] if one["severity"] > 1] == []


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_every_object_is_what_kubernetes_schemas_ask_for(values: dict[str, Any], version: str) -> None:
    """Strictly: a field that the schema does not know is a mistake too."""
    objects = rendered(values)
    assert len(objects) >= 2
    for one in objects:
        kubernetes_validate.validate(one, version, strict=True)


def test_a_mistake_in_an_object_is_seen() -> None:
    """What the test above rests on."""
    api = of("Deployment", "-api", rendered({}))
    pod_of(api)["containers"][0]["livenessProb"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(api, KUBERNETES[0], strict=True)


def test_workers_take_the_turns_and_are_scaled_by_how_long_messages_wait() -> None:
    """The API rolls and takes requests only; workers are scaled by the autoscaler alone; each part has its budget."""
    objects = rendered(BY_AGE)
    api = of("Deployment", "-api", objects)
    assert (api["spec"]["replicas"], api["spec"]["strategy"]["type"]) == (2, "RollingUpdate")
    assert pod_of(api)["containers"][0]["args"] == ["serve", "--no-turns"]
    worker = of("Deployment", "-worker", objects)["spec"]
    assert "replicas" not in worker
    assert worker["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert worker["minReadySeconds"] >= LOADS_AHEAD_S
    metrics = of("HorizontalPodAutoscaler", "-worker", objects)["spec"]["metrics"]
    assert metrics[0]["external"]["metric"]["name"] == "botyard_queue_age_seconds"
    budgets = [one["metadata"]["name"] for one in objects if one["kind"] == "PodDisruptionBudget"]
    assert budgets == ["shop-botyard-api", "shop-botyard-worker", "shop-botyard-runner"]


def test_without_workers_the_api_takes_the_turns() -> None:
    """Nobody is told to leave them to workers that are not there."""
    objects = rendered(VALUES["without workers"])
    assert pod_of(of("Deployment", "-api", objects))["containers"][0]["args"] == ["serve"]
    assert {one["kind"] for one in objects} == {
        "Deployment", "Service", "StatefulSet", "PodDisruptionBudget", "NetworkPolicy"
    }  # fmt: skip


def test_the_runner_is_given_no_secret_but_its_certificate() -> None:
    """Neither database, key, Redis nor a bot's secret, nor a token of the cluster."""
    runner = pod_of(of("StatefulSet", "-runner", rendered(VALUES["all said"])))
    [container] = runner["containers"]
    names = {one["name"] for one in container["env"]}
    assert names == {"BOTYARD_RUNNER_CERT", "BOTYARD_RUNNER_KEY", "BOTYARD_RUNNER_CA"}
    assert "envFrom" not in container
    assert [one["secret"]["secretName"] for one in runner["volumes"] if "secret" in one] == ["botyard-runner-tls"]
    assert runner["automountServiceAccountToken"] is False


def test_servers_look_for_every_runner_by_its_own_name() -> None:
    """A bot's version has its runner, where its workers are warm: a Service's one name would mix them."""
    [container] = pod_of(of("Deployment", "-api", rendered({"runner": {"replicas": 3}})))["containers"]
    [hosts] = [one["value"] for one in container["env"] if one["name"] == "BOTYARD_RUNNER_HOSTS"]
    assert hosts.split(",") == [f"shop-botyard-runner-{n}.shop-botyard-runner.bots.svc:8443" for n in range(3)]


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_no_pod_may_more_than_it_needs(values: dict[str, Any]) -> None:
    """Not root, no rights gained, nothing writable but what is mounted, a bound on memory."""
    for pod in pods(rendered(values)):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert "seccompProfile" in pod["securityContext"]
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert "memory" in container["resources"]["limits"]


def test_values_that_cannot_be_are_refused() -> None:
    """By the chart's own schema, before anything is rendered."""
    for wrong in ({"existingSecret": ""}, {"terminationGracePeriodSeconds": 10}, {"settings": {"PORT": "1"}}):
        with helm.Chart.load(CHART) as chart, pytest.raises(helm.HelmError):
            chart.validate_schema(wrong)


def test_names_do_not_say_botyard_twice() -> None:
    """A release called botyard is called just so."""
    assert of("Deployment", "-api", rendered({}, name="botyard"))["metadata"]["name"] == "botyard-api"
