//! Members driven by hand, each with a clock of its own, and a network without delay between them.
//!
//! `> cluster N [pv] [cq] [T=10] [alone] [dead=2,3]` makes one of N members, fresh: `pv` switches pre-vote on; `cq` switches
//! on etcd's check-quorum, and the leader stickiness that comes with it there; T is the election timeout in ticks, the
//! heartbeat is one tick. Of the members that are dead (with `alone`: all but 1) nothing is ever heard. Then:
//!
//! - `disk X [term=] [vote=] [log=1,1,2]`: what X starts with; before anything else
//! - `set X pv|cq on|off`: another setting from here on
//! - `hup X[,Y]`: X campaigns now; with Y too before any message arrives
//! - `beat X`: X's heartbeat timer runs out
//! - `tick X K`: X's clock goes on by K ticks, and what is due fires
//! - `propose X`, `transfer X to Y`
//! - `send A>B MESSAGE`: B gets this, as if from A
//! - `cut A B`, `isolate A`, `recover`, `ignore KIND`: the network
//! - `hold`, `deliver-one X`, `flow`: messages wait; the oldest for X arrives; all arrive from here on
//! - `slow-disk X`, `disk-answers X`: writes wait for the disk
//! - `draws follower|candidate X K`: X draws K timeouts as what it is; `race follower|candidate K`: K rounds in which all draw
//!
//! Unless they are held, messages are delivered after each command until there are none.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use algorithms::Raft;
use algorithms::raft::{CheckQuorum, Config, Message, Preset, Stickiness, Timer};
use sim::rig::{Effect, Effects, Rig};
use sim::{Message as _, NodeId, Role, Span};

use crate::words::{self, Words, member, name, number, or_dash};

const TICK: Span = Span::millis(1);
/// Any; no row depends on it.
const SEED: u64 = 1;

struct Parcel {
    from: NodeId,
    to: NodeId,
    message: Message,
}

pub struct Cluster {
    /// One rig a member, of which only this member runs: so each has its own clock. `None`: dead.
    members: Vec<Option<Rig<Raft>>>,
    config: Vec<Config>,
    started: bool,
    queue: VecDeque<Parcel>,
    held: bool,
    cuts: BTreeSet<(NodeId, NodeId)>,
    ignored: BTreeSet<String>,
    items: u64,
    /// What each member showed last.
    shown: Vec<String>,
    /// What happened during the last command …
    transcript: Vec<String>,
    /// … the messages that were sent in it, `1>2 RequestVote …`, and what was drawn: whole ticks, and how often.
    pub sent: Vec<String>,
    pub drawn: BTreeMap<u64, u64>,
    /// Of the rounds of the last race: in how many the earliest tick had more than one member.
    pub collisions: u64,
}

impl Cluster {
    pub fn new(line: &str) -> Cluster {
        let mut words = Words::of(line);
        let size = number(words.plain().expect("the number of members")) as u16;
        let ticks = words.value("T").map_or(10, number);
        let (pre_vote, check_quorum, alone) = (words.flag("pv"), words.flag("cq"), words.flag("alone"));
        let dead: Vec<NodeId> = words.value("dead").map_or(Vec::new(), |list| list.split(',').map(member).collect());
        words.done(line);
        let mut config = Config::of(Preset::Paper);
        (config.election_low, config.election_high) = (TICK.times(ticks), TICK.times(2 * ticks));
        config.heartbeat = TICK;
        config.pre_vote = pre_vote;
        set_check_quorum(&mut config, check_quorum);
        let lives = |node: u16| !(alone && node > 0 || dead.contains(&NodeId(node)));
        let members = (0..size).map(|node| lives(node).then(|| Rig::new(size, &config, SEED))).collect();
        Cluster {
            members,
            config: vec![config; size.into()],
            started: false,
            queue: VecDeque::new(),
            held: false,
            cuts: BTreeSet::new(),
            ignored: BTreeSet::new(),
            items: 0,
            shown: vec![String::new(); size.into()],
            transcript: Vec::new(),
            sent: Vec::new(),
            drawn: BTreeMap::new(),
            collisions: 0,
        }
    }

    pub fn transcript(&self) -> &[String] {
        &self.transcript
    }

    pub fn rig(&self, node: NodeId) -> &Rig<Raft> {
        self.members[node.index()].as_ref().unwrap_or_else(|| panic!("member {} is dead", name(node)))
    }

    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.members.len() as u16).map(NodeId)
    }

    pub fn alive(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.nodes().filter(|node| self.members[node.index()].is_some())
    }

    /// `L@3 leader=1 vote=1 commit=2 log=1,3`
    pub fn state(&self, node: NodeId) -> String {
        let (raft, durable) = (self.rig(node).mind(node), self.rig(node).durable(node));
        let role = role_letter(raft.role());
        let handing = raft.transferee().map_or(String::new(), |to| format!(" transferee={}", name(to)));
        let (leader, vote) = (or_dash(raft.leader()), or_dash(durable.vote));
        let (term, commit, log) = (raft.term(), raft.commit(), words::log_words(&durable.log));
        format!("{role}@{term} leader={leader} vote={vote} commit={commit} log={log}{handing}")
    }

    /// # Panics
    /// When the command is none of those above.
    pub fn run(&mut self, line: &str) {
        self.transcript.clear();
        self.sent.clear();
        self.drawn.clear();
        let mut words = Words::of(line);
        let command = words.plain().expect("a command");
        if command != "disk" {
            self.start();
        }
        match command {
            "disk" => self.set_disk(&mut words),
            "set" => self.set(&mut words),
            "hup" => self.hup(&mut words),
            "beat" => self.fire(target(&mut words), Timer::Heartbeat),
            "tick" => self.tick(&mut words),
            "propose" => self.propose(&mut words),
            "transfer" => self.transfer(&mut words),
            "send" => return self.send(line),
            "draws" | "race" => self.draw(command, &mut words),
            "slow-disk" => self.with(target(&mut words), |rig, node| {
                rig.slow_disk(node);
                Vec::new()
            }),
            "disk-answers" => self.with(target(&mut words), |rig, node| rig.disk_answers(node)),
            _ => self.run_network(command, &mut words),
        }
        words.done(line);
        self.settle();
    }

    fn run_network(&mut self, command: &str, words: &mut Words<'_>) {
        match command {
            "cut" => self.cut(target(words), target(words)),
            "isolate" => {
                let node = target(words);
                self.nodes().filter(|other| *other != node).for_each(|other| self.cut(node, other));
            }
            "recover" => {
                self.cuts.clear();
                self.ignored.clear();
            }
            "ignore" => {
                self.ignored.insert(String::from(words.plain().expect("a kind of message")));
            }
            "hold" => self.held = true,
            "deliver-one" => self.deliver_one(target(words)),
            "flow" => self.held = false,
            _ => panic!("`{command}` is no command"),
        }
    }

    fn cut(&mut self, one: NodeId, other: NodeId) {
        self.cuts.insert((one, other));
        self.cuts.insert((other, one));
    }

    fn start(&mut self) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        for node in self.alive().collect::<Vec<_>>() {
            self.with(node, |rig, node| rig.start(node));
        }
        self.transcript.clear();
    }

    fn set_disk(&mut self, words: &mut Words<'_>) {
        assert!(!self.started, "what is on the disk is said before anything happens");
        let node = target(words);
        let stable = words::stable(words);
        self.members[node.index()].as_mut().expect("a living member").set_durable(node, stable);
    }

    fn set(&mut self, words: &mut Words<'_>) {
        let node = target(words);
        let config = &mut self.config[node.index()];
        let what = words.plain().expect("pv or cq");
        let on = words.plain() == Some("on");
        match what {
            "pv" => config.pre_vote = on,
            "cq" => set_check_quorum(config, on),
            _ => panic!("`{what}` is no setting here"),
        }
        let config = config.clone();
        self.members[node.index()].as_mut().expect("a living member").configure(node, config);
    }

    fn hup(&mut self, words: &mut Words<'_>) {
        for node in words.plain().expect("who campaigns").split(',') {
            self.fire(member(node), Timer::Election);
        }
    }

    fn propose(&mut self, words: &mut Words<'_>) {
        self.items += 1;
        let item = words::item(self.items);
        self.with(target(words), |rig, node| rig.propose(node, item));
    }

    fn transfer(&mut self, words: &mut Words<'_>) {
        let node = target(words);
        assert_eq!(words.plain(), Some("to"));
        let to = target(words);
        self.with(node, |rig, node| rig.deliver(node, node, Message::TransferLeader { to }));
    }

    /// What is due fires at the tick at which, or after which, it is due.
    fn tick(&mut self, words: &mut Words<'_>) {
        let node = target(words);
        for _ in 0..number(words.plain().expect("how many ticks")) {
            let rig = self.members[node.index()].as_mut().expect("a living member");
            rig.advance(TICK);
            let due: Vec<Timer> = rig.armed(node).into_iter().filter(|(_, left)| *left == Span::ZERO).map(|due| due.0).collect();
            for timer in due {
                self.fire(node, timer);
            }
            self.settle();
        }
    }

    fn send(&mut self, line: &str) {
        let rest = line.strip_prefix("send ").expect("a command begins with its name");
        let (way, words) = rest.split_once(' ').expect("a message");
        let (from, to) = way.split_once('>').expect("A>B");
        let (from, to) = (member(from), member(to));
        let message = words::message(words, to);
        self.with(to, |rig, node| rig.deliver(node, from, message));
        self.settle();
    }

    fn draw(&mut self, command: &str, words: &mut Words<'_>) {
        let candidate = words.plain() == Some("candidate");
        let racing: Vec<NodeId> = if command == "race" { self.alive().collect() } else { vec![target(words)] };
        let rounds = number(words.plain().expect("how many"));
        self.collisions = 0;
        for _ in 0..rounds {
            let ticks: Vec<u64> = racing.iter().map(|&node| self.one_draw(node, candidate)).collect();
            let first = ticks.iter().min().expect("somebody draws");
            self.collisions += u64::from(ticks.iter().filter(|tick| *tick == first).count() > 1);
            for tick in ticks {
                *self.drawn.entry(tick).or_default() += 1;
            }
        }
        self.transcript = self.drawn.iter().map(|(tick, times)| format!("{tick} ticks: {times} times")).collect();
        if command == "race" {
            self.transcript.push(format!("more than one in the first tick: {} of {rounds}", self.collisions));
        }
    }

    /// Becomes what it is anew, in the next term, and says how many whole ticks it waits.
    fn one_draw(&mut self, node: NodeId, candidate: bool) -> u64 {
        let rig = self.members[node.index()].as_mut().expect("a living member");
        let effects = if candidate {
            rig.fire(node, Timer::Election)
        } else {
            let from = NodeId(if node.0 == 0 { 1 } else { 0 });
            let term = rig.mind(node).term() + 1;
            let heartbeat = Message::AppendEntries { term, previous: 0, previous_term: 0, commit: 0, entries: None };
            rig.deliver(node, from, heartbeat)
        };
        let armed = |effect: &Effect<Message, Timer, sim::Never>| match effect {
            Effect::Armed { timer: Timer::Election, after } => Some(after.0 / TICK.0),
            _ => None,
        };
        effects.iter().find_map(armed).expect("it waits for a leader")
    }

    fn fire(&mut self, node: NodeId, timer: Timer) {
        self.with(node, |rig, node| rig.fire(node, timer));
    }

    /// Lets a member do something, and takes what it sends.
    fn with(&mut self, node: NodeId, act: impl FnOnce(&mut Rig<Raft>, NodeId) -> Effects<Raft>) {
        let rig = self.members[node.index()].as_mut().unwrap_or_else(|| panic!("member {} is dead", name(node)));
        for effect in act(rig, node) {
            match effect {
                Effect::Sent { to, message } => {
                    self.sent.push(format!("{}>{} {}", name(node), name(to), words::message_words(&message)));
                    self.queue.push_back(Parcel { from: node, to, message });
                }
                Effect::Acknowledged { item } => self.transcript.push(format!("{} acknowledges item {}", name(node), item.0)),
                Effect::Armed { .. } | Effect::Disarmed { .. } | Effect::Acted { .. } => {}
            }
        }
        let state = self.state(node);
        if self.shown[node.index()] != state {
            self.transcript.push(format!("{} {state}", name(node)));
            self.shown[node.index()] = state;
        }
    }

    /// Delivers until nothing is on its way, in the order of sending.
    fn settle(&mut self) {
        while !self.held {
            let Some(parcel) = self.queue.pop_front() else { return };
            self.arrive(parcel);
        }
    }

    fn deliver_one(&mut self, to: NodeId) {
        let place = self.queue.iter().position(|parcel| parcel.to == to).expect("something is on its way there");
        let parcel = self.queue.remove(place).expect("it was found there");
        self.arrive(parcel);
    }

    fn arrive(&mut self, parcel: Parcel) {
        let Parcel { from, to, message } = parcel;
        let fate = if self.members[to.index()].is_none() {
            " (dead)"
        } else if self.cuts.contains(&(from, to)) {
            " (cut)"
        } else if self.ignored.contains(message.kind()) {
            " (ignored)"
        } else {
            ""
        };
        self.transcript.push(format!("{}>{} {}{fate}", name(from), name(to), words::message_words(&message)));
        if fate.is_empty() {
            self.with(to, |rig, node| rig.deliver(node, from, message));
        }
    }
}

pub fn role_letter(role: Role) -> char {
    match role {
        Role::Follower => 'F',
        Role::PreCandidate => 'P',
        Role::Candidate => 'C',
        Role::Leader => 'L',
    }
}

/// In etcd one switch means both.
fn set_check_quorum(config: &mut Config, on: bool) {
    config.check_quorum = if on { CheckQuorum::On } else { CheckQuorum::Off };
    config.stickiness = if on { Stickiness::Ignore } else { Stickiness::Off };
}

fn target(words: &mut Words<'_>) -> NodeId {
    member(words.plain().expect("a member"))
}
