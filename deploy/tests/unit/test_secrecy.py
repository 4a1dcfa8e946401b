"""What the live tests look for secrets with finds one wherever it may be."""

import os
import subprocess
import sys

import pytest

from conftest import DEPLOY

SECRECY = DEPLOY / "tests" / "live" / "support" / "secrecy.py"
# All processes of the machine are searched, so that tests in processes beside this one need another one.
SECRET = f"aVeryPrivateThing0123456789{os.getpid()}"


@pytest.fixture
def look(tmp_path):
    known = tmp_path / "known"
    known.write_text(f"the_password {SECRET}\n")

    def make(*arguments, environment=None):
        return subprocess.run([sys.executable, str(SECRECY), str(known), *map(str, arguments)], capture_output=True, text=True,
                              env=environment, check=False, timeout=60)

    return make


def test_it_finds_one_among_the_arguments_of_a_grandchild(look, tmp_path):
    script = tmp_path / "play"
    # As Ansible does with a task's environment. The shell must not replace itself by the one command that it has.
    script.write_text(f"/bin/sh -c 'PASSWORD={SECRET} sleep 1 && :'\n")

    seen = look("--", "/bin/sh", script)

    assert seen.returncode == 70
    assert "the_password is among the arguments of /bin/sh" in seen.stderr
    assert SECRET not in seen.stderr


def test_it_finds_one_in_the_output(look, tmp_path):
    script = tmp_path / "play"
    script.write_text(f"sleep 1; echo {SECRET}\n")

    seen = look("--", "/bin/sh", script)

    assert seen.returncode == 70
    assert "the_password is in the output" in seen.stderr


def test_it_finds_one_that_others_may_read(look, tmp_path):
    for name, mode in (("mine", 0o600), ("everybodys", 0o644)):
        path = tmp_path / "etc" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"password = {SECRET}\n")
        path.chmod(mode)

    seen = look("--files", tmp_path / "etc")

    assert seen.returncode == 70
    assert "everybodys, mode 0644" in seen.stderr and "mine" not in seen.stderr
    assert "2 files hold secrets" in seen.stderr


def test_it_hands_on_how_an_innocent_command_ended(look, tmp_path):
    script = tmp_path / "play"
    script.write_text("sleep 1; echo done; exit 3\n")

    seen = look("--", "/bin/sh", script)

    assert (seen.returncode, seen.stdout) == (3, "done\n")
