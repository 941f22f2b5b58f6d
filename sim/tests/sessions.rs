//! What sessions make of a bad network, as stories. The algorithm is as simple as can be: whoever talks sends every peer whose
//! link is up a numbered note every 10 ms, counting from 0 in each life of the link.

use sim::algorithm::*;
use sim::delay::{Delay, LinkPatch, Reorder};
use sim::fault::{ClockDuring, Fault, ScriptEvent, Target, When};
use sim::observer::{Dropped, Happening, NodeEvent, Observer};
use sim::outcome::Outcome;
use sim::setup::{LinkOverride, MemberSetup, SessionSettings, Setup, Work};
use sim::{Context, Options, Ratio, Registry, Span, Time};

/// `TALKERS`: a bit for each member that talks. `RESET`: with which tick `n1` closes its session with `n2` (0: never).
struct Chatter<const TALKERS: u16, const RESET: u64> {
    /// By peer: when the link came up, by the own clock, and how many notes have gone since.
    up: Vec<Option<(u64, u64)>>,
    ticks: u64,
}

#[derive(Clone)]
struct Note {
    life: u64,
    number: u64,
}
impl std::fmt::Debug for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.life, self.number)
    }
}
impl Encode for Note {
    fn encode(&self, to: &mut Encoder) {
        to.words([self.life, self.number]);
    }
}
impl Message for Note {
    fn kind(&self) -> &'static str {
        "Note"
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Tick;
impl Encode for Tick {
    fn encode(&self, _to: &mut Encoder) {}
}

const PERIOD: Span = Span::millis(10);
/// Nobody talks for longer than this, so that a run can end with nothing on its way.
const TALK: u64 = 2_500;

impl<const TALKERS: u16, const RESET: u64> Algorithm for Chatter<TALKERS, RESET> {
    const NAME: &'static str = "chatter";
    const ABOUT: &'static str = "talks";
    const CITATION: &'static str = "this test";
    const TRANSPORT: Transport = Transport::Session;
    type Config = ();
    type Durable = ();
    type Message = Note;
    type Timer = Tick;
    type Mutant = Never;

    fn claims(_: &()) -> Vec<Claim> {
        Vec::new()
    }
    fn bounds(_: &(), _: &Network) -> Bounds {
        Bounds::default()
    }
    fn facts(_: &()) -> Facts {
        Facts { epochs: false, votes: false, history: false, durable: false }
    }
    fn start(ctx: &mut Context<'_, Self>) -> Self {
        if ctx.id().0 < 16 && TALKERS >> ctx.id().0 & 1 == 1 {
            ctx.arm(Tick, PERIOD);
        }
        Chatter { up: ctx.members().map(|_| None).collect(), ticks: 0 }
    }
    fn on_message(&mut self, _from: NodeId, _note: Note, _ctx: &mut Context<'_, Self>) {}
    fn on_timer(&mut self, _: Tick, ctx: &mut Context<'_, Self>) {
        self.ticks += 1;
        for peer in ctx.members() {
            if let Some((life, number)) = &mut self.up[peer.index()] {
                ctx.send(peer, Note { life: *life, number: *number });
                *number += 1;
            }
        }
        if self.ticks == RESET && ctx.id() == NodeId(0) {
            ctx.reset(NodeId(1));
        }
        if self.ticks < TALK {
            ctx.arm(Tick, PERIOD);
        }
    }
    fn on_link(&mut self, peer: NodeId, state: LinkState, ctx: &mut Context<'_, Self>) {
        assert_eq!(self.up[peer.index()].is_some(), state == LinkState::Down, "up and down take turns");
        self.up[peer.index()] = (state == LinkState::Up).then(|| (ctx.now().0, 0));
    }
    fn observe(&self, _: &()) -> Observation {
        Observation::new(Role::Follower, Epoch::default())
    }
}

/// A note that was handed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Got {
    at: Time,
    from: u16,
    to: u16,
    life: u64,
    number: u64,
}

#[derive(Default)]
struct Log {
    got: Vec<Got>,
    sent: Vec<(Time, u16, u16)>,
    dropped: Vec<(Time, Dropped)>,
    /// Time, node, peer, up.
    links: Vec<(Time, u16, u16, bool)>,
    resumed: Vec<Time>,
}

impl Observer for Log {
    fn happened(&mut self, at: Time, what: &Happening<'_>) {
        match what {
            Happening::Sent { from, to, .. } => self.sent.push((at, from.0, to.0)),
            Happening::Dropped { why, .. } => self.dropped.push((at, *why)),
            Happening::Link { node, peer, up } => self.links.push((at, node.0, peer.0, *up)),
            Happening::Node { event: NodeEvent::Resumed, .. } => self.resumed.push(at),
            Happening::Delivered { from, to, message, .. } => {
                let words = format!("{message:?}");
                let (life, number) = words.split_once(' ').unwrap();
                let (life, number) = (life.parse().unwrap(), number.parse().unwrap());
                self.got.push(Got { at, from: from.0, to: to.0, life, number });
            }
            _ => {}
        }
    }
}

impl Log {
    /// When `node` heard of its link to `peer`, and what.
    fn heard(&self, node: u16, peer: u16) -> Vec<(u64, bool)> {
        let its = self.links.iter().filter(|(_, n, p, _)| (*n, *p) == (node, peer));
        its.map(|(at, _, _, up)| (at.0 / 1_000_000, *up)).collect()
    }
    fn downs(&self) -> usize {
        self.links.iter().filter(|(_, _, _, up)| !up).count()
    }
    fn between(&self, from: u16, to: u16) -> Vec<Got> {
        self.got.iter().copied().filter(|got| (got.from, got.to) == (from, to)).collect()
    }

    /// In every life of every link the notes come 0, 1, 2, … without gap and copy, and no life comes back.
    fn assert_in_order(&self) {
        let members = 1 + self.got.iter().map(|got| got.from.max(got.to)).max().unwrap_or(0);
        for (from, to) in (0..members).flat_map(|from| (0..members).map(move |to| (from, to))) {
            let mut last: Option<Got> = None;
            for got in self.between(from, to) {
                match last {
                    Some(last) if last.life == got.life => assert_eq!(got.number, last.number + 1, "after {last:?}: {got:?}"),
                    Some(last) => assert!(got.number == 0 && got.life > last.life, "after {last:?}: {got:?}"),
                    None => assert_eq!(got.number, 0, "{got:?}"),
                }
                last = Some(got);
            }
        }
    }
}

fn setup(nodes: u16, seconds: u64) -> Setup {
    let mut setup = Setup { nodes, duration: Span::secs(seconds), ..Setup::default() };
    setup.link.delay = Delay::Constant(Span::millis(1));
    setup.work = Work { on: false, ..Work::default() };
    setup
}

fn at(millis: u64, fault: Fault) -> ScriptEvent {
    let (name, when) = (format!("at {millis}"), When::At(Delay::Constant(Span::millis(millis))));
    ScriptEvent { name, when, every: None, until: None, fault, bind: None, within: None }
}

fn member(number: u16) -> Vec<Target> {
    vec![Target::Member(number)]
}

fn cut(from: u16, to: u16, both: bool) -> Fault {
    Fault::Cut { from: member(from), to: member(to), both }
}

fn run<const TALKERS: u16, const RESET: u64>(setup: &Setup, seed: u64) -> (Outcome, Log) {
    let registry = Registry::new().with::<Chatter<TALKERS, RESET>>();
    let mut log = Log::default();
    let options = Options { observer: Some(&mut log), ..Options::default() };
    let outcome = registry.get("chatter").unwrap().run(setup, &[], seed, options);
    log.assert_in_order();
    (outcome, log)
}

const ALL: u16 = 0b1111_1111;
const FIRST: u16 = 0b1;

#[test]
fn sessions_come_up_after_about_a_round_trip_over_both_links() {
    let (_, log) = run::<FIRST, 0>(&setup(2, 1), 1);
    // Both dial at 0 and n2's dial is the later one: SYN, SYN+ACK, ACK take a millisecond each.
    assert_eq!(log.heard(1, 0), [(2, true)]);
    assert_eq!(log.heard(0, 1), [(3, true)]);
    assert_eq!(log.between(0, 1).len(), 99, "a note every 10 ms from then on");
    assert!(log.dropped.is_empty());
}

#[test]
fn notes_stay_in_order_and_single_under_heavy_loss_reordering_and_duplication() {
    let mut setup = setup(3, 60);
    setup.link.delay = Delay::Exponential { mean: Span::millis(20) };
    setup.link.loss = Ratio::new(30, 100);
    setup.link.duplicate = Ratio::ONE;
    setup.link.reorder = Some(Reorder { chance: Ratio::new(1, 2), by: Delay::Uniform(Span::ZERO, Span::millis(200)) });
    setup.session = SessionSettings { timeout: Span::secs(30), ..SessionSettings::default() };
    let (outcome, log) = run::<ALL, 0>(&setup, 3);
    assert_eq!(log.downs(), 0);
    // Talk ends after 25 s; everything has got through half a minute later.
    assert!(log.sent.len() > 14_000 && log.got.len() == log.sent.len(), "{} of {}", log.got.len(), log.sent.len());
    assert!(log.dropped.is_empty(), "a lost packet is a delay");
    assert!(outcome.counters.duplicated > 9_000);
}

#[test]
fn one_percent_of_loss_never_tears_a_session_down() {
    for seed in 0..5 {
        let mut setup = setup(3, 30);
        setup.link.loss = Ratio::new(1, 100);
        let (_, log) = run::<ALL, 0>(&setup, seed);
        assert_eq!(log.downs(), 0);
        assert_eq!(log.got.len(), log.sent.len());
    }
}

#[test]
fn a_lost_note_comes_one_retransmission_later_and_holds_back_what_is_behind_it() {
    let mut setup = setup(2, 2);
    // Lose all that n1 sends for 15 ms: one note, that of 1 000 ms.
    let patch = LinkPatch { loss: Some(Ratio::ONE), ..LinkPatch::default() };
    let fault = Fault::Degrade { from: member(0), to: member(1), both: false, patch, lasting: Span::millis(10) };
    setup.script = vec![at(995, fault)];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    let late: Vec<Got> = log.got.iter().copied().filter(|got| got.at == Time(1_201_000_000)).collect();
    // It, the 19 notes of 1 010 to 1 190 ms, and that of 1 200 ms, which needs the same millisecond.
    assert_eq!(late.len(), 21);
    assert_eq!(late[0].number, 99);
    assert!(!log.got.iter().any(|got| got.at > Time(991_000_000) && got.at < Time(1_201_000_000)));
    assert_eq!(log.downs(), 0);
}

#[test]
fn a_cut_shorter_than_the_timeout_delays_and_loses_nothing() {
    for seed in 0..5 {
        let mut setup = setup(3, 30);
        setup.script = vec![at(1_001 + 2 * seed, cut(0, 1, true)), at(5_780 + 2 * seed, Fault::Heal)];
        let (_, log) = run::<ALL, 0>(&setup, seed);
        assert_eq!((log.downs(), log.got.len()), (0, log.sent.len()));
        let gap = log.between(0, 1).windows(2).map(|two| two[1].at.since(two[0].at)).max().unwrap();
        assert!(gap > Span::millis(4_750) && gap < Span::millis(5_000), "nothing crosses the cut: {gap}");
    }
}

#[test]
fn after_a_longer_cut_each_end_hears_down_at_its_own_time_and_up_when_it_is_mended() {
    let mut setup = setup(3, 30);
    // n2's clock runs at half speed, so its five seconds are ten.
    setup.members = vec![MemberSetup { clock_rate: Ratio::new(1, 2), ..MemberSetup::of(1) }];
    setup.script = vec![at(1_005, cut(0, 1, true)), at(15_000, Fault::Heal)];
    let (_, log) = run::<ALL, 0>(&setup, 1);
    let (n1, n2) = (log.heard(0, 1), log.heard(1, 0));
    assert_eq!((n1[1].1, n2[1].1), (false, false));
    // From the first note that was not acknowledged: n1's left at 1 010 ms, n2's (whose period is 20 ms) at 1 020 ms.
    assert_eq!((n1[1].0, n2[1].0), (6_010, 11_020));
    for end in [&n1, &n2] {
        assert_eq!(end.len(), 3, "down once, up once: {end:?}");
        assert!(end[2].1 && (15_000..17_600).contains(&end[2].0), "{end:?}");
    }
    assert_eq!(log.heard(0, 2).len(), 1, "others do not notice");
}

#[test]
fn after_a_one_way_cut_the_session_is_half_open_until_the_other_end_dials_again() {
    let mut setup = setup(2, 30);
    setup.script = vec![at(1_005, cut(0, 1, false)), at(15_000, Fault::Heal)];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    assert_eq!(log.heard(0, 1)[1], (6_010, false));
    // n2 has nothing to say, so it cannot notice. It hears of the end with n1's first dial that gets through.
    let n2 = log.heard(1, 0);
    assert!(n2[1].0 >= 15_001 && !n2[1].1 && n2[2].1, "{n2:?}");
    assert_eq!(n2.len(), 3);
}

#[test]
fn a_crash_is_heard_one_delay_later_and_not_across_a_cut() {
    let mut setup = setup(3, 5);
    setup.script = vec![at(900, cut(0, 2, true)), at(1_005, Fault::Crash(member(0)))];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    assert_eq!(log.heard(1, 0)[1..], [(1_006, false)]);
    assert_eq!(log.heard(2, 0).len(), 1, "n3 has nothing to say and hears nothing");
}

#[test]
fn a_peer_that_missed_the_crash_is_told_when_it_sends() {
    let mut setup = setup(2, 5);
    setup.script = vec![at(1_001, cut(1, 0, true)), at(1_002, Fault::Crash(member(1))), at(1_004, Fault::Heal)];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    // The note of 1 010 ms reaches a machine whose kernel knows of no session.
    assert_eq!(log.heard(0, 1)[1..], [(1_012, false)]);
    assert!(log.dropped.contains(&(Time(1_012_000_000), Dropped::StaleSession)));
}

#[test]
fn after_a_restart_the_session_is_a_new_one_and_nothing_of_the_old_one_arrives() {
    let mut stale = 0;
    for seed in 0..20 {
        let mut setup = setup(3, 10);
        // Much is in flight all the time, and in every order.
        setup.link.delay = Delay::Uniform(Span::millis(1), Span::millis(300));
        setup.script =
            (1..8).flat_map(|i| [at(1_000 * i, Fault::Crash(member(0))), at(1_000 * i + 2, Fault::Restart(member(0)))]).collect();
        let (_, log) = run::<ALL, 0>(&setup, seed);
        stale += log.dropped.iter().filter(|(_, why)| *why == Dropped::StaleSession).count();
        assert!(log.heard(1, 0).len() > 10, "{:?}", log.heard(1, 0));
        let lives: std::collections::BTreeSet<u64> = log.between(0, 1).iter().map(|got| got.life).collect();
        assert!(lives.len() > 5, "n1 talks again after (nearly) every restart");
    }
    assert!(stale > 100, "or this would prove nothing");
}

#[test]
fn a_reset_is_heard_at_once_here_and_a_delay_later_there_and_a_new_session_follows() {
    let (_, log) = run::<ALL, 100>(&setup(3, 5), 1);
    assert_eq!(log.heard(0, 1)[1..], [(1_000, false), (1_202, true)]);
    assert_eq!(log.heard(1, 0)[1..], [(1_001, false), (1_203, true)]);
    assert_eq!(log.heard(0, 2).len(), 1);
}

#[test]
fn a_pause_resets_nothing_however_long_and_buffers_fill() {
    let mut setup = setup(2, 40);
    setup.script = vec![at(1_005, Fault::Pause { who: member(1), lasting: Some(Span::secs(20)) })];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    assert_eq!(log.downs(), 0);
    let resumed = log.resumed[0];
    assert!(!log.got.iter().any(|got| got.at > Time(1_005_000_000) && got.at < resumed));
    // What had arrived by then, in order (which `run` has checked), at the moment of resumption.
    assert_eq!(log.got.iter().filter(|got| got.at == resumed).count(), 2_000);
}

#[test]
fn a_paused_process_hears_when_it_resumes_what_its_kernel_learned_meanwhile() {
    let mut setup = setup(2, 40);
    setup.script = vec![
        at(1_005, Fault::Pause { who: member(1), lasting: Some(Span::secs(20)) }),
        at(2_005, Fault::Crash(member(0))),
        at(3_000, Fault::Restart(member(0))),
    ];
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    // Buffered notes, down, up, and the notes of the new life; `run` has seen that lives are not mixed up.
    assert_eq!(log.heard(1, 0)[1..], [(21_005, false), (21_005, true)]);
    let lives: std::collections::BTreeSet<u64> = log.between(0, 1).iter().map(|got| got.life).collect();
    assert_eq!(lives.len(), 2);
    assert!(log.heard(0, 1).iter().all(|(_, up)| *up), "n1's new session came up with the kernel of a paused process");
}

#[test]
fn a_suspended_machine_acknowledges_nothing() {
    for clock in [ClockDuring::Runs, ClockDuring::Stops] {
        let mut setup = setup(2, 40);
        setup.script = vec![at(1_005, Fault::Suspend { who: member(1), lasting: Some(Span::secs(20)), clock })];
        let (_, log) = run::<FIRST, 0>(&setup, 1);
        assert_eq!(log.heard(0, 1)[1], (6_010, false));
        assert!(log.heard(0, 1).last().unwrap().1, "up again afterwards");
        assert!(log.heard(1, 0)[1].0 >= 21_005);
        let mut shorter = setup.clone();
        shorter.script = vec![at(1_005, Fault::Suspend { who: member(1), lasting: Some(Span::secs(4)), clock })];
        let (_, log) = run::<FIRST, 0>(&shorter, 1);
        assert_eq!((log.downs(), log.got.len()), (0, log.sent.len()));
    }
}

#[test]
fn a_link_that_is_cut_from_the_start_comes_up_when_it_is_mended() {
    let mut setup = setup(2, 60);
    let (from, to) = (Target::Member(0), Target::Member(1));
    setup.links = vec![LinkOverride { from, to, both: true, patch: LinkPatch::default(), cut: true }];
    setup.script = vec![at(30_000, Fault::Heal)];
    let (_, log) = run::<ALL, 0>(&setup, 1);
    let up = log.heard(0, 1)[0];
    // The wait between two dials doubles, but not beyond a quarter of the timeout.
    assert!(up.1 && (30_001..=31_253).contains(&up.0), "{up:?}");
}

#[test]
fn what_acknowledgements_and_retransmissions_draw_changes_no_message_of_its_own() {
    let mut calm = setup(2, 30);
    calm.link.delay = Delay::Uniform(Span::millis(1), Span::millis(5));
    let mut noisy = calm.clone();
    let patch = LinkPatch { loss: Some(Ratio::new(1, 2)), ..LinkPatch::default() };
    let fault = Fault::Degrade { from: member(1), to: member(0), both: false, patch, lasting: Span::secs(20) };
    noisy.script = vec![at(1_005, fault)];
    let ((_, calm), (_, noisy)) = (run::<FIRST, 0>(&calm, 1), run::<FIRST, 0>(&noisy, 1));
    assert!(calm.got == noisy.got, "half of the acknowledgements were lost, and notes came twice; their first copies as before");
}

/// Everything at once, on four members.
fn bad_day() -> Setup {
    let mut setup = setup(4, 60);
    setup.link.delay = Delay::Uniform(Span::millis(1), Span::millis(40));
    setup.link.loss = Ratio::new(5, 100);
    setup.link.duplicate = Ratio::new(1, 10);
    setup.session = SessionSettings { timeout: Span::secs(2), retransmit: Span::millis(100) };
    setup.script = vec![
        at(1_000, cut(0, 1, true)),
        at(2_000, cut(1, 2, false)),
        at(3_000, Fault::Crash(member(3))),
        at(6_000, Fault::Heal),
        at(7_000, Fault::Restart(member(3))),
        at(10_000, Fault::Suspend { who: member(2), lasting: Some(Span::secs(5)), clock: ClockDuring::Stops }),
        at(11_000, Fault::Pause { who: member(0), lasting: Some(Span::secs(5)) }),
        at(12_000, Fault::Crash(member(1))),
        at(12_001, Fault::Restart(member(1))),
        at(20_000, Fault::ClockRate { who: member(0), rate: Ratio::new(3, 1) }),
        at(30_000, cut(0, 3, true)),
        at(33_000, Fault::ClockRate { who: member(0), rate: Ratio::ONE }),
        at(40_000, Fault::Heal),
    ];
    setup
}

#[test]
fn every_note_is_handed_over_once_or_lost_once() {
    for seed in 0..5 {
        let (outcome, log) = run::<ALL, 0>(&bad_day(), seed);
        let dropped = log.dropped.len();
        assert!(log.downs() > 10 && dropped > 100);
        assert_eq!(log.sent.len(), log.got.len() + dropped, "nobody talks at the end, and nothing is on its way");
        assert_eq!(outcome.counters.dropped as usize, dropped);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_watched_or_not() {
    let registry = Registry::new().with::<Chatter<ALL, 50>>();
    let alone = |seed| registry.get("chatter").unwrap().run(&bad_day(), &[], seed, Options::default()).fingerprint;
    let watched = run::<ALL, 50>(&bad_day(), 1).0.fingerprint;
    assert_eq!((alone(1), alone(1)), (watched, watched));
    assert_ne!(alone(1), alone(2));
}

#[test]
fn ninety_nine_members_connect_with_each_other_and_hear_one_of_them() {
    let mut setup = setup(99, 2);
    setup.link.delay = Delay::Uniform(Span::millis(1), Span::millis(5));
    let (_, log) = run::<FIRST, 0>(&setup, 1);
    assert_eq!(log.links.len(), 99 * 98);
    assert_eq!(log.downs() + log.dropped.len(), 0);
    // 198 ticks from 20 ms on at the latest; those of the last 5 ms are still on their way.
    assert!(log.got.len() > 98 * 197, "{}", log.got.len());
}
