//! What sessions make of a bad network, as stories. The algorithm is as simple as can be: whoever talks sends every peer whose
//! link is up a numbered note every 10 ms, counting from 0 in each life of the link.

mod answers;
mod disk;
mod everything;
mod members;
mod network;
mod toy;

use sim::algorithm::*;
use sim::delay::{Delay, LinkPatch, Reorder};
use sim::fault::{ClockDuring, Family, Fault, ScriptEvent, Swarm, Target, When};
use sim::observer::{Dropped, Happening, NodeEvent, Observer};
use sim::outcome::Outcome;
use sim::setup::{LinkOverride, MemberSetup, SessionSettings, Setup, Work};
use sim::{Context, NoService, Options, Ratio, Registry, Span, Time};

use toy::{Note, Player, Tick, Toy, played};

/// `TALKERS`: a bit for each member that talks. `RESET`: with which tick `n1` closes its session with `n2` (0: never).
struct Chatter<const TALKERS: u16, const RESET: u64> {
    /// By peer: when the link came up, by the own clock, and how many notes have gone since.
    up: Vec<Option<(u64, u64)>>,
    ticks: u64,
    /// `n1` leads for ever, so that there is somebody to aim faults at.
    leads: bool,
}

const PERIOD: Span = Span::millis(10);
/// Nobody talks for longer than this, so that a run can end with nothing on its way.
const TALK: u64 = 2_500;

impl<const TALKERS: u16, const RESET: u64> Toy for Chatter<TALKERS, RESET> {
    const NAME: &'static str = "chatter";
    const ABOUT: &'static str = "talks";
    const KEEPS: bool = false;
    type Durable = ();

    fn start(ctx: &mut Context<'_, Player<Self>>) -> Self {
        if ctx.id().0 < 16 && TALKERS >> ctx.id().0 & 1 == 1 {
            ctx.arm(Tick, PERIOD);
        }
        Chatter { up: ctx.members().map(|_| None).collect(), ticks: 0, leads: ctx.id() == NodeId(0) }
    }
    fn tick(&mut self, ctx: &mut Context<'_, Player<Self>>) {
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
    fn link(&mut self, peer: NodeId, up: bool, ctx: &mut Context<'_, Player<Self>>) {
        assert_eq!(self.up[peer.index()].is_some(), !up, "up and down take turns");
        self.up[peer.index()] = up.then(|| (ctx.now().0, 0));
    }
    fn authority(&self) -> Authority {
        if self.leads { Authority::UntilItSays } else { Authority::None }
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
    let (outcome, log) = played::<Chatter<TALKERS, RESET>>(setup, seed);
    log.assert_in_order();
    (outcome, log)
}

const ALL: u16 = 0b1111_1111;
const FIRST: u16 = 0b1;
