"""YAML as Ansible reads it: values under Ansible's own tags (!vault, !unsafe) are carried along unread."""

import dataclasses

import yaml


class Unreadable(Exception):
    """A file that is missing, no YAML, or not of the expected shape. The text names the file."""


@dataclasses.dataclass(frozen=True)
class Tagged:
    """A value under a tag that only Ansible can read. Its text form does not show it."""

    tag: str
    value: str

    def __str__(self):
        return f"({self.tag})"

    __repr__ = __str__


class _Loader(yaml.SafeLoader):
    pass


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


_Loader.add_multi_constructor("!", lambda loader, suffix, node: Tagged(f"!{suffix}", loader.construct_scalar(node)))
_Dumper.add_representer(Tagged, lambda dumper, data: dumper.represent_scalar(data.tag, data.value, style="|"))


def load_mapping(path):
    """The mapping in the file; an empty file is an empty one."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as failure:
        raise Unreadable(f"{path}: {failure.strerror}") from failure
    except UnicodeDecodeError as failure:
        raise Unreadable(f"{path}: is not UTF-8 text") from failure
    except yaml.MarkedYAMLError as failure:
        # The mark's snippet would quote the line, and with it perhaps a secret.
        mark = failure.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise Unreadable(f"{path}{place}: {failure.problem}") from failure
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise Unreadable(f"{path}: must be a mapping of keys to values")
    return content


def dump(content):
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, default_flow_style=False, allow_unicode=True)


def merged(lower, upper):
    """Mappings are merged key by key, everything else is replaced."""
    result = dict(lower)
    for key, value in upper.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result
