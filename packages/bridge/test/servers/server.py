"""A small MCP server on stdio, in JSON-RPC written by hand: nothing but Python's own library.

Tools: echo (its argument), slow (progress, then an answer), ask (asks the client for a completion), loud (writes what is no
message), long (as many characters as asked for), die (ends the process).
"""
import json
import os
import sys
import time

TEXT = {"type": "object", "properties": {"text": {"type": "string"}, "size": {"type": "integer"}}}
NAMES = ["echo", "slow", "ask", "loud", "long", "die", "pid", "env"]


def send(message):
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def read():
    line = sys.stdin.readline()
    return json.loads(line) if line else sys.exit(0)


def text(value):
    return {"content": [{"type": "text", "text": value}]}


def call(message):
    name = message["params"]["name"]
    given = message["params"].get("arguments", {})
    token = message["params"].get("_meta", {}).get("progressToken")
    if name == "echo":
        return text("echo:" + json.dumps(given, sort_keys=True))
    if name == "pid":
        return text(str(os.getpid()))
    if name == "env":
        return text(",".join(sorted(name for name in os.environ if name.startswith(("TURNPIKE_", "SAMPLE_")))))
    if name == "slow":
        for step in (1, 2):
            if token is not None:
                send({"method": "notifications/progress", "params": {"progressToken": token, "progress": step, "total": 2}})
            time.sleep(0.05)
        return text("slow")
    if name == "ask":
        send({"id": "python-1", "method": "sampling/createMessage", "params": {
            "messages": [{"role": "user", "content": {"type": "text", "text": "which way?"}}], "maxTokens": 5}})
        return text("answer:" + read()["result"]["content"]["text"])
    if name == "loud":
        sys.stdout.write("Traceback: this is no message\n{\"half\": \n\n")
        return text("loud")
    if name == "long":
        return text("x" * given["size"])
    os._exit(3)


while True:
    message = read()
    method = message.get("method")
    if "id" not in message or method is None:
        continue
    if method == "initialize":
        result = {"protocolVersion": message["params"]["protocolVersion"], "capabilities": {"tools": {}},
                  "serverInfo": {"name": "python-sample", "version": "1"}}
    elif method == "tools/list":
        result = {"tools": [{"name": name, "description": name, "inputSchema": TEXT} for name in NAMES]}
    elif method == "tools/call":
        result = call(message)
    elif method == "sample/unknown":
        result = {"known": message["params"]}
    else:
        send({"id": message["id"], "error": {"code": -32601, "message": "Method not found: " + method}})
        continue
    send({"id": message["id"], "result": result})
