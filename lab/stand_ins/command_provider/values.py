"""Property values as the engine sends them: JSON with marked secrets and a word for "unknown"."""

from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc

Value = Any
"""A JSON value; numbers are floats."""
SIGNATURE = rpc._special_sig_key
SECRET = rpc._special_secret_sig
UNKNOWN = rpc.UNKNOWN


def from_struct(struct: Struct) -> dict[str, Value]:
    return MessageToDict(struct)


def to_struct(values: dict[str, Value]) -> Struct:
    struct = Struct()
    struct.update(values)
    return struct


def secret(value: Value) -> Value:
    """The value marked as a secret; a secret or an unknown stays what it is."""
    if value == UNKNOWN or is_secret(value):
        return value
    return {SIGNATURE: SECRET, "value": value}


def is_secret(value: Value) -> bool:
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def is_special(value: Value) -> bool:
    """An asset, an archive or a resource: anything marked that is not a secret."""
    return isinstance(value, dict) and SIGNATURE in value and not is_secret(value)


def plain(value: Value) -> Value:
    """The value with the marks of secrets taken off, at every depth."""
    if is_secret(value):
        return plain(value["value"])
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


def has_unknown(value: Value) -> bool:
    """Whether any part of the value is not known yet (preview)."""
    if isinstance(value, dict):
        return any(has_unknown(each) for each in value.values())
    if isinstance(value, list):
        return any(has_unknown(each) for each in value)
    return value == UNKNOWN
