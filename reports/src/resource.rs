//! What came of the work on the protected resource, and of the job: for one run in words and as JSON, for many as sums.

use serde::Serialize;
use sim::outcome::{JobReport, Outcome, ResourceReport};

/// As in the JSON of a run.
#[derive(Serialize)]
pub(crate) struct Resource {
    /// Whether leaders had ordered fencing tokens; null where nobody led.
    tokens: Option<bool>,
    accepted: u64,
    fenced: u64,
    refused_without_token: u64,
    lost_updates: u64,
    reads: u64,
    stale_reads: u64,
    job: Option<Job>,
}

#[derive(Serialize)]
struct Job {
    periods: u64,
    once: u64,
    more_than_once: u64,
    missed: u64,
}

impl Resource {
    pub fn of(report: &ResourceReport) -> Resource {
        let job = |job: JobReport| Job { periods: job.periods, once: job.once, more_than_once: job.repeated, missed: job.missed };
        Resource {
            tokens: report.led.then_some(report.tokens),
            accepted: report.accepted,
            fenced: report.fenced,
            refused_without_token: report.without_token,
            lost_updates: report.lost_updates,
            reads: report.reads,
            stale_reads: report.stale_reads,
            job: report.job.map(job),
        }
    }
}

/// One line a subject: `resource`, `job`. None where nothing was done there.
pub(crate) fn lines(outcome: &Outcome) -> Vec<(&'static str, String)> {
    let Some(report) = &outcome.resource else { return Vec::new() };
    if report.accepted + report.fenced + report.without_token == 0 && report.reads > 0 && report.job.is_none() {
        // Nothing was asked of the resource: these are reads of a log.
        return vec![("reads", format!("{} answered by a lease, {} stale", report.reads, report.stale_reads))];
    }
    let mut parts = vec![format!("{} operations accepted", report.accepted)];
    if report.fenced > 0 {
        parts.push(format!("{} fenced off", report.fenced));
    }
    if report.without_token > 0 {
        parts.push(format!("{} refused for want of a token", report.without_token));
    }
    if report.led && !report.tokens {
        parts.push(String::from("no token: n/a"));
    }
    if report.lost_updates > 0 {
        parts.push(format!("{} updates lost", report.lost_updates));
    }
    if report.reads > 0 {
        parts.push(format!("{} reads, {} stale", report.reads, report.stale_reads));
    }
    let mut lines = vec![("resource", parts.join(", "))];
    lines.extend(report.job.map(|job| ("job", job_in_words(&job))));
    lines
}

fn job_in_words(job: &JobReport) -> String {
    let JobReport { periods, once, repeated, missed } = *job;
    format!("{periods} periods over; {once} ran once, {repeated} more than once, {missed} not at all")
}

/// The sums of many runs.
#[derive(Default)]
pub(crate) struct Sums {
    runs: u64,
    /// Runs in which somebody led and had no ordered token.
    without_tokens: u64,
    sum: ResourceReport,
}

impl Sums {
    pub fn add(&mut self, outcome: &Outcome) {
        let Some(report) = &outcome.resource else { return };
        self.runs += 1;
        self.without_tokens += u64::from(report.led && !report.tokens);
        let sum = &mut self.sum;
        sum.led |= report.led;
        sum.tokens |= report.tokens;
        sum.accepted += report.accepted;
        sum.fenced += report.fenced;
        sum.without_token += report.without_token;
        sum.lost_updates += report.lost_updates;
        sum.reads += report.reads;
        sum.stale_reads += report.stale_reads;
        if let Some(job) = report.job {
            let all = sum.job.get_or_insert_default();
            all.periods += job.periods;
            all.once += job.once;
            all.repeated += job.repeated;
            all.missed += job.missed;
        }
    }

    /// `None`: no run did anything there.
    pub fn json(&self) -> Option<Resource> {
        (self.runs > 0).then(|| Resource::of(&self.sum))
    }

    /// What is to be said of all runs; nothing where there is nothing but accepted work.
    pub fn lines(&self) -> Vec<String> {
        let sum = &self.sum;
        let mut lines = Vec::new();
        if sum.fenced + sum.without_token > 0 {
            let refused = format!("{} fenced off, {} refused for want of a token", sum.fenced, sum.without_token);
            lines.push(format!("resource: {} operations accepted, {refused}", sum.accepted));
        }
        if sum.without_token > 0 && self.without_tokens > 0 {
            lines.push(String::from("no token: n/a (this algorithm has none that is ordered, so nothing of it can be fenced)"));
        }
        if sum.reads > 0 {
            lines.push(format!("reads: {} answered, {} stale", sum.reads, sum.stale_reads));
        }
        if let Some(job) = &sum.job {
            lines.push(format!("job: {}", job_in_words(job)));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    fn outcome() -> Outcome {
        let job = JobReport { periods: 6, once: 4, repeated: 1, missed: 1 };
        let resource = ResourceReport {
            led: true,
            accepted: 90,
            without_token: 3,
            reads: 20,
            stale_reads: 2,
            job: Some(job),
            ..ResourceReport::default()
        };
        Outcome { resource: Some(resource), ..example::outcome() }
    }

    #[test]
    fn both_counts_of_the_job_are_told_and_that_there_is_no_token() {
        let lines = lines(&outcome());
        assert_eq!(lines[0].1, "90 operations accepted, 3 refused for want of a token, no token: n/a, 20 reads, 2 stale");
        assert_eq!(lines[1], ("job", String::from("6 periods over; 4 ran once, 1 more than once, 1 not at all")));
    }

    #[test]
    fn reads_of_a_log_are_told_without_a_resource_that_nobody_asked() {
        let resource = ResourceReport { led: true, tokens: true, reads: 40, stale_reads: 1, ..ResourceReport::default() };
        let outcome = Outcome { resource: Some(resource), ..example::outcome() };
        assert_eq!(lines(&outcome), [("reads", String::from("40 answered by a lease, 1 stale"))]);
    }

    #[test]
    fn sums_add_up_and_what_never_was_is_not_told() {
        let mut sums = Sums::default();
        assert!(sums.json().is_none() && sums.lines().is_empty());
        sums.add(&example::outcome());
        assert!(sums.json().is_none(), "a log has no resource");
        sums.add(&outcome());
        sums.add(&outcome());
        assert_eq!(sums.lines()[3], "job: 12 periods over; 8 ran once, 2 more than once, 2 not at all");
        assert_eq!(sums.json().map(|all| (all.stale_reads, all.tokens)), Some((4, Some(false))));
    }
}
