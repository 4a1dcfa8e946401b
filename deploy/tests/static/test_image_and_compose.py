"""What the Dockerfile, .dockerignore and the Compose file promise, read from the files themselves."""

import os
import pathlib
import re
import stat
import subprocess
import tempfile

import pytest
import yaml

DEPLOY = pathlib.Path(__file__).resolve().parents[2]
ROOT = DEPLOY.parent


@pytest.fixture(scope="module")
def dockerfile():
    text = (DEPLOY / "docker/Dockerfile").read_text()
    return re.sub(r"\\\n\s*", " ", text).splitlines()


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text())


def test_image_runs_as_a_number_that_is_not_root(dockerfile):
    last_stage = dockerfile[max(i for i, line in enumerate(dockerfile) if line.startswith("FROM")) :]
    users = [line.split()[1] for line in last_stage if line.startswith("USER")]
    assert users == ["10001:10001"]
    assert last_stage.index("USER 10001:10001") < next(i for i, line in enumerate(last_stage) if "rehearse" in line)


def test_image_has_no_programs_of_the_embedded_postgres(dockerfile):
    last = max(i for i, line in enumerate(dockerfile) if line.startswith("FROM"))
    build, last_stage = dockerfile[:last], dockerfile[last:]
    assert [line for line in build if "mv /layers/dependencies/lib/embedded-postgres-binaries-*.jar /postgres/" in line]
    copied = [line for line in last_stage if line.startswith(("COPY", "ADD"))]
    assert copied
    assert not [line for line in copied if "/postgres" in line]
    (training,) = [line for line in last_stage if "rehearse" in line]
    assert training.startswith("RUN --mount=type=bind,from=build,source=/postgres,target=/mnt ")
    assert "rehearse --postgres=/mnt " in training
    assert training.endswith("rm -rf /tmp/*")


def test_image_is_as_the_chart_takes_it_for(dockerfile):
    deployment = (DEPLOY / "helm/doni/templates/deployment.yaml").read_text()
    assert "runAsUser: 10001" in deployment
    assert "EXPOSE 8001 8002" in dockerfile
    assert "containerPort: 8001" in deployment
    assert "containerPort: 8002" in deployment


def test_image_has_no_secret_and_no_plain_variable_for_one(dockerfile):
    arguments = [line.split()[1] for line in dockerfile if line.startswith(("ARG", "ENV"))]
    assert not [name for name in arguments if re.search("(?i)password|secret|token|key", name)]


def test_sources_that_reach_the_builder_are_named_one_by_one():
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    named = [line.removeprefix("!") for line in lines[1:]]
    assert all(line.startswith("!") for line in lines[1:])
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing
    assert not [path for path in named if path.startswith((".git", "var"))]


def test_builder_gets_every_module_that_the_parent_pom_names():
    named = (ROOT / ".dockerignore").read_text().splitlines()
    modules = re.findall(r"<module>(.*?)</module>", (ROOT / "pom.xml").read_text())
    assert modules
    assert not [module for module in modules if f"!{module}/pom.xml" not in named]


def test_compose_publishes_on_the_loopback_alone(compose):
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_compose_passes_secrets_by_files_alone(compose):
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            assert name.endswith("_FILE") or not re.search("(?i)password|secret|token", name), name
            assert "${" not in str(value), name
    mounted = {name for service in compose["services"].values() for name in service["secrets"]}
    assert mounted == set(compose["secrets"])
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())


def test_every_service_has_a_health_check_and_no_rights_to_gain(compose):
    for name, service in compose["services"].items():
        assert service["healthcheck"]["test"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["restart"] == "unless-stopped", name
    doni = compose["services"]["doni"]
    assert doni["read_only"] is True
    assert doni["cap_drop"] == ["ALL"]
    assert doni["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_postgres_is_on_a_network_without_a_way_out(compose):
    assert compose["services"]["postgres"]["networks"] == ["database"]
    assert compose["networks"]["database"] == {"internal": True}
    assert "ports" not in compose["services"]["postgres"]


def copy_compose(folder):
    for name in ("up", "env.example"):
        (folder / name).write_bytes((DEPLOY / "compose" / name).read_bytes())
    (folder / "config").mkdir()
    for example in (DEPLOY / "compose/config").glob("*.example"):
        (folder / "config" / example.name).write_bytes(example.read_bytes())
    return folder


def owners(folder):
    return {(path.stat().st_uid, path.stat().st_gid) for path in [folder / "secrets", *(folder / "secrets").iterdir()]}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_up_run_by_root_gives_the_secrets_to_the_user_of_the_image(tmp_path):
    copy_compose(tmp_path)

    subprocess.run(["bash", str(tmp_path / "up"), "--prepare"], capture_output=True, check=True)

    assert "DONI_USER=10001:10001" in (tmp_path / ".env").read_text().splitlines()
    assert owners(tmp_path) == {(10001, 10001)}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")
def test_up_run_by_another_user_keeps_the_secrets_with_that_user():
    with tempfile.TemporaryDirectory() as folder:
        work = copy_compose(pathlib.Path(folder))
        subprocess.run(["chown", "-R", "65534:65534", folder], check=True)

        subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "bash", str(work / "up"), "--prepare"],
                       capture_output=True, check=True)

        assert "DONI_USER=65534:65534" in (work / ".env").read_text().splitlines()
        assert owners(work) == {(65534, 65534)}


@pytest.mark.parametrize("user", ["0:0", "0", "00:1000"])
def test_up_refuses_to_run_doni_as_root(user, tmp_path):
    copy_compose(tmp_path)
    (tmp_path / ".env").write_text(f"DONI_USER={user}\n")

    done = subprocess.run(["bash", str(tmp_path / "up"), "--prepare"], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "DONI_USER in .env is root" in done.stderr


def test_up_prepares_once_and_for_its_owner_alone(tmp_path):
    copy_compose(tmp_path)

    def prepare():
        done = subprocess.run(
            ["bash", str(tmp_path / "up"), "--prepare"], capture_output=True, text=True, check=True
        )
        made = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        return done.stdout + done.stderr, made

    first_output, first = prepare()
    second_output, second = prepare()

    assert first == second
    assert second_output == ""
    secrets = sorted((tmp_path / "secrets").iterdir())
    assert [path.name for path in secrets] == [
        "balena-api-token",
        "database-password",
        "keystone-password",
        "secrets-key",
        "trial.yml",
    ]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in secrets)
    assert not [path for path in secrets if path.read_text().strip() and path.read_text().strip() in first_output]
    compose = yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text())
    wanted = {(tmp_path / entry["file"]).resolve() for entry in compose["secrets"].values()}
    assert wanted == set(secrets)
