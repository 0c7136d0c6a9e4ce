"""Stands in for `vllm`: `fake_vllm.py MODE serve FOLDER … --uds …`.

It answers as vLLM does with one word at a time, has a child process as vLLM has, and misbehaves
as MODE says.
"""

import json
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingUnixStreamServer

MODE = sys.argv[1]
SOCKET = sys.argv[sys.argv.index("--uds") + 1]
METRICS = """# TYPE vllm:spec_decode_num_draft_tokens counter
vllm:spec_decode_num_draft_tokens_total{engine="0"} 40.0
vllm:spec_decode_num_draft_tokens_total{engine="1"} 2.0
vllm:spec_decode_num_accepted_tokens_total{engine="0"} 30.0
"""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/metrics":
            self.send(METRICS)
        else:
            self.send(json.dumps({"data": [{"id": "base", "max_model_len": 77}]}))

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/chat/completions":
            self.send("{}")
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for at, word in enumerate([json.dumps(body), *["and"] * body["max_tokens"]]):
            time.sleep(600 if MODE == "silent" and word == "and" else 0.01)
            self.event({"choices": [{"delta": {"content": f"{word} "}}]}, 1 + at)
        self.event({"choices": [{"delta": {}, "finish_reason": "length"}]}, 1)

    def event(self, value, made):
        value["usage"] = {
            "prompt_tokens": 9,
            "completion_tokens": made,
            "prompt_tokens_details": {"cached_tokens": 4},
        }
        self.wfile.write(f"data: {json.dumps(value)}\n\n".encode())

    def send(self, text):
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """Say nothing."""


def main():
    print("(APIServer pid=7) INFO 11-30 12:00:00 [config.py:7] loading", flush=True)
    if MODE == "dying":
        prefix = "(EngineCore pid=8) ERROR 11-30 12:00:00 [core.py:8]"
        print(f"{prefix} Traceback (most recent call last):")
        print(f"{prefix} ValueError: the weights are made of cheese")
        print("RuntimeError: Engine core initialization failed. See root cause above.")
        sys.exit(3)
    if MODE == "complaining":
        print("ValueError: that was no grammar\nit goes on", flush=True)
    if MODE == "talkative":
        for _ in range(20):
            print("word " * 200_000, flush=True)
    if MODE == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    if MODE == "slow":
        time.sleep(600)
    ThreadingUnixStreamServer(SOCKET, Handler).serve_forever()


main()
