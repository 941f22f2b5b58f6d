//! What the protected resource does: tokens and its mark, versions, reads, and the job of a period.

use super::*;
use crate::engine::{Errand, Reply, WALL_START};
use crate::outcome::Severity;
use crate::setup::{Fencing, Operation, Reads, Work};
use Promise::{CommittedNeverLost, EffectiveSplitBrain, FencingMonotonic, NoStaleLeaderRead, SingletonJob};

/// A cluster of three whose leaders work by these rules, and promise everything.
fn working(work: Work) -> Story {
    let given = Assumption::Asynchrony;
    let claims: Vec<Claim> = catalogue::ALL.iter().map(|known| Claim { promise: known.promise, given }).collect();
    Story::with_claims(3, BULLY, &claims, |setup| setup.work = work)
}

fn fenced() -> Work {
    Work { fencing: Fencing::AtLeast, ..Work::default() }
}

/// What this member's client asks in this tenure, with this token.
fn errand(member: u16, tenure: usize, item: u64, token: Option<u64>, operation: Operation) -> Errand {
    Errand { operation, asks: operation, ..Errand::new(node(member), 0, tenure, Item(item), token) }
}

fn yes(version: u64) -> Reply {
    Reply { accepted: true, repeated: false, version, newest: 0 }
}

fn no() -> Reply {
    Reply { accepted: false, ..yes(0) }
}

impl Story {
    /// It comes to lead with this token.
    fn leads_with(&mut self, member: u16, token: u64) -> &mut Story {
        let is = Observation::new(Role::Leader, Epoch::default())
            .with_leader(Some(node(member)))
            .with_authority(Authority::UntilItSays)
            .with_token(Some(token));
        self.shows(member, is);
        self.open[node(member).index()] = Some(self.tenures);
        self.audit.tenure_began(self.now, self.tenures, node(member), Epoch::default());
        self.tenures += 1;
        self
    }

    fn served(&mut self, errand: Errand, reply: Reply, mark: u64) -> &mut Story {
        self.audit.served(self.now, &errand, &reply, (mark > 0).then_some(mark));
        self
    }

    /// A write with this token is taken, and makes this version.
    fn writes_at(&mut self, member: u16, tenure: usize, item: u64, token: u64, version: u64) -> &mut Story {
        self.served(errand(member, tenure, item, Some(token), Operation::Write), yes(version), token)
    }
}

#[test]
fn an_older_token_that_is_refused_is_an_exercise_and_one_that_takes_hold_a_violation() {
    let mut story = working(fenced());
    story.leads_with(3, 7).writes_at(3, 0, 1, 7, 1).leads_with(2, 8).writes_at(2, 1, 2, 8, 2);
    story.served(errand(3, 0, 3, Some(7), Operation::Write), no(), 8);
    let verdicts = story.end();
    verdicts.held(FencingMonotonic);
    assert_eq!(verdicts.of(FencingMonotonic).exercised, 1);
    verdicts.only(&[]);
    let mut story = working(fenced());
    story.leads_with(3, 7).leads_with(2, 8).writes_at(2, 1, 2, 8, 1);
    story.served(errand(3, 0, 3, Some(7), Operation::Write), yes(2), 8);
    let verdicts = story.end();
    assert!(verdicts.violated(FencingMonotonic).contains("a write of n3 with token 7 took hold after token 8 of n2 had"));
    assert!(verdicts.violated(EffectiveSplitBrain).contains("item 3 of n3 (token 7) took hold after an effect of n2 (token 8)"));
}

#[test]
fn a_mark_that_falls_is_noticed_with_and_without_a_crash() {
    let mut story = working(fenced());
    story.leads_with(3, 7).writes_at(3, 0, 1, 7, 1);
    story.audit.resource_crashed();
    story.audit.resource_restarted(story.now, Some(7));
    story.audit.resource_crashed();
    story.audit.resource_restarted(story.now, None);
    let verdicts = story.end();
    assert!(verdicts.violated(FencingMonotonic).contains("fell from 7 to none over its crash"));
    assert_eq!(verdicts.of(FencingMonotonic).exercised, 2);
    let mut story = working(fenced());
    story.leads_with(3, 7).served(errand(3, 0, 1, Some(7), Operation::TakeOver), yes(0), 7);
    story.served(errand(3, 0, 1, Some(7), Operation::Write), yes(1), 6);
    assert!(story.end().violated(FencingMonotonic).contains("fell from 7 to 6"));
}

#[test]
fn tokens_that_are_granted_rise_whatever_the_resource_does_with_them() {
    let mut story = working(Work::default());
    story.audit.granted(story.now, node(1), 4);
    story.end().not_exercised(FencingMonotonic);
    let mut story = working(Work::default());
    for token in [4, 6, 7] {
        story.audit.granted(story.now, node(1), token);
    }
    story.end().held(FencingMonotonic);
    let mut story = working(Work::default());
    for token in [4, 4] {
        story.audit.granted(story.now, node(2), token);
    }
    assert!(story.end().violated(FencingMonotonic).contains("n2 was granted token 4 after token 4"));
}

#[test]
fn without_a_fence_or_without_a_token_there_is_nothing_to_judge() {
    let mut story = working(Work::default());
    story.leads_with(3, 7).writes_at(3, 0, 1, 7, 1).writes_at(3, 0, 2, 6, 2);
    assert_eq!(story.end().of(FencingMonotonic).verdict, Verdict::NotApplicable, "nothing is fenced");
    let mut story = working(fenced());
    story.leads(3, 0).served(errand(3, 0, 1, None, Operation::Write), no(), 0);
    assert_eq!(story.end().of(FencingMonotonic).verdict, Verdict::NotApplicable, "there is no token");
}

#[test]
fn tokens_order_the_tenures_where_there_are_no_epochs() {
    let mut story = working(fenced());
    // n1 was granted the newer token, and came to lead first: the other was told late.
    story.leads_with(1, 8).leads_with(2, 7).writes_at(2, 1, 1, 7, 1).writes_at(1, 0, 2, 8, 2);
    story.end().only(&[]);
}

#[test]
fn a_write_over_a_change_that_its_leader_had_not_seen_is_a_lost_update_and_counted_once() {
    let based = |base, errand: Errand| Errand { based_on: Some(base), ..errand };
    let write = |member, tenure, item| errand(member, tenure, item, None, Operation::Write);
    let mut story = working(Work::default());
    story.leads(3, 0).served(based(0, write(3, 0, 1)), yes(1), 0).leads(2, 0);
    // n2 has taken over at version 1; a late write of n3 comes between.
    story.served(write(3, 0, 2), yes(2), 0).served(based(1, write(2, 1, 3)), yes(3), 0).served(
        based(1, write(2, 1, 4)),
        yes(4),
        0,
    );
    let verdicts = story.end();
    assert!(
        verdicts.violated(EffectiveSplitBrain).contains("item 3 of n2, based on version 1, overwrote item 2 of n3 (version 2)")
    );
    assert_eq!(verdicts.split_brain.conflicting_effects, 1);
    let mut story = working(Work::default());
    story.leads(3, 0).served(based(0, write(3, 0, 1)), yes(1), 0).leads(2, 0);
    story.served(based(1, write(2, 1, 3)), yes(2), 0).served(based(1, write(2, 1, 4)), yes(3), 0);
    story.end().only(&[]);
}

#[test]
fn a_read_that_lacks_what_was_acknowledged_before_it_was_asked_is_stale() {
    let reading = Work { operations: vec![Operation::Write, Operation::Read], reads: Reads::Memory, ..Work::default() };
    let read = |story: &mut Story, member: u16, version: u64| {
        let acknowledged = story.audit.acknowledged_version(node(member), Reads::Memory);
        let errand = Errand { acknowledged, ..errand(member, 0, 9, None, Operation::Read) };
        story.audit.read(story.now, &errand, version);
    };
    let mut story = working(reading);
    story.leads(3, 0).served(errand(3, 0, 1, None, Operation::Write), yes(1), 0);
    // Applied, not acknowledged: a read may lack it.
    read(&mut story, 2, 0);
    story.acknowledges(3, 1);
    // Its own work n3 knows of.
    read(&mut story, 3, 0);
    read(&mut story, 2, 1);
    assert_eq!(story.audit.resource_report(story.now).stale_reads, 0);
    read(&mut story, 2, 0);
    let verdicts = story.end();
    assert!(verdicts.violated(NoStaleLeaderRead).contains("n2 answered with version 0 of the state; version 1 had been"));
    verdicts.held(CommittedNeverLost);
}

#[test]
fn a_job_that_ran_twice_is_a_finding_and_one_that_never_ran_is_counted() {
    let with_job = Work { job: Some(Span::secs(1)), ..Work::default() };
    let first = WALL_START / Span::secs(1).0;
    let job = |member: u16, tenure, item, period| Errand {
        period: first + period,
        ..errand(member, tenure, item, None, Operation::Job)
    };
    let mut story = working(with_job.clone());
    story.leads(3, 0).at(1_000).served(job(3, 0, 1, 1), yes(0), 0).at(3_000).served(job(3, 0, 2, 3), yes(0), 0).at(5_500);
    let report = story.audit.resource_report(story.now).job.unwrap();
    assert_eq!((report.periods, report.once, report.repeated, report.missed), (4, 2, 0, 2), "the fifth is not over");
    story.end().not_exercised(SingletonJob);
    let mut story = working(with_job);
    story.leads(3, 0).at(1_000).served(job(3, 0, 1, 1), yes(0), 0).ends(3).leads(2, 0).at(1_500).served(
        job(2, 1, 2, 1),
        yes(0),
        0,
    );
    let again = Reply { repeated: true, ..yes(0) };
    story.served(job(2, 1, 3, 1), again, 0);
    let verdicts = story.end();
    assert!(verdicts.violated(SingletonJob).contains("the job of 1.000000s was run by n3 and again by n2, 2 times in all"));
    assert_eq!(verdicts.of(SingletonJob).exercised, 2);
    assert_eq!(verdicts.of(SingletonJob).severity, Severity::Safety);
}
