"""Looks for secrets in every process's arguments while a command runs, and in what it said; then at the modes of what it wrote.

usage: secrecy.py SECRETS -- COMMAND...       runs the command and shows its output; ends with its exit code, or 70 if a secret was seen
       secrecy.py SECRETS --files PATH...     ends with 70 if a file with a secret under one of the paths is for others to read

SECRETS is a file with a line "NAME SECRET" for each. What is found is told by the secret's name.
"""

import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import threading

SEEN = 70


def secrets_in(path):
    return [line.split(" ", 1) for line in pathlib.Path(path).read_text().splitlines()]


def arguments():
    """Of every process but this one, with the process's number."""
    for process in pathlib.Path("/proc").iterdir():
        if process.name.isdigit() and process.name != str(os.getpid()):
            try:
                yield process.name, (process / "cmdline").read_bytes()
            except OSError:
                continue


def watch(command, secrets):
    seen, samples, done = set(), 0, threading.Event()
    with tempfile.TemporaryFile() as file:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)

        def wait():
            process.wait()
            done.set()

        threading.Thread(target=wait, daemon=True).start()
        # A shell that has a secret among its arguments waits for a module, which takes a tenth of a second at the least.
        while not done.wait(0.02):
            samples += 1
            for _, line in arguments():
                for name, secret in secrets:
                    if secret.encode() in line:
                        words = line.split(b"\0")
                        seen.add(f"{name} is among the arguments of {words[0].decode(errors='replace')}")
        file.seek(0)
        text = file.read()
    sys.stdout.buffer.write(text)
    seen.update(f"{name} is in the output" for name, secret in secrets if secret.encode() in text)
    for line in sorted(seen):
        print(line, file=sys.stderr)
    print(f"looked at all processes {samples} times", file=sys.stderr)
    if samples < 20:
        print("too seldom to have seen anything", file=sys.stderr)
        return SEEN
    return SEEN if seen else process.returncode


def files(paths, secrets):
    status, held = 0, 0
    for root in map(pathlib.Path, paths):
        for path in [root, *root.rglob("*")] if root.is_dir() else [root]:
            if path.is_symlink() or not path.is_file():
                continue
            content = path.read_bytes()
            names = [name for name, secret in secrets if secret.encode() in content]
            held += bool(names)
            if names and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                print(f"{', '.join(names)} in {path}, mode {stat.S_IMODE(path.stat().st_mode):04o}", file=sys.stderr)
                status = SEEN
    print(f"{held} files hold secrets", file=sys.stderr)
    return status


if __name__ == "__main__":
    known = secrets_in(sys.argv[1])
    if sys.argv[2] == "--files":
        sys.exit(files(sys.argv[3:], known))
    sys.exit(watch(sys.argv[3:], known))
