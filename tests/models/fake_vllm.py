"""Stands in for `vllm`: `fake_vllm.py MODE serve FOLDER … --port …`.

It answers as vLLM does with one word at a time, has a child process as vLLM has, and misbehaves
as MODE says.
"""

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODE = sys.argv[1]
PORT = int(sys.argv[sys.argv.index("--port") + 1])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({"data": [{"id": "base", "max_model_len": 77}]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/chat/completions":
            self.answer({"path": self.path, **body})
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for at, word in enumerate([json.dumps(body), *["and"] * body["max_tokens"]]):
            time.sleep(0.01)
            self.event({"choices": [{"delta": {"content": f"{word} "}}]}, 1 + at)
        self.event({"choices": [{"delta": {}, "finish_reason": "length"}]}, 1)

    def event(self, value, made):
        value["usage"] = {"prompt_tokens": 9, "completion_tokens": made}
        self.wfile.write(f"data: {json.dumps(value)}\n\n".encode())

    def answer(self, value):
        known = self.headers.get("Authorization") == f"Bearer {os.environ['VLLM_API_KEY']}"
        content = json.dumps(value).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

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
    if MODE == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    if MODE == "slow":
        time.sleep(600)
    ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()


main()
