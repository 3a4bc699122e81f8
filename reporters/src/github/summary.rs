//! The page of a workflow's step: totals, failures, flaky tests and leaks, in GitHub's Markdown.
//!
//! Text of tests stands in code blocks that it cannot end, or with all punctuation as references, so that no title becomes
//! a heading, a link or a mention.

use super::{
    findings::{self, Base, Finding, cut},
    first_line,
};
use crate::{
    duration::{counted, seconds},
    ledger::Ledger,
    text::{strip_ansi, visible},
};

/// Failures that are shown in full. GitHub takes a megabyte.
const FULL: usize = 50;
/// Entries of a list.
const LISTED: usize = 100;
/// Bytes of one failure.
const TEXT_LIMIT: usize = 8 * 1024;

pub(super) fn page(ledger: &Ledger, workspace: Option<&str>) -> String {
    let base = Base::of(ledger, workspace);
    let mut page = totals(ledger);
    failures(&mut page, &findings::failures(ledger, base));
    list(&mut page, "Flaky tests", &findings::flaky(ledger, base));
    list(&mut page, "Left behind", &findings::leaks(ledger, base));
    page
}

fn totals(ledger: &Ledger) -> String {
    let stats = &ledger.stats;
    let verdict = if stats.is_failed() { "failed" } else { "passed" };
    let mut page = format!("## Tests {verdict}\n\n");
    page.push_str("| | passed | failed | flaky | skipped | todo | not run |\n");
    page.push_str("| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    page.push_str(&format!(
        "| Files | {} | {} | | | | {} |\n",
        stats.files_passed, stats.files_failed, stats.files_not_run
    ));
    page.push_str(&format!(
        "| Tests | {} | {} | {} | {} | {} | {} |\n\n",
        stats.tests_passed,
        stats.tests_failed,
        stats.tests_flaky,
        stats.tests_skipped,
        stats.tests_todo,
        stats.tests_not_run
    ));
    let mut facts = vec![format!("Time: {}", seconds(ledger.elapsed))];
    if stats.file_errors > 0 {
        facts.push(counted(stats.file_errors, "file error"));
    }
    facts.extend(ledger.seed.map(|seed| format!("seed {seed}")));
    page.push_str(&format!("{}\n\n", facts.join(", ")));
    page
}

fn failures(page: &mut String, failures: &[Finding]) {
    if failures.is_empty() {
        return;
    }
    page.push_str("### Failures\n\n");
    for failure in failures.iter().take(FULL) {
        let text = strip_ansi(&failure.text);
        let text = cut(&text, TEXT_LIMIT);
        let fence = "`".repeat(longest_run(&text, '`').max(2) + 1);
        page.push_str(&format!(
            "<details><summary>{}</summary>\n\n{fence}\n{text}\n{fence}\n\n</details>\n\n",
            literal(&failure.line())
        ));
    }
    let (_, more) = failures.split_at(failures.len().min(FULL));
    list(page, "Further failures", more);
}

fn list(page: &mut String, title: &str, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    page.push_str(&format!("### {title}\n\n"));
    for finding in findings.iter().take(LISTED) {
        let (line, note) = (finding.line(), first_line(&finding.note));
        page.push_str(&format!("- {}: {}\n", literal(&line), literal(note)));
    }
    if findings.len() > LISTED {
        page.push_str(&format!("- and {} more\n", findings.len() - LISTED));
    }
    page.push('\n');
}

/// Text on one line that means nothing to Markdown or HTML.
fn literal(text: &str) -> String {
    let text = visible(text);
    let mut out = String::with_capacity(text.len());
    for char in cut(&text, 512).chars() {
        match char {
            '/' | ',' | ' ' => out.push(char),
            _ if char.is_ascii_punctuation() => out.push_str(&format!("&#{};", u32::from(char))),
            _ => out.push(char),
        }
    }
    out
}

fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for char in text.chars() {
        run = if char == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}
