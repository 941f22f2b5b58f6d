//! Leases and locks: what the record of a service shows, against what the members take themselves for.

use crate::algorithm::{NodeId, Promise};
use crate::audit::findings::Findings;
use crate::engine::Prompt;
use crate::service::Grant;
use crate::time::Time;

/// The record of one service.
#[derive(Clone, Copy, Default, Debug)]
struct Record {
    last_holder: Option<NodeId>,
    /// A grant that ended without its holder's will and before its time, and when that would have been over.
    taken: Option<(NodeId, Time)>,
}

#[derive(Default)]
pub(super) struct Leases {
    records: Vec<Record>,
}

impl Leases {
    /// A step of this service has changed its record, or confirmed it; `until` is when what it had before would have ended.
    pub fn recorded(
        &mut self,
        findings: &mut Findings,
        at: Time,
        service: usize,
        (was, until): (Option<Grant>, Time),
        is: Option<Grant>,
        prompt: Prompt,
    ) {
        if service >= self.records.len() {
            self.records.resize(service + 1, Record::default());
        }
        let record = &mut self.records[service];
        let same = was.map(|was| was.id) == is.map(|is| is.id);
        if let Prompt::Asked { by, releases: Some(own) } = prompt
            && let Some(was) = was.filter(|was| was.holder != by || was.id != own)
        {
            findings.exercised(Promise::ReleaseOwnOnly);
            if !same && until > at {
                findings.violated(Promise::ReleaseOwnOnly, at, &[by, was.holder], || {
                    format!("a release by {by} removed the grant of {}, which was to last until {until}", was.holder)
                });
            }
        }
        if same {
            return;
        }
        if let Some(was) = was {
            record.last_holder = Some(was.holder);
            let willing = match prompt {
                Prompt::Asked { by, releases } => by == was.holder && releases.is_none_or(|own| own == was.id),
                // Its rule is that time must be over: who comes too early has another's clock, or another's record.
                Prompt::OwnRule => until <= at,
                Prompt::Replaced => false,
            };
            record.taken = (!willing && until > at).then_some((was.holder, until));
        }
        let Some(is) = is else { return };
        if record.last_holder.is_some_and(|last| last != is.holder) {
            findings.exercised(Promise::ServiceSideExclusive);
        }
        if let Some((from, until)) = record.taken.take().filter(|(from, until)| *from != is.holder && *until > at) {
            findings.violated(Promise::ServiceSideExclusive, at, &[from, is.holder], || {
                let end = if until == Time::NEVER { String::new() } else { format!(", which was to last until {until}") };
                format!("granted to {} while the grant of {from}{end} had neither been released nor expired", is.holder)
            });
        }
    }

    /// A holder's own deadline was set or moved.
    pub fn deadline_set(&mut self, findings: &mut Findings, at: Time, node: NodeId, until: Time, contained: bool) {
        findings.exercised(Promise::LeaseContainment);
        if !contained {
            findings.violated(Promise::LeaseContainment, at, &[node], || {
                format!("{node} would act until {until}, and no majority of the services has its grant on record for so long")
            });
        }
    }

    /// A leader answered a read by the lease of its voters.
    pub fn read(&mut self, findings: &mut Findings, at: Time, node: NodeId, (until, pledged): (Time, bool)) {
        findings.exercised(Promise::LeaseContainment);
        if !pledged {
            findings.violated(Promise::LeaseContainment, at, &[node], || {
                format!("{node} answers reads until {until}, and no majority of the members refuses to elect another for so long")
            });
        }
    }
}
