"""The configuration of a site as one mapping, with references between its keys resolved."""

import jinja2
import jinja2.meta
import jinja2.nativetypes
import jinja2.sandbox

from edgebox_lib.documents import Tagged

_TRUE = {"yes", "true", "on", "1", "y", "t"}
_FALSE = {"no", "false", "off", "0", "n", "f", ""}


def truth(value):
    """As Ansible's filter `bool` sees it."""
    return str(value).strip().lower() in _TRUE


def is_placeholder(value):
    """Whether the example's `<something>` stands there still."""
    return isinstance(value, str) and value.startswith("<") and value.endswith(">")


class Unresolved:
    """Stands for a value that is not known here: only Ansible can work it out (a filter, a host's facts), or it was never filled in."""

    def __repr__(self):
        return "(worked out by Ansible)"


UNRESOLVED = Unresolved()


class _Environment(jinja2.sandbox.SandboxedEnvironment, jinja2.nativetypes.NativeEnvironment):
    pass


class _Referenced(dict):
    """Lets a template look a key up, which is resolved at that moment."""

    def __init__(self, settings, path):
        super().__init__()
        self._settings, self._path = settings, path

    def __contains__(self, key):
        return key in self._settings.raw

    def __getitem__(self, key):
        if key in self._path:
            raise jinja2.UndefinedError(f"{key} refers to itself")
        value = self._settings.resolve(self._settings.raw[key], (*self._path, key))
        if value is UNRESOLVED:
            raise jinja2.UndefinedError(key)
        return value

    def keys(self):
        return self._settings.raw.keys()


class Settings:
    """Read-only view on a configuration. `raw` is what the files say."""

    def __init__(self, raw):
        self.raw = raw
        self._environment = _Environment(undefined=jinja2.StrictUndefined)
        self._environment.filters["bool"] = truth

    def __contains__(self, key):
        return key in self.raw

    def get(self, key, default=None):
        """The resolved value, `default` where the key is absent or empty, or UNRESOLVED."""
        value = self.resolve(self.raw.get(key), (key,))
        return default if value is None or value == "" else value

    def text(self, key):
        """The value as text, or None where it is absent, empty or known to Ansible only."""
        value = self.get(key)
        return None if value is None or value is UNRESOLVED else str(value)

    def loops(self):
        """Keys whose value depends on itself, each loop once, as the keys in the order in which they refer to each other."""
        references = {key: sorted(self._references(value)) for key, value in self.raw.items()}
        found, done = [], set()

        def walk(key, path):
            if key in path:
                loop = path[path.index(key):]
                if not any(set(loop) == set(other) for other in found):
                    found.append(loop)
                return
            if key in done:
                return
            for other in references.get(key, ()):
                walk(other, [*path, key])
            done.add(key)

        for key in sorted(references, key=str):
            walk(key, [])
        return found

    def _references(self, value):
        """Keys of this configuration that templates in the value name."""
        if isinstance(value, dict):
            return set().union(*map(self._references, value.values())) if value else set()
        if isinstance(value, list):
            return set().union(*map(self._references, value)) if value else set()
        if not isinstance(value, str) or ("{{" not in value and "{%" not in value):
            return set()
        try:
            return {name for name in jinja2.meta.find_undeclared_variables(self._environment.parse(value)) if name in self.raw}
        except jinja2.TemplateError:
            return set()

    def enabled(self, key):
        """Whether the switch is on; one that only Ansible can work out counts as off."""
        value = self.get(key, False)
        return value is not UNRESOLVED and truth(value)

    def resolve(self, value, path=()):
        if isinstance(value, Tagged):
            return UNRESOLVED
        if isinstance(value, list):
            return [self.resolve(item, path) for item in value]
        if isinstance(value, dict):
            return {key: self.resolve(item, path) for key, item in value.items()}
        if is_placeholder(value):
            return UNRESOLVED
        if not isinstance(value, str) or ("{{" not in value and "{%" not in value):
            return value
        try:
            template = self._environment.from_string(value)
            names = jinja2.meta.find_undeclared_variables(self._environment.parse(value))
            reference = _Referenced(self, path)
            result = template.render({name: reference[name] for name in names if name in reference})
            return UNRESOLVED if isinstance(result, jinja2.Undefined) else result
        except Exception:  # Whatever a template may do wrong: Ansible has more filters than are known here.
            return UNRESOLVED
