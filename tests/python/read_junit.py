"""Reads JUnit documents the way their consumers do and prints what they see, as one JSON list.

`junitparser` is the public package of that name, with its flavour that knows flaky tests. `jenkins` follows the rules of
the plugin that reads JUnit documents in Jenkins.
"""

import json
import sys
from xml.etree import ElementTree

from junitparser import Error, Failure, Skipped, xunit2


def by_junitparser(path):
    document = xunit2.JUnitXml.fromfile(path)
    return {
        "root": {name: document._elem.get(name) for name in ("tests", "failures", "errors", "skipped", "time")},
        "suites": [suite_by_junitparser(suite) for suite in document],
    }


def suite_by_junitparser(suite):
    return {
        "name": suite.name,
        "tests": suite.tests,
        "failures": suite.failures,
        "errors": suite.errors,
        "skipped": suite.skipped,
        "properties": {one.name: one.value for one in suite.properties()},
        "stdout": suite.system_out,
        "cases": [case_by_junitparser(case) for case in suite],
    }


def case_by_junitparser(case):
    kinds = {Failure: "failure", Error: "error", Skipped: "skipped"}
    return {
        "classname": case.classname,
        "name": case.name,
        "results": [
            {"kind": kinds[type(one)], "type": one.type, "message": one.message, "text": one.text} for one in case.result
        ],
        "flaky": [attempt(one) for one in case.flaky_failures()],
        "rerun": [attempt(one) for one in case.rerun_failures()],
        "properties": {one.name: one.value for one in case.properties()},
        "stdout": case.system_out,
        "stderr": case.system_err,
    }


def attempt(run):
    return {"type": run.type, "message": run.message, "trace": run.stack_trace}


def by_jenkins(path):
    """Class and name of a case decide which test it is; an error goes before a failure; suites without cases are not seen."""
    cases = []
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):
        package = suite.get("package")
        suite_name = f"{package}.{suite.get('name')}" if package else suite.get("name")
        for case in suite.findall("testcase"):
            cases.append(case_by_jenkins(case, suite_name))
    return cases


def case_by_jenkins(case, suite_name):
    problem = case.find("error")
    problem = case.find("failure") if problem is None else problem
    skipped = case.find("skipped")
    status = "failed" if problem is not None else "skipped" if skipped is not None else "passed"
    told = problem if problem is not None else skipped
    message = None if told is None else told.get("message") or told.text
    class_name = case.get("classname") or suite_name
    package, _, simple_name = class_name.rpartition(".")
    return {
        "suite": suite_name,
        "package": package or "(root)",
        "class": simple_name,
        "name": case.get("name"),
        "seconds": float(case.get("time").replace(",", "")),
        "status": status,
        "message": message,
        "details": None if problem is None else problem.text,
        "flaky": [one.findtext("stackTrace") for one in case.findall("flakyFailure")],
        "rerun": [one.findtext("stackTrace") for one in case.findall("rerunFailure")],
    }


json.dump([{"junitparser": by_junitparser(path), "jenkins": by_jenkins(path)} for path in sys.argv[1:]], sys.stdout)
