# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""perfetto_read.py FILE: a trace by Perfetto's own schema, as JSON; for the venv that has it."""
import json
import sys

from google.protobuf.json_format import MessageToDict
from perfetto.protos.perfetto.trace import perfetto_trace_pb2

trace = perfetto_trace_pb2.Trace()
with open(sys.argv[1], "rb") as file:
    trace.ParseFromString(file.read())
for packet in trace.packet:
    # A field that the schema does not know would be kept as bytes.
    again = type(packet)()
    again.CopyFrom(packet)
    again.DiscardUnknownFields()
    assert again.ByteSize() == packet.ByteSize(), packet
json.dump([MessageToDict(packet, preserving_proto_field_name=True) for packet in trace.packet], sys.stdout)
