# SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
"""A notebook's front end: starts an ipykernel, runs each cell (JSON, a line) in it over ZMQ.

Prints what the cell printed and its result as one line of JSON; the last line ends the kernel.
"""
import json
import sys

from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="python3")
print("READY", flush=True)
try:
    for line in sys.stdin:
        said = []

        def hear(message):
            content = message["content"]
            if message["msg_type"] == "stream" and content["name"] == "stdout":
                said.append(content["text"])
            elif message["msg_type"] == "execute_result":
                said.append(content["data"]["text/plain"])
            elif message["msg_type"] == "error":
                said.append("ERROR " + content["evalue"])

        client.execute_interactive(json.loads(line), output_hook=hear, timeout=60)
        print(json.dumps(said), flush=True)
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
