"""YAML as Ansible reads it: values under Ansible's own tags (!vault, !unsafe) are carried along unread."""

import dataclasses

import yaml


class Unreadable(Exception):
    """A file that is missing, not YAML, or not of the expected shape. The text names the file."""


@dataclasses.dataclass(frozen=True)
class Tagged:
    """A value under a tag that only Ansible can read. Its text form does not show it."""

    tag: str
    value: str

    def __str__(self):
        return f"({self.tag})"

    __repr__ = __str__


class _Loader(yaml.SafeLoader):
    """Collects keys that a mapping has twice; PyYAML and Ansible let the last one win without a word."""

    def __init__(self, stream):
        super().__init__(stream)
        self.repeated = []

    def construct_mapping(self, node, deep=False):
        lines = {}
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if not isinstance(key, yaml.ScalarNode):
                continue
            line = key.start_mark.line + 1
            if key.value in lines and key.value != "<<":
                self.repeated.append(f"{key.value} (lines {lines[key.value]} and {line})")
            lines[key.value] = line
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


_Loader.add_multi_constructor("!", lambda loader, suffix, node: Tagged(f"!{suffix}", loader.construct_scalar(node)))
_Dumper.add_representer(Tagged, lambda dumper, data: dumper.represent_scalar(data.tag, data.value, style="|"))


def load_mapping(path):
    """The mapping in the file; an empty file is an empty one."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        try:
            content = loader.get_single_data()
        finally:
            loader.dispose()
    except OSError as failure:
        raise Unreadable(f"{path}: {failure.strerror}") from failure
    except UnicodeDecodeError as failure:
        raise Unreadable(f"{path}: is not UTF-8 text") from failure
    except yaml.MarkedYAMLError as failure:
        # The mark's snippet would quote the line, and with it perhaps a secret.
        mark = failure.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise Unreadable(f"{path}{place}: {failure.problem}") from failure
    if loader.repeated:
        raise Unreadable(f"{path}: has keys more than once, of which only the last would count: {', '.join(loader.repeated)}")
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
