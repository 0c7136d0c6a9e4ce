"""`ontopilot simulate`: a report, a document, a page, and what is wrong in words."""

import json
import random

import pytest

from ontopilot.cli.app import FAILED, USAGE, main


@pytest.fixture
def trace(tmp_path):
    choose, when, rows = random.Random(1), 0.0, ["timestamp,prompt_tokens,completion_tokens"]
    for _ in range(200):
        when += choose.expovariate(1.0)
        rows.append(f"{when:.3f},{choose.randint(200, 1500)},{choose.randint(20, 200)}")
    file = tmp_path / "requests.csv"
    file.write_text("\n".join(rows))
    return str(file)


@pytest.mark.slow
def test_a_trace_gets_a_report_of_policies_and_hardware(trace, capsys, tmp_path):
    page = tmp_path / "report.html"
    arguments = ["simulate", trace, "--seeds", "2", "--price", "0.05", "--html", str(page)]
    assert main([*arguments, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [policy["name"] for policy in document["policies"]] == ["static", "planner"]
    assert document["requests"] > 100
    for row in document["hardware"]:
        assert row["cores_at_most"] > 2
        assert row["price"] == pytest.approx(row["core_hours"] * 0.05)
    assert page.read_text().count("<figure>") == 3
    assert main(["simulate", trace, "--seeds", "1", "--policy", "cascade"]) == 0
    out = capsys.readouterr().out
    assert "bound of any policy" in out
    assert "core-hours" in out


def test_the_site_can_be_written_to_be_changed(trace, tmp_path):
    site = tmp_path / "site.json"
    assert main(["simulate", trace, "--write-site", str(site)]) == 0
    names = [row["name"] for row in json.loads(site.read_text())["deployments"]]
    assert names == ["small", "medium", "large"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--policy", "magic"], FAILED, "there is no policy 'magic'"),
        (["--tokens", "0"], USAGE, "above 0"),
        (["--slo", "-1"], USAGE, "above 0"),
        (["--site", "none.json"], FAILED, "cannot be read"),
    ],
)
def test_wrong_arguments_are_refused_in_words(trace, arguments, code, said, capsys):
    assert main(["simulate", trace, *arguments]) == code
    assert said in capsys.readouterr().err


def test_a_file_that_is_no_trace_is_refused(tmp_path, capsys):
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,2\n")
    assert main(["simulate", str(file)]) == FAILED
    assert "rename one" in capsys.readouterr().err
