"""Traces of requests as they are found: several formats, and what is wrong in them."""

import gzip
import io
import json
import tarfile

import pytest

from ontopilot.errors import ConfigError
from ontopilot.orchestrator.plan.simulate.trace import read_trace


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_azure_s_csv_is_read_from_its_archive(tmp_path):
    file = tmp_path / "azure.csv.gz"
    rows = "TIMESTAMP,ContextTokens,GeneratedTokens\n" + "".join(
        f"2023-11-16 18:15:4{i}.6805900,{300 + i},{40 + i}\n" for i in range(5)
    )
    file.write_bytes(gzip.compress(rows.encode()))
    trace = read_trace(file)
    assert list(trace.prompts) == [300, 301, 302, 303, 304]
    assert list(trace.outputs) == [40, 41, 42, 43, 44]
    assert trace.span == pytest.approx(4.0)


def test_mooncake_s_lines_have_blocks_and_milliseconds(tmp_path):
    rows = [
        {"timestamp": 0, "input_length": 1000, "output_length": 5, "hash_ids": [0, 1]},
        {"timestamp": 3000, "input_length": 1024, "output_length": 7, "hash_ids": [0, 2]},
    ]
    trace = read_trace(write(tmp_path / "t.jsonl", "\n".join(map(json.dumps, rows))))
    assert trace.span == 3.0
    assert trace.blocks == ((0, 1), (0, 2))


def test_servegen_s_archive_becomes_requests_of_its_rates(tmp_path):
    file = tmp_path / "s.tar.gz"
    members = {
        "data/chunk-0-trace.csv": "0,0.5,1.0,Gamma,1,1\n600,1.5,1.0,Gamma,1,1\n",
        "data/chunk-0-dataset.json": json.dumps(
            {"0": {"input_tokens": "{100: 0.5, 200: 0.5}", "output_tokens": "{10: 1.0}"}}
        ),
    }
    with tarfile.open(file, "w:gz") as archive:
        for name, text in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    trace = read_trace(file, seed=1, most=900)
    late = (trace.seconds > 600).mean()
    assert 700 <= len(trace) <= 1100
    assert late == pytest.approx(0.75, abs=0.08), "three quarters of the rate are in the second"
    assert set(trace.prompts) == {100, 200}
    again = read_trace(file, seed=1, most=900)
    assert list(again.seconds) == list(trace.seconds)


def test_rows_out_of_order_are_sorted_and_bad_ones_are_told(tmp_path):
    text = (
        "timestamp,prompt_tokens,completion_tokens\n"
        "5,100,10\n1,200,20\n-3,300,30\nx,1,1\n2,,5\n3,-4,5\n4,50,nan\n9,10,10\n"
    )
    trace = read_trace(write(tmp_path / "own.csv", text))
    assert list(trace.prompts) == [200, 100, 10]
    assert list(trace.seconds) == [0.0, 4.0, 8.0]
    assert "5 rows without a time or tokens were left out" in trace.notes
    assert "1 rows came before their forerunner and were sorted" in trace.notes


def test_a_long_gap_is_told(tmp_path):
    rows = "".join(f"{i},100,10\n" for i in (*range(20), *range(9000, 9020)))
    trace = read_trace(
        write(tmp_path / "gap.csv", f"timestamp,prompt_tokens,completion_tokens\n{rows}")
    )
    assert any("longest gap" in note and "8981" in note for note in trace.notes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "has the columns"),
        ("timestamp,prompt_tokens,completion_tokens\n", "no usable row"),
        ('{"timestamp": "x"}\n', "no usable row"),
        ("", "has the columns"),
    ],
)
def test_what_is_no_trace_is_refused_in_words(tmp_path, text, said):
    with pytest.raises(ConfigError, match=said):
        read_trace(write(tmp_path / "bad.csv", text))


def test_a_missing_or_binary_file_is_refused_in_words(tmp_path):
    with pytest.raises(ConfigError, match="does not exist"):
        read_trace(tmp_path / "none.csv")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_trace(tmp_path / "binary")


def test_a_slice_and_a_scale_keep_what_they_do_not_change(tmp_path):
    rows = "".join(f"{i},{100 + i},10\n" for i in range(100))
    trace = read_trace(
        write(tmp_path / "t.csv", f"timestamp,prompt_tokens,completion_tokens\n{rows}")
    )
    late = trace.slice(0.5, 1.0)
    assert late.prompts[0] == 150
    assert late.seconds[0] == 0.0
    fast = trace.scaled(speed=2.0, tokens=0.5)
    assert fast.span == trace.span / 2
    assert fast.prompts[0] == 50
