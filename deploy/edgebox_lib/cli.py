"""The command line of edgebox."""

import argparse
import errno
import os
import signal
import sys
import textwrap

from edgebox_lib import backup, documents, existing, findings, phases, prechecks, scaffold, vault
from edgebox_lib.converge import FAILED, SATISFIED, Converger, State, Unseen
from edgebox_lib.findings import Severity
from edgebox_lib.journal import Journal
from edgebox_lib.kolla import Kolla
from edgebox_lib.lock import Busy, exclusive
from edgebox_lib.runner import Runner
from edgebox_lib.settings import Settings
from edgebox_lib.site import NoSite, Site
from edgebox_lib.validation import validate

REFUSED = 2

_SUBCOMMANDS = {
    "init": "make a new site directory, with its secrets",
    "prechecks": "look at configuration and host, change nothing, say everything that is wrong",
    "bootstrap-servers": "prepare the hosts: networking, container engine",
    "pull": "fetch container images",
    "plan": "say what up would run, and why",
    "deploy": "deploy the OpenStack services, the database and Doni",
    "k3s": "deploy the cluster, its network, and what joins it to Neutron",
    "reconfigure": "write the services' configuration again, and restart what it changes",
    "up": "run every phase, in the right order, until the site is satisfied",
    "status": "say where each phase stands",
    "taint": "roll the worker taint out on a running site, or take it back",
    "smoke": "enroll a throw-away device, see it arrive everywhere, remove it",
    "backup": "save the site directory and the databases",
    "destroy": "remove what was deployed from the hosts",
}

_EPILOG = """\
The site is the directory that --site or CC_ANSIBLE_SITE names.

exit codes: 0 done; 1 something failed; 2 refused, nothing was run; 3 (up) not satisfied yet, waits for what it says
"""


def _common(defaults):
    """The options of every command. They may stand before the command too, where their defaults are."""
    default = {} if defaults else {"default": argparse.SUPPRESS}
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--site", "-s", metavar="DIR", help="the site directory (else CC_ANSIBLE_SITE)", **default)
    common.add_argument("--check", action="store_true", help="say what would change, and change nothing", **default)
    common.add_argument("--tags", "-t", metavar="TAGS", help="only tasks with one of these tags", **default)
    common.add_argument("--skip-tags", metavar="TAGS", help="no task with one of these tags", **default)
    common.add_argument("--verbose", "-v", action="store_true", help="show Ansible's output, not only its result", **default)
    common.add_argument("--phases", metavar="FILE", help="another file of phases than deploy/phases.yml", **default)
    return common


def parser():
    main_parser = argparse.ArgumentParser(
        prog="edgebox", description="Bootstraps an edge site and keeps it as its configuration says.", epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter, parents=[_common(True)])
    commands = main_parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    made = {name: commands.add_parser(name, parents=[_common(False)], help=text, description=text)
            for name, text in _SUBCOMMANDS.items()}
    made["init"].add_argument("--hostname", help="name of the controller in the inventory; this machine's by default")
    made["up"].add_argument("--only", metavar="PHASES", help="only these phases, and what they need of the database and the cluster; "
                            "kolla-ansible is called for none of them that is not named")
    for name in ("plan", "status"):
        made[name].add_argument("--offline", action="store_true", help="from the journal alone; no host is asked")
    made["taint"].add_argument("action", choices=("enable", "disable"))
    made["taint"].add_argument("--plan", action="store_true", help="only list which pods would not tolerate the taint")
    made["backup"].add_argument("--to", metavar="DIR", help="where; the site's own backups/ by default")
    made["destroy"].add_argument("--yes-destroy", metavar="NAME", help="the site's name, in place of typing it")
    return main_parser


def main(arguments):
    options = parser().parse_args(arguments)
    sys.stdout.reconfigure(line_buffering=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return _COMMANDS.get(options.command, _run_phases)(options)
    except (NoSite, Busy, documents.Unreadable, vault.Locked, Unseen) as refusal:
        print(f"edgebox: {refusal}", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        # The reader of our output has left (edgebox plan | head). Nothing more can be said, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as failure:
        print(f"edgebox: {_os_error(failure)}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("edgebox: interrupted; run it again to continue", file=sys.stderr)
        return 128 + signal.SIGINT


def _os_error(failure):
    """One line for what the operating system refused: a directory that may not be written, a full disk."""
    where = f"{failure.filename}: " if failure.filename else ""
    advice = {errno.EACCES: "; run edgebox as the user who owns the site directory",
              errno.EROFS: "; the site directory must be on a file system that can be written",
              errno.ENOSPC: "; free some space"}.get(failure.errno, "")
    return f"{where}{failure.strerror or failure}{advice}"


class _Session:
    """All that a command needs to work on one site."""

    def __init__(self, options, lock=None):
        self.options = options
        # Only a command that holds the lock may change anything, the state directory included.
        self.site = Site.existing(options.site, writes=lock is not None)
        self.plan = phases.load(options.phases)
        if self.site.passwords.is_file():
            vault.load(self.site.passwords, self.site.vault_password)
        self.settings, self.controllers = _layered(self.site)
        runner = Runner(self.site, vault.mask_of(self.site), lock, options.verbose)
        self.runner = runner
        self.kolla = Kolla(self.site, runner, self.settings)
        self.converger = Converger(self.site, self.plan, self.settings, runner, self.kolla, Journal(self.site.journal), print)

    def narrowing(self):
        return {"tags": self.options.tags, "skip_tags": self.options.skip_tags, "check": self.options.check}

    def foreign(self):
        """Whether kolla-ansible would deploy a chi-in-a-box site without its layer; says what that would change."""
        differences = existing.differences(self.site, self.settings)
        if differences:
            print(existing.report(self.site, differences))
            print("edgebox: nothing was run, because this site runs with chi-in-a-box", file=sys.stderr)
        return bool(differences)

    def refused(self):
        """Whether the configuration is wrong; says so."""
        found = [*validate(self.settings, documents.load_mapping(self.site.defaults)),
                 *prechecks.controllers(self.controllers)]
        if findings.errors(found):
            print(findings.report([one for one in found if one.severity is not Severity.NOTE]))
            print("edgebox: nothing was run, because the configuration is wrong", file=sys.stderr)
            return True
        return False


def _layered(site):
    """The controller's variables where there is one, else what the files say."""
    settings = site.file_settings()
    variables, controllers = site.hosts()
    return (Settings({**settings.raw, **variables[controllers[0]]}) if controllers else settings), controllers


def _locked(options, work):
    site = Site.existing(options.site)
    with exclusive(site.lock, options.command) as lock:
        session = _Session(options, lock)
        return REFUSED if session.refused() else work(session)


def _init(options):
    site = Site.named(options.site)
    if options.check:
        print(f"would make {site.root}")
        return SATISFIED
    scaffold.create(site, options.hostname)
    print(textwrap.dedent(f"""\
        {site.root} is made, with its secrets encrypted in passwords.yml.

          1. keep a copy of {site.vault_password} elsewhere: nothing opens passwords.yml without it
          2. edit {site.defaults} and {site.inventory}/hosts
          3. put balena_api_token into the secrets:
             ansible-vault edit --vault-password-file {site.vault_password} {site.passwords}
          4. export CC_ANSIBLE_SITE={site.root}
             edgebox prechecks, then edgebox up"""))
    return SATISFIED


def _prechecks(options):
    site = Site.existing(options.site, writes=False)
    found = prechecks.run(site)
    print(findings.report(found))
    if findings.errors(found):
        return FAILED
    if options.check or _lacks_kolla(site):
        return SATISFIED
    return _run_phases(options)


def _lacks_kolla(site):
    """On a new site kolla-ansible cannot look for itself yet; says when it will."""
    settings, _ = _layered(site)
    kolla = Kolla(site, None, settings)
    if not settings.enabled("enable_kolla") or kolla.is_installed():
        return False
    print("kolla-ansible's own prechecks come with edgebox up: its phase servers installs kolla-ansible")
    return True


def _run_phases(options):
    """A command that stands for phases, as phases.yml has it; they run whether they are due or not."""
    def work(session):
        parts = session.plan.commands.get(options.command)
        if parts is None and options.command != "prechecks":
            raise documents.Unreadable(f"{options.phases}: commands: does not say what {options.command} runs")
        if not options.check and session.foreign():
            return REFUSED
        for part in parts or ():
            phase = session.plan.phase(part["phase"])
            if not all(session.settings.enabled(switch) for switch in phase.enabled_by):
                print(f"{phase.name:<20} off          {' and '.join(phase.enabled_by)} not set")
                continue
            steps = part.get("steps", phase.steps)
            narrowing = session.narrowing()
            result = session.converger.run_phase(phase, steps, session.converger.observe(phase.wants), **narrowing)
            if not result.ok:
                return FAILED
        return SATISFIED

    return _locked(options, work)


def _up(options):
    def work(session):
        only = [name for name in (options.only or "").split(",") if name]
        for name in only:
            if name not in [phase.name for phase in session.plan.phases]:
                raise documents.Unreadable(f"--only: there is no phase {name}; there are "
                                           f"{', '.join(phase.name for phase in session.plan.phases)}")
        if not only and session.foreign():
            return REFUSED
        return session.converger.up(**session.narrowing(), only=only)

    return _locked(options, work)


def _plan(options):
    session = _Session(options)
    if session.refused():
        return REFUSED
    holds = {} if options.offline else session.converger.observe()
    differences = existing.differences(session.site, session.settings)
    if differences:
        print(existing.report(session.site, differences))
    for phase, assessment in session.converger.assessments(holds):
        word = "would run" if assessment.state is State.DUE else assessment.state.value
        print(f"{phase.name:<20} {word:<12} {assessment.reason or phase.does}")
    for name, held in sorted(holds.items()):
        print(f"  {'there' if held else 'not there':<10} {session.plan.conditions[name].what}")
    return SATISFIED


def _status(options):
    session = _Session(options)
    latest = Journal(session.site.journal).latest()
    holds = {} if options.offline else session.converger.observe()
    worst = SATISFIED
    for phase, assessment in session.converger.assessments(holds):
        record = latest.get(phase.name, {})
        last = f"{record.get('time', 'at an unknown time')} {record.get('outcome', 'interrupted')}" if record else "never"
        print(f"{phase.name:<20} {assessment.state.value:<8} last {last:<32} {assessment.reason}".rstrip())
        for problem in record.get("problems", ()):
            print(f"    {problem}")
        worst = 3 if assessment.state in (State.DUE, State.WAITING) else worst
    return worst


def _taint(options):
    def work(session):
        play = session.plan.folder / "playbooks" / "taint.yml"
        result = session.runner.playbook(play, f"taint-{options.action}", **session.narrowing(), variables={
            "taint_rollout_action": options.action, "taint_rollout_plan": options.plan,
            "node_custom_config": str(session.kolla.node_custom_config)})
        return _told(result)

    return _locked(options, work)


def _told(result):
    """Shows what a play handed out in `edgebox_report`, and what went wrong."""
    for line in result.facts.get("edgebox_report", ()):
        print(line)
    for problem in result.problems:
        print(f"FAILED {problem.host}: {problem.task}: {problem.message}")
    print(f"{'done' if result.ok else 'failed'}, {result.changed} tasks changed something; full log: {result.log}")
    return SATISFIED if result.ok else FAILED


def _backup(options):
    def work(session):
        folder = backup.new_folder(session.site, options.to)
        if options.check:
            print(f"would save to {folder}")
            return SATISFIED
        backup.save_site(session.site, folder)
        result = session.runner.playbook(
            session.plan.folder / "playbooks" / "backup.yml", "backup", **session.narrowing(),
            variables={"backup_directory": str(folder)})
        print(f"{folder}: the site directory without its vault password, which you keep elsewhere")
        status = _told(result)
        if status == SATISFIED and session.settings.enabled("enable_kolla") and session.settings.enabled("enable_mariabackup"):
            status = _told(session.kolla.run("mariadb_backup", **session.narrowing()))
        return status

    return _locked(options, work)


def _destroy(options):
    def work(session):
        name = session.site.name
        given = options.yes_destroy
        if given is None and sys.stdin.isatty():
            given = input(f"All that was deployed for {name} is removed from its hosts, data included. Type {name}: ")
        if given != name:
            print(f"edgebox: nothing was destroyed; confirm with --yes-destroy {name}", file=sys.stderr)
            return REFUSED
        Journal(session.site.journal).append(event="destroyed", run="destroy")
        status = _told(session.runner.playbook(
            session.plan.folder / "playbooks" / "destroy.yml", "destroy", **session.narrowing(),
            variables={"teardown_confirmed_site": name}))
        if status == SATISFIED and session.settings.enabled("enable_kolla"):
            status = _told(session.kolla.run("destroy", **session.narrowing()))
        return status

    return _locked(options, work)


_COMMANDS = {"init": _init, "prechecks": _prechecks, "plan": _plan, "up": _up, "status": _status, "taint": _taint,
             "backup": _backup, "destroy": _destroy}

