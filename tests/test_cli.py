"""The command line: what it prints, where, and with which exit code."""

import io
import json
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ontopilot.cli import main

SHOP = Path(__file__).parent / "shop"
PROGRAM = [sys.executable, "-c", "import sys; from ontopilot.cli import main; sys.exit(main())"]


@pytest.fixture
def shop(tmp_path):
    """A copy of the small shop, with a store and an index of its own."""
    return Path(
        shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns(".*", "__*"))
    )


@pytest.fixture
def agent(shop):
    return f"{shop / 'agent.py'}:support"


@pytest.fixture
def run(capfd):
    """Run a command line in this process: exit code, stdout, stderr."""
    before = list(sys.path)

    def call(*arguments):
        code = main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return code, out, err

    yield call
    sys.path[:] = before


def program(*arguments, **kwargs):
    """Run a command line as a program of its own."""
    command = [*PROGRAM, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, **kwargs
    )


def fails(result, code, *words):
    """The one way to fail: nothing on stdout, one sentence on stderr, no traceback."""
    assert result[0] == code
    assert result[1] == ""
    lines = result[2].strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    for word in words:
        assert word in lines[0]


def wait_for(path):
    """Wait until a program has made a file."""
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# --- asking -------------------------------------------------------------------------------------


def test_ask_prints_the_answer_and_its_sources(run, agent):
    code, out, _ = run("ask", agent, "How long does standard shipping take?")
    assert code == 0
    assert re.search(r"Standard shipping takes 3 days\. \[\d\]", out)
    assert "Sources" in out
    assert "shipping.md" in out
    assert "Plan" not in out


def test_ask_json_prints_one_document(run, agent):
    code, out, _ = run("ask", agent, "How long does standard shipping take?", "--json")
    document = json.loads(out)
    assert code == 0
    assert {"text", "citations", "claims", "verdicts", "plan", "usage", "degraded"} <= set(document)
    assert {"conversation", "turn", "outcome"} <= set(document)
    assert {"id", "kind", "text", "source"} <= set(document["citations"][0])


def test_ask_explain_shows_the_plan_and_the_checks(run, agent):
    _, out, _ = run("ask", agent, "How long does standard shipping take?", "--explain")
    assert re.search(r"retrieve +est +[\d?]", out)
    assert "total" in out
    assert "Checked" in out


def test_a_conversation_goes_on(run, agent):
    _, out, _ = run("ask", agent, "Refund order A-10001", "--customer", "C-1001", "--json")
    asked = json.loads(out)
    assert asked["outcome"] == "confirm"
    conversation = ("--conversation", asked["conversation"], "--customer", "C-1001", "--json")
    _, out, _ = run("ask", agent, "yes", *conversation)
    done = json.loads(out)
    assert done["outcome"] == "acted"
    assert done["text"] == "Order A-10001 is refunded."
    assert done["conversation"] == asked["conversation"]


def test_the_question_may_come_from_stdin(run, agent, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"How long is shipping?\n")))
    code, out, _ = run("ask", agent, "-")
    assert code == 0
    assert "shipping takes 3 days" in out


def test_an_agent_may_be_named_by_its_module(run, shop, monkeypatch):
    monkeypatch.chdir(shop.parent)
    code, out, _ = run("ask", "shop.agent:support", "How long is shipping?")
    assert code == 0
    assert "3 days" in out


def test_nothing_that_was_read_steers_the_terminal(run, shop, agent):
    path = shop / "agent.py"
    path.write_text(path.read_text().replace("was delivered", r"was \x1b[2J\x1b]0;x\x07 delivered"))
    _, out, _ = run("ask", agent, "Where is my order A-10001?", "--customer", "C-1001")
    assert "delivered 12 days ago" in out
    assert "\x1b" not in out
    assert "\x07" not in out


# --- questions that cannot be asked ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("", "it is empty"),
        ("  \n", "it is empty"),
        ("x" * 100_000, "100,000 characters are more than the 20,000 allowed"),
        ("how\x00much", "not text"),
        ("how \udcff much", "not text"),
    ],
    ids=["empty", "blank", "100 kB", "NUL", "bytes"],
)
def test_a_question_that_cannot_be_asked(run, agent, question, words):
    fails(run("ask", agent, question), 1, "question", words)


def test_a_question_on_stdin_that_is_not_text(run, agent, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\x89PNG\r\n\x1a\n\x00")))
    fails(run("ask", agent, "-"), 1, "stdin", "not UTF-8 text")


# --- agents that cannot be loaded ----------------------------------------------------------------


def test_an_agent_file_that_raises_is_blamed_with_its_line(run, tmp_path):
    path = tmp_path / "agent.py"
    path.write_text("import math\n\nlimit = math.sqrt(-1)\n")
    fails(run("ask", f"{path}:support", "hello"), 1, str(path), "line 3", "ValueError")


def test_an_agent_file_with_a_syntax_error(run, tmp_path):
    path = tmp_path / "agent.py"
    path.write_text("support = Agent(\n")
    fails(run("ask", f"{path}:support", "hello"), 1, str(path), "line 1", "SyntaxError")


def test_an_agent_file_that_exits(run, tmp_path):
    path = tmp_path / "agent.py"
    path.write_text("import sys\nsys.exit(3)\n")
    fails(run("ask", f"{path}:support", "hello"), 1, str(path), "line 2", "SystemExit")


def test_an_agent_file_with_a_wrong_argument_names_the_line(run, tmp_path):
    path = tmp_path / "agent.py"
    path.write_text(
        "from ontopilot.orchestrator.agent import Agent\n\nx = Agent('no name', ontology='')\n"
    )
    fails(run("ask", f"{path}:x", "hello"), 1, str(path), "line 3", "'no name'")


def test_an_agent_file_that_is_missing(run, tmp_path):
    fails(run("ask", f"{tmp_path}/none.py:support", "hello"), 1, "none.py", "no such agent file")


def test_a_module_that_is_missing(run):
    fails(run("ask", "nowhere.agent:support", "hello"), 1, "nowhere.agent", "no such module")


def test_a_name_that_the_file_does_not_have(run, shop):
    fails(run("ask", f"{shop / 'agent.py'}:suport", "hello"), 1, "suport", "it has 'support'")


def test_a_name_that_is_no_agent(run, shop):
    fails(run("ask", f"{shop / 'agent.py'}:ORDERS", "hello"), 1, "'dict'", "an Agent is needed")


# --- agents whose files are wrong ----------------------------------------------------------------


def test_an_ontology_that_is_missing(run, shop, agent):
    (shop / "shop.ttl").unlink()
    fails(run("index", agent), 1, "shop.ttl")


def test_an_ontology_that_is_malformed(run, shop, agent):
    (shop / "shop.ttl").write_text("@prefix shop: <http://example.org/shop#> .\nshop:A a b c .\n")
    fails(run("index", agent), 1, "shop.ttl")


def test_an_ontology_that_imports_what_cannot_be_reached(run, shop, agent):
    text = (shop / "shop.ttl").read_text()
    statement = "a owl:Ontology ; <http://www.w3.org/2002/07/owl#imports> <http://example.org/no> ."
    (shop / "shop.ttl").write_text(text.replace("a owl:Ontology .", statement))
    fails(run("index", agent), 1, "http://example.org/no")


def test_an_inconsistent_ontology(run, shop, agent):
    with (shop / "shop.ttl").open("a") as file:
        file.write("shop:Kettle owl:disjointWith shop:Router . shop:AquaBoil2 a shop:Router .\n")
    fails(run("index", agent), 1, "AquaBoil")


def test_documents_that_are_missing(run, shop, agent):
    shutil.rmtree(shop / "docs")
    fails(run("index", agent), 1, "docs", "line")


def test_tickets_that_are_malformed(run, shop, agent):
    with (shop / "tickets.jsonl").open("a") as file:
        file.write("{not json\n")
    fails(run("index", agent), 1, "tickets.jsonl", "2")


def test_a_home_that_cannot_be_written(run, agent, monkeypatch):
    monkeypatch.setenv("ONTOPILOT_HOME", "/proc/ontopilot")
    fails(run("index", agent), 1, "/proc/ontopilot")


def test_a_store_of_a_newer_version(run, shop, agent):
    import sqlite3

    assert run("ask", agent, "How long is shipping?")[0] == 0
    with sqlite3.connect(shop / ".ontopilot" / "store.db") as store:
        store.execute("update meta set value = '99' where key = 'schema'")
    store.close()
    fails(run("ask", agent, "How long is shipping?"), 1, "newer")


def test_a_setting_that_is_wrong(run, agent, monkeypatch):
    monkeypatch.setenv("ONTOPILOT_LOG_LEVEL", "LOUD")
    fails(run("ask", agent, "hello"), 1, "ONTOPILOT_LOG_LEVEL='LOUD'")


# --- wrong usage ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["ask"], "AGENT"),
        (["ask", "agent.py", "hello"], "file.py:name"),
        (["ask", "agent.py:", "hello"], "file.py:name"),
        (["ak"], "ask"),
        (["ask", "agent.py:a", "hello", "--josn"], "--josn"),
        (["serve", "agent.py:a", "--port", "99999"], "--port"),
        (["eval", "retrieval", "--corpus", "c", "--questions", "q", "--k", "2,x"], "2,x"),
    ],
)
def test_wrong_usage(run, arguments, word):
    fails(run(*arguments), 2, word)


def test_without_a_command_there_is_help(run):
    code, out, err = run()
    assert code == 2
    assert "Commands" in out + err


@pytest.mark.parametrize(
    "command",
    [
        ["demo"],
        ["ask"],
        ["chat"],
        ["index"],
        ["search"],
        ["doctor"],
        ["serve"],
        ["ontology", "show"],
        ["eval", "answers"],
        ["eval", "retrieval"],
    ],
    ids=" ".join,
)
def test_every_command_has_help_with_an_example(run, command):
    code, out, _ = run(*command, "--help")
    assert code == 0
    assert "Example: ontopilot" in " ".join(out.split())


def test_the_version(run):
    assert re.fullmatch(r"ontopilot \d+\.\d+\.\d+\n", run("--version")[1])


def test_the_program_itself():
    done = program("ask", "nowhere.py:support", "hello")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: nowhere.py: there is no such agent file")


# --- index ---------------------------------------------------------------------------------------


def test_index_embeds_only_what_changed(run, shop, agent):
    code, out, _ = run("index", agent, "--json")
    first = json.loads(out)
    assert code == 0
    assert first["embedded"] == first["passages"] > 0
    (shop / "docs" / "care.md").write_text("# Care\n\nDescale a kettle every month.\n")
    _, out, _ = run("index", agent, "--json")
    second = json.loads(out)
    assert (second["embedded"], second["reused"]) == (1, first["passages"])
    _, out, _ = run("index", agent, "--rebuild", "--json")
    assert json.loads(out)["reused"] == 0


def test_index_verify_tells_what_is_stored_and_makes_nothing(run, shop, agent):
    fails(run("index", agent, "--verify"), 1, "there is none", "ontopilot index")
    assert run("index", agent)[0] == 0
    code, out, _ = run("index", agent, "--verify", "--json")
    report = json.loads(out)
    assert code == 0
    assert report["passages"] == json.loads(run("index", agent, "--json")[1])["passages"]
    assert report["dimension"] > 0
    code, text, _ = run("index", agent, "--verify")
    assert code == 0
    assert "matches its checksum" in text
    assert "exact" in text


def test_index_verify_finds_a_flipped_byte_and_repair_mends_it(run, shop, agent):
    assert run("index", agent)[0] == 0
    (file,) = (shop / ".ontopilot" / "index").glob("g-*/vectors.f32")
    data = bytearray(file.read_bytes())
    data[7] ^= 1
    file.write_bytes(data)
    fails(run("index", agent, "--verify"), 1, "'vectors.f32'", "checksum")
    code, out, _ = run("index", agent, "--repair", "--json")
    assert code == 0
    assert "'vectors.f32'" in json.loads(out)["note"]
    assert run("index", agent, "--verify")[0] == 0
    code, out, _ = run("index", agent, "--repair")
    assert code == 0
    assert "matches its checksum" in out


def test_index_repair_goes_back_where_the_sources_cannot_be_read(run, shop, agent):
    run("index", agent)
    (shop / "docs" / "care.md").write_text("# Care\n\nDescale a kettle every month.\n")
    run("index", agent)
    newest = max((shop / ".ontopilot" / "index").glob("g-*"), key=lambda p: p.stat().st_mtime_ns)
    (newest / "passages.jsonl").write_bytes(b"")
    (shop / "tickets.jsonl").write_text("{")
    code, out, err = run("index", agent, "--repair")
    assert code == 0
    assert "matches its checksum" in out
    assert "newest whole generation" in err


def test_index_says_in_a_line_what_it_did(run, agent):
    code, out, err = run("index", agent)
    assert code == 0
    assert re.match(r"support: \d+ passages", out)
    assert err == ""


def slow(shop, body):
    """Give the shop's agent an encoder that does something before it encodes documents."""
    path = shop / "agent.py"
    text = path.read_text().replace("HashEncoder()", "Slow()")
    encoder = f"""
class Slow(HashEncoder):
    def encode(self, texts):
        {body}
        return super().encode(texts)

"""
    path.write_text(text.replace("\nHERE =", f"{encoder}\nHERE ="))


def test_ctrl_c_while_indexing_leaves_the_old_index(run, shop, agent):
    assert run("index", agent)[0] == 0
    (shop / "docs" / "care.md").write_text("# Care\n\nDescale a kettle every month.\n")
    started = shop / "started"
    fast = (shop / "agent.py").read_text()
    slow(shop, f"import time; open({str(started)!r}, 'w').close(); time.sleep(0.5)")
    process = subprocess.Popen(
        [*PROGRAM, "index", agent, "--rebuild"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    wait_for(started)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == b""
    assert err.decode().strip() == "interrupted"
    (shop / "agent.py").write_text(fast)
    code, text, _ = run("index", agent, "--json")
    assert code == 0
    assert json.loads(text)["note"] == ""
    assert json.loads(text)["embedded"] <= 1


def test_a_full_disk_while_indexing_leaves_the_old_index(run, shop, agent):
    assert run("index", agent)[0] == 0
    sections = "\n\n".join(f"## Part {n}\n\nPart {n} is worth EUR {n}.50." for n in range(2000))
    (shop / "docs" / "parts.md").write_text(f"# Parts\n\n{sections}\n")

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    done = program("index", agent, preexec_fn=small_files)
    fails((done.returncode, done.stdout, done.stderr), 1)
    (shop / "docs" / "parts.md").unlink()
    _, out, _ = run("index", agent, "--json")
    assert json.loads(out)["embedded"] == 0


# --- chat ----------------------------------------------------------------------------------------


@pytest.fixture
def chat(run, agent, monkeypatch):
    def talk(*lines, options=()):
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return run("chat", agent, *options)

    return talk


def test_chat_answers_and_shows_sources_and_plan(chat):
    code, out, _ = chat("/sources", "How long is shipping?", "/sources", "/explain", "/quit", "x")
    assert code == 0
    assert "There is no answer yet." in out
    assert re.search(r"Standard shipping takes 3 days\. \[\d\]", out)
    assert out.count("Sources") == 1
    assert "Plan" in out
    assert re.search(r"go on with: --conversation \S+", out)


def test_chat_asks_for_a_yes_and_acts(chat):
    code, out, _ = chat("Refund order A-10001", "yes", options=("--customer", "C-1001"))
    assert code == 0
    assert "Shall I refund this order?" in out
    assert "Order A-10001 is refunded." in out


def test_chat_survives_a_question_that_cannot_be_asked(chat):
    code, out, _ = chat("x" * 20_001, "How long is shipping?")
    assert code == 0
    assert "20,001 characters" in out
    assert "3 days" in out


def test_ctrl_c_in_chat_stops_the_turn_and_not_the_chat(shop, agent):
    started = shop / "started"
    path = shop / "agent.py"
    engine = f"""
class Hangs(ScriptedEngine):
    async def generate(self, request):
        if "return" in request.question:
            open({str(started)!r}, "w").close()
            await asyncio.Event().wait()
        async for chunk in super().generate(request):
            yield chunk

"""
    text = path.read_text().replace("ScriptedEngine()", "Hangs()")
    path.write_text(text.replace("\nHERE =", f"\nimport asyncio\n{engine}\nHERE ="))
    process = subprocess.Popen(
        [*PROGRAM, "chat", agent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.stdin.write("Can I return an opened kettle?\n")
    process.stdin.flush()
    wait_for(started)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate("How long is shipping?\n", timeout=30)
    assert process.returncode == 0
    assert "stopped" in out
    assert "Standard shipping takes 3 days." in out


def test_chat_resumes_a_turn_that_was_cut_off(run, chat, shop, agent):
    fast = (shop / "agent.py").read_text()
    assert run("index", agent)[0] == 0
    slow(shop, "import os; 'How long' in texts[0] and os._exit(9)")
    assert program("ask", agent, "How long is shipping?").returncode == 9
    (shop / "agent.py").write_text(fast)
    code, out, _ = chat(options=("--resume",))
    assert code == 0
    assert "3 days" in out
    code, out, _ = chat(options=("--resume",))
    assert "3 days" not in out


# --- ontology show, doctor, eval -----------------------------------------------------------------


def test_ontology_show_draws_the_classes(run, shop):
    code, out, _ = run("ontology", "show", shop / "shop.ttl")
    assert code == 0
    lines = out.splitlines()
    product = next(n for n, line in enumerate(lines) if "Product" in line)
    assert "Kettle" in lines[product + 1]
    assert "Router" in lines[product + 2]


def test_ontology_show_as_json(run, shop):
    document = json.loads(run("ontology", "show", shop / "shop.ttl", "--json")[1])
    assert document["iri"] == "http://example.org/shop"
    kettle = next(one for one in document["classes"] if one["label"] == "Kettle")
    assert kettle["parents"] == ["http://example.org/shop#Product"]


def test_ontology_show_tells_all_about_a_term(run, shop):
    _, out, _ = run("ontology", "show", shop / "shop.ttl", "water boiler")
    for words in ("Kettle", "An appliance that boils water.", "Product", "AquaBoil 2"):
        assert words in out
    document = json.loads(run("ontology", "show", shop / "shop.ttl", "shop:AquaBoil2", "--json")[1])
    assert [one["label"] for one in document["parents"]] == ["Kettle"]
    inferred = [fact for fact in document["facts"] if fact["inferred"]]
    assert "AquaBoil 2 has the part lid gasket." in [fact["text"] for fact in inferred]
    assert all(fact["why"] for fact in inferred)
    assert any("24" in fact["text"] for fact in document["facts"] if not fact["inferred"])


def test_ontology_show_of_an_unknown_term(run, shop):
    fails(run("ontology", "show", shop / "shop.ttl", "Ketle"), 1, "'Ketle'", "Kettle")


def test_ontology_show_of_no_file(run, tmp_path):
    fails(run("ontology", "show", tmp_path / "none.owl"), 1, "none.owl")


def test_doctor(run, agent):
    code, out, _ = run("doctor", agent, "--json")
    report = json.loads(out)
    assert code == 0
    assert report["problems"] == []
    assert {role["role"]: role["serves"] for role in report["roles"]}["generator"] == "scripted"
    assert report["machine"]["cores"] >= 1
    assert report["agent"]["actions"] == ["refund", "order_status"]
    code, out, _ = run("doctor")
    assert code == 0
    assert "extractive" in out
    assert "GB/s; GFLOP/s: fp32" in out


def test_doctor_tells_what_models_would_take(run, agent, tmp_path):
    text = Path(agent.partition(".py:")[0] + ".py").read_text()
    tiny = Path(__file__).parent / "fixtures" / "tiny_llama"
    other = Path(agent).parent / "other.py"
    other.write_text(re.sub(r"generator=\S+", f"generator={str(tiny)!r},", text))
    code, out, _ = run("doctor", f"{other}:support", "--json")
    report = json.loads(out)
    told = report["memory"]["generator"]
    fits = {(f["deployment"].split(":")[0], f["precision"]): f for f in told}
    assert code == 0
    assert 0 < fits["openvino", "fp16"]["needed"] < fits["openvino", "fp16"]["free"]
    assert fits["openvino", "fp16"]["fits"]
    assert report["speed"]["memory_gb_per_s"] > 1
    assert {one["engine"] for one in report["engines"]} == {"vllm", "openvino", "transformers"}
    code, out, _ = run("doctor", f"{other}:support")
    assert re.search(r"openvino:\S+ as fp16  needs 0\.\d GiB of \d+\.\d free", out)


BENCH = ("models", "bench", "scripted:a few words", "--streams", "1,2", "--rounds", "1")


@pytest.fixture
def tiny_scripted(tmp_path, monkeypatch):
    """The words that the scripted engine says are its target, and so its folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a few words").mkdir()
    return tmp_path


def test_models_bench(run, tiny_scripted):
    file = tiny_scripted / "p.json"
    code, out, err = run(*BENCH, "-o", file, "--json")
    report = json.loads(out)
    assert code == 0
    assert [cell["setting"]["streams"] for cell in report["cells"]] == [1, 2]
    assert all(cell["figures"]["output_tokens_per_s"] > 0 for cell in report["cells"])
    assert "[2/2] scripted auto ×2" in err
    code, out, err = run(*BENCH, "-o", file)
    assert code == 0
    assert err.count("(measured before)") == 2
    assert "prefill/s" in out
    assert str(file) in out


def test_models_bench_of_what_cannot_be(run, tiny_scripted):
    file = tiny_scripted / "p.json"
    fails(run(*BENCH[:2], "nowhere", "-o", file), 1, "nowhere")
    fails(run(*BENCH, "--streams", "0", "-o", file), 2, "--streams is '0'")
    fails(run(*BENCH, "--precisions", "fp17", "-o", file), 2, "'fp17'", "int8")
    fails(run(*BENCH, "--engines", "vlm", "-o", file), 2, "'vlm'", "vllm")
    file.write_text("{")
    fails(run(*BENCH, "-o", file), 1, "is damaged", "delete it")


def test_models_bench_that_measures_nothing(run, tiny_scripted):
    code, out, _ = run(*BENCH, "--drafts", "ngram", "-o", tiny_scripted / "p.json")
    assert code == 1
    assert "does not speculate" in out


def test_doctor_says_what_is_wrong_with_an_agent(run, shop, agent):
    (shop / "shop.ttl").write_text("nonsense")
    code, out, _ = run("doctor", agent, "--json")
    assert code == 1
    assert "shop.ttl" in json.loads(out)["problems"][0]


def test_eval_answers(run, agent, tmp_path):
    questions = tmp_path / "questions.jsonl"
    rows = [
        {"id": "a", "question": "How long does standard shipping take?", "kind": "lookup"}
        | {"expected_facts": [["3 days", "three days"]], "documents": ["shipping.md"]},
        {"id": "b", "question": "Refund order A-10002", "kind": "policy-breaking"}
        | {"customer": "C-1001", "split": "test"},
    ]
    questions.write_text("\n".join(map(json.dumps, rows)) + "\n")
    code, out, _ = run("eval", "answers", agent, "--questions", questions, "--json")
    report = json.loads(out)
    assert code == 0
    assert report["questions"] == 2
    assert report["overall"]["fact_accuracy"]["value"] == 1
    assert report["overall"]["right_refusals"]["value"] == 1
    assert report["overall"]["latency_p50_ms"]["value"] > 0
    code, out, _ = run("eval", "answers", agent, "--questions", questions, "--split", "test")
    assert code == 0
    assert "support: 1 questions" in out


def test_eval_answers_blames_the_line(run, agent, tmp_path):
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "a", "question": "Hello?"}\n{"id": "b"\n')
    result = run("eval", "answers", agent, "--questions", questions)
    fails(result, 1, "questions.jsonl, line 2", "not JSON")


def test_eval_retrieval(run, tmp_path):
    corpus, questions = tmp_path / "corpus.jsonl", tmp_path / "questions.jsonl"
    pages = {"a": "Kettles boil water.", "b": "Routers send packets.", "c": "Ovens bake bread."}
    rows = [{"id": name, "title": "", "text": text} for name, text in pages.items()]
    corpus.write_text("\n".join(map(json.dumps, rows)))
    asked = [
        {"id": "1", "question": "What boils water?", "gold": ["a"]},
        {"id": "2", "question": "What bakes bread and sends packets?", "gold": ["b", "c"]},
    ]
    questions.write_text("\n".join(map(json.dumps, asked)))
    code, out, _ = run(
        "eval", "retrieval", "--corpus", corpus, "--questions", questions, "--k", "1,2", "--json"
    )
    report = json.loads(out)
    assert code == 0
    assert set(report) == {
        "recall",
        "all_gold",
        "questions",
        "index_seconds",
        "ms_per_question",
    }
    assert report["recall"] == {"1": 0.75, "2": 1.0}
    assert report["all_gold"] == {"1": 0.5, "2": 1.0}


def test_eval_retrieval_leaves_each_part_out_in_turn(run, tmp_path):
    corpus, questions = tmp_path / "corpus.jsonl", tmp_path / "questions.jsonl"
    corpus.write_text('{"id": "a", "title": "", "text": "Kettles boil water."}')
    questions.write_text('{"id": "1", "question": "What boils water?", "gold": ["a"]}')
    given = ("eval", "retrieval", "--corpus", corpus, "--questions", questions, "--k", "1")
    code, out, _ = run(*given, "--ablate", "dense,hops", "--json")
    assert code == 0
    each = {"recall": {"1": 1.0}, "all_gold": {"1": 1.0}}
    assert json.loads(out)["ablations"] == {"dense": each, "hops": each}
    fails(run(*given, "--ablate", "sparse"), 1, "'sparse'", "dense, lexical, graph, hops")


# --- serve ---------------------------------------------------------------------------------------


def test_a_port_that_is_taken(run, agent):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        fails(run("serve", agent, "--port", port), 1, f"127.0.0.1:{port}", "--port")


def test_serve_answers_until_it_is_stopped(agent):
    import httpx

    process = subprocess.Popen(
        [*PROGRAM, "serve", agent, "--port", "0"], stderr=subprocess.PIPE, text=True
    )
    try:
        line = process.stderr.readline()
        base = re.search(r"http://[\d.:]+", line).group()
        deadline = time.monotonic() + 30
        while True:
            try:
                assert httpx.get(f"{base}/healthz").json()["agents"] == ["support"]
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        body = {
            "model": "support",
            "messages": [{"role": "user", "content": "How long is shipping?"}],
        }
        reply = httpx.post(f"{base}/v1/chat/completions", json=body, timeout=30).json()
        assert "3 days" in reply["choices"][0]["message"]["content"]
    finally:
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=30)
    assert "Traceback" not in rest
