//! SingletonJob: the job of a period takes effect once. That it took effect twice is a finding; that it was not run at all is
//! counted.

use crate::algorithm::{NodeId, Promise};
use crate::audit::findings::Findings;
use crate::engine::{Errand, Reply, WALL_START};
use crate::outcome::JobReport;
use crate::time::{Span, Time};

/// What is known of one period.
struct Period {
    number: u64,
    /// So many requests to run its job reached the resource, …
    asked: u64,
    /// … and so often it was run.
    ran: u64,
    /// Who had it run first.
    by: NodeId,
}

#[derive(Default)]
pub(super) struct Singleton {
    every: Option<Span>,
    /// In order of number: those of which anything is known.
    periods: Vec<Period>,
    /// Whose request came last.
    latest: Option<NodeId>,
}

impl Singleton {
    pub fn new(every: Option<Span>) -> Singleton {
        Singleton { every, ..Singleton::default() }
    }

    /// A request to run the job of a period reached the resource.
    pub fn served(&mut self, findings: &mut Findings, at: Time, errand: &Errand, reply: &Reply) {
        let Some(every) = self.every else { return };
        let (node, number) = (errand.node, errand.period);
        let place = match self.periods.binary_search_by_key(&number, |period| period.number) {
            Ok(place) => place,
            Err(place) => {
                self.periods.insert(place, Period { number, asked: 0, ran: 0, by: node });
                place
            }
        };
        let period = &mut self.periods[place];
        if period.asked > 0 || self.latest.is_some_and(|latest| latest != node) {
            findings.exercised(Promise::SingletonJob);
        }
        self.latest = Some(node);
        period.asked += 1;
        if !reply.accepted || reply.repeated {
            return;
        }
        period.ran += 1;
        if period.ran == 1 {
            period.by = node;
            return;
        }
        let (times, first) = (period.ran, period.by);
        findings.violated(Promise::SingletonJob, at, &[first, node], || {
            let due = Time(number.saturating_mul(every.0).saturating_sub(WALL_START));
            format!("the job of {due} was run by {first} and again by {node}, {times} times in all")
        });
    }

    /// Counts by the true wall time, over the periods that were over at the end.
    pub fn report(&self, end: Time) -> Option<JobReport> {
        let every = self.every?;
        let (first, last) = (WALL_START / every.0 + 1, (WALL_START.saturating_add(end.0)) / every.0);
        let mut report = JobReport { periods: last.saturating_sub(first), ..JobReport::default() };
        for period in &self.periods {
            report.repeated += u64::from(period.ran > 1);
            report.once += u64::from(period.ran == 1);
        }
        let over = self.periods.iter().filter(|period| period.ran > 0 && (first..last).contains(&period.number));
        report.missed = report.periods - over.count() as u64;
        Some(report)
    }
}
