//! Reads of a replicated log that are answered by a lease of the voters; and what a service may end by its own rule.

use super::*;
use crate::engine::Prompt;
use crate::outcome::Severity;
use crate::service::Grant;
use crate::setup::Operation;
use Promise::{EventualLeader, LeaseContainment, NoStaleLeaderRead, ServiceSideExclusive};

/// Three members with a log, whose leaders are asked for the state every other time, and which claim this.
fn reading(claims: &[Claim]) -> Story {
    Story::with_claims(3, RAFT, claims, |setup| setup.work.operations = vec![Operation::Write, Operation::Read])
}

fn by_lease() -> Vec<Claim> {
    Claim::all(Assumption::BoundedDrift, &[NoStaleLeaderRead, LeaseContainment])
}

impl Story {
    /// This item is in its log at this position, is committed, and its client is told so.
    fn does(&mut self, member: u16, epoch: u64, position: usize, item: u64) -> &mut Story {
        self.gets(member, item).writes(member, position, &[entry(epoch, item)]);
        self.commits(member, position as u64).acknowledges(member, item)
    }

    /// It answers a read by what it has committed.
    fn reads(&mut self, member: u16, item: u64, pledged: bool) -> &mut Story {
        self.gets(member, item);
        let committed = self.seen[node(member).index()].committed();
        let lease = (self.now + Span::millis(100), pledged);
        self.audit.read_by_lease(self.now, node(member), Item(item), committed, lease);
        self
    }
}

#[test]
fn a_leader_that_another_has_overtaken_reads_what_is_stale() {
    let mut story = reading(&by_lease());
    story.elected(1, 1, &[1, 3]).does(1, 1, 1, 1).reads(1, 2, true);
    story.at(50).writes(2, 1, &[entry(1, 1)]).commits(2, 1).elected(2, 2, &[2, 3]).does(2, 2, 2, 3);
    story.reads(2, 4, true).reads(1, 5, true).ends(1);
    let verdicts = story.end();
    let saw = verdicts.violated(NoStaleLeaderRead);
    assert!(saw.contains("n1 answered with version 1 of the state; version 2 had been acknowledged"), "{saw}");
    assert_eq!(verdicts.of(NoStaleLeaderRead).severity, Severity::Safety);
    // The first read could miss nothing; nobody else had done anything.
    assert_eq!(verdicts.of(NoStaleLeaderRead).exercised, 2);
    verdicts.held(LeaseContainment);
    verdicts.only(&[NoStaleLeaderRead]);
}

#[test]
fn a_read_leaves_no_trace_in_the_log_and_is_not_work_that_got_lost() {
    let mut story = reading(&by_lease());
    story.elected(1, 1, &[1, 3]).does(1, 1, 1, 1).reads(1, 2, true).reads(1, 3, true);
    let verdicts = story.end();
    assert_eq!(verdicts.split_brain.lost_acknowledged, 0);
    verdicts.only(&[]);
}

#[test]
fn a_lease_that_the_voters_have_not_pledged_for_so_long_is_a_finding_before_anything_was_read_wrongly() {
    let mut story = reading(&by_lease());
    story.elected(1, 1, &[1, 3]).does(1, 1, 1, 1).reads(1, 2, false);
    let verdicts = story.end();
    assert!(verdicts.violated(LeaseContainment).contains("n1 answers reads until"));
    verdicts.only(&[LeaseContainment]);
}

#[test]
fn clocks_beyond_the_bound_make_a_stale_read_a_measurement() {
    let mut story = reading(&by_lease());
    story
        .elected(1, 1, &[1, 3])
        .does(1, 1, 1, 1)
        .at(50)
        .elected(2, 2, &[2, 3])
        .writes(2, 1, &[entry(1, 1)])
        .does(2, 2, 2, 3)
        .reads(1, 5, false)
        .ends(1);
    let verdicts = story.end_with(Broken { clocks: true, ..Broken::default() });
    for promise in [NoStaleLeaderRead, LeaseContainment] {
        verdicts.violated(promise);
        assert_eq!(verdicts.of(promise).severity, Severity::Measurement);
    }
}

#[test]
fn a_log_that_does_not_claim_to_answer_reads_by_itself_is_not_judged_by_them() {
    let live = Claim::all(Assumption::Asynchrony, &[EventualLeader]);
    let mut story = reading(&live);
    story.elected(1, 1, &[1, 3]).does(1, 1, 1, 1);
    let verdicts = story.end();
    for promise in [NoStaleLeaderRead, LeaseContainment] {
        assert_eq!(verdicts.of(promise).verdict, Verdict::NotApplicable);
    }
}

#[test]
fn a_service_that_ends_a_grant_by_its_own_rule_before_its_time_has_not_let_it_expire() {
    let leased = Facts { leases: true, ..BULLY };
    let grant = |member: u16| Grant { holder: node(member), id: u64::from(member), token: None, until: Authority::None };
    let over_at = |millis: u64| (Some(grant(1)), Time::ZERO + Span::millis(millis));
    for (until, early) in [(500, false), (700, true)] {
        let mut story = Story::new(3, leased, Assumption::Asynchrony);
        story.audit.recorded(Time::ZERO, 0, (None, Time::ZERO), Some(grant(1)), Prompt::OwnRule);
        story.at(500);
        story.audit.recorded(story.now, 0, over_at(until), Some(grant(2)), Prompt::OwnRule);
        let verdicts = story.end();
        assert_eq!(matches!(verdicts.of(ServiceSideExclusive).verdict, Verdict::Violated(_)), early, "until {until} ms");
    }
}
