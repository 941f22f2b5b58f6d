//! Setting up a run.

use std::rc::Rc;

use crate::algorithm::{Algorithm, Facts, Initial, NodeId, Transport};
use crate::audit::Audit;
use crate::delay::LinkSettings;
use crate::engine::client::Errands;
use crate::engine::clock::Clock;
use crate::engine::hiccup::Hiccups;
use crate::engine::host::Host;
use crate::engine::job::Job;
use crate::engine::link::Link;
use crate::engine::measure::Measurement;
use crate::engine::node::Node;
use crate::engine::own::Own;
use crate::engine::reign::Reigns;
use crate::engine::resource::Resource;
use crate::engine::script::Script;
use crate::engine::session::Sessions;
use crate::engine::topology::Topology;
use crate::engine::wire::Wire;
use crate::engine::{Engine, tag};
use crate::failover::Failovers;
use crate::fault::Target;
use crate::random::{self, Purpose, Stream};
use crate::registry::{Options, Settings, configured};
use crate::resource_bugs::{self, ResourceBug};
use crate::setup::{Measure, MemberSetup, Setup};
use crate::time::Time;

/// The parts of the cluster beside its members, in the order of their numbers.
pub(crate) const PARTS: [&str; 1] = ["resource"];

impl<'o, A: Algorithm> Engine<'o, A> {
    #[inline(never)]
    pub(super) fn build(setup: &'o Setup, settings: &Settings, seed: u64, options: Options<'o>) -> Engine<'o, A> {
        let (named, seed) = (seed, random::salted(seed, setup.salt));
        let config = configured::<A>(settings);
        let network = setup.network();
        let (facts, claims) = (A::facts(&config), A::claims(&config));
        let mutant = options.mutant.and_then(|id| A::MUTANTS.iter().find(|m| m.id == id)).map(|m| m.mutant);
        let bug = options.mutant.filter(|_| mutant.is_none()).and_then(|id| bug_of_resource(id, facts));
        let members: Vec<MemberSetup> = (0..setup.nodes).map(|i| member_setup(setup, i)).collect();
        let nodes: Vec<Node<A>> = members.iter().map(|member| build_node(setup, settings, member, mutant, seed)).collect();
        let swarm = setup.swarm.iter().flat_map(|swarm| crate::swarm::draw(swarm, setup, seed));
        let events: Vec<_> = setup.script.iter().cloned().chain(swarm).collect();
        let different = members.iter().filter(|member| !member.settings.is_empty()).map(|member| usize::from(member.member));
        let bounds = different.fold(A::bounds(&config, &network), |worst, i| worst.worst(A::bounds(&nodes[i].config, &network)));
        let mut audit = Audit::new(setup, &events, facts, &claims, &bounds);
        audit.on = options.checks;
        let mut hosts = hosts::<A>(&config, setup.nodes, seed);
        hosts.iter_mut().for_each(|host| host.mutant = mutant.and_then(A::service_mutant));
        let names: Vec<&'static str> = PARTS.into_iter().chain(hosts.iter().map(|host| host.name)).collect();
        let base = link_settings(setup, &names);
        let parts = nodes.len() + names.len();
        let in_sessions = A::TRANSPORT == Transport::Session;
        let mut wire = Wire::new(nodes.len(), links(seed, parts, &base), parts, audit);
        wire.sessions = in_sessions.then(|| Box::new(Sessions::new(setup.nodes, setup.session, seed)));
        wire.services = hosts.len() as u16;
        wire.fingerprint = options.fingerprint;
        // The messages before the first leader are counted by watching, so that nobody else pays for it.
        wire.watched = options.observer.is_some() || setup.measure == Some(Measure::MessagesToFirstLeader);
        wire.attended = options.checks || options.fingerprint || wire.watched;
        wire.own_rules = options.checks && !A::invariants().is_empty();
        let usual_rates = members.iter().map(|m| m.clock_rate).collect();
        let mut engine = Engine {
            setup,
            minds: nodes.iter().map(|_| None).collect(),
            fallen: nodes.iter().map(|_| None).collect(),
            topology: topology(nodes.len(), base, usual_rates),
            script: Script::new(events, names),
            hiccups: Hiccups::new(if setup.pauses.is_some() { setup.nodes } else { 0 }, seed),
            reigns: Reigns::new(setup.nodes, Failovers::new(setup.work.on, bounds.detection)),
            resource: Resource::new(bug),
            errands: Errands::new(nodes.len(), facts.history, bug),
            measurement: Measurement::default(),
            own: if options.checks { Own::all() } else { Vec::new() },
            bounds,
            end: Time::ZERO + setup.duration,
            alarm: Time::NEVER,
            stopped: false,
            horizon: Time::ZERO + setup.duration,
            named,
            seed,
            settings: config_in_words::<A>(&config),
            nodes,
            hosts,
            wire,
            observer: options.observer,
            told: 0,
        };
        engine.schedule_start(&members);
        engine
    }

    /// Everyone's first start, the first leader's campaign, the links that are cut from the start, and the script.
    fn schedule_start(&mut self, members: &[MemberSetup]) {
        for (i, member) in members.iter().enumerate() {
            let node = NodeId(i as u16);
            if member.down {
                continue;
            }
            let offset = member.start_offset.as_ref().or(self.setup.start_offset.as_ref());
            let at = offset
                .map_or(Time::ZERO, |offset| Time::ZERO + Stream::new(self.seed, Purpose::Offset { node: node.0 }).span(offset));
            self.wire.queue.schedule(at, Job::Start(node));
        }
        if let Some(first) = self.setup.first_leader {
            self.wire.queue.schedule(Time::ZERO, Job::Campaign(NodeId(first)));
        }
        let cut: Vec<(NodeId, NodeId)> =
            self.setup.links.iter().filter(|link| link.cut).flat_map(|l| pairs(self.setup, &self.script.parts, l)).collect();
        if !cut.is_empty() {
            self.cut(&cut);
        }
        self.schedule_script();
        self.schedule_hiccups();
    }

    #[inline(never)]
    pub(super) fn begin(&mut self) {
        if self.wire.fingerprint {
            self.wire.encoder.words([tag::NODE, self.nodes.len() as u64, self.seed]);
        }
        for s in 0..self.hosts.len() {
            self.start_service(s);
        }
        self.judge_clocks();
        self.world_changed();
    }
}

/// The services, down.
fn hosts<A: Algorithm>(config: &A::Config, members: u16, seed: u64) -> Vec<Host<A>> {
    let first = members + PARTS.len() as u16;
    let host = |(number, (name, settings))| Host::new(NodeId(number), name, settings, members, seed);
    (first..).zip(A::services(config)).map(host).collect()
}

/// An algorithm that acts on the resource has the bugs of the resource as well.
fn bug_of_resource(id: &str, facts: Facts) -> Option<ResourceBug> {
    if facts.history { None } else { resource_bugs::by_id(id) }
}

/// From × to, over all parts of the cluster.
fn links(seed: u64, parts: usize, base: &[Rc<LinkSettings>]) -> Vec<Link> {
    let ends = (0..parts * parts).map(|place| ((place / parts) as u16, (place % parts) as u16));
    ends.zip(base).map(|((from, to), settings)| Link::new(seed, from, to, settings.clone())).collect()
}

fn member_setup(setup: &Setup, i: u16) -> MemberSetup {
    setup.members.iter().find(|m| m.member == i).cloned().unwrap_or_else(|| MemberSetup::of(i))
}

fn build_node<A: Algorithm>(
    setup: &Setup,
    settings: &Settings,
    member: &MemberSetup,
    mutant: Option<A::Mutant>,
    seed: u64,
) -> Node<A> {
    let own = member.settings.iter().filter(|(algorithm, _, _)| algorithm == A::NAME);
    let settings: Vec<_> = settings.iter().cloned().chain(own.map(|(_, key, value)| (key.clone(), value.clone()))).collect();
    let config = configured::<A>(&settings);
    let initial = Initial { history: member.log.clone(), ineligible: member.ineligible };
    let image = A::initial(&config, &initial);
    let id = NodeId(member.member);
    let clock = Clock::new(id, member.clock_rate, member.wall_offset);
    let disk = member.disk.clone().unwrap_or_else(|| setup.disk.clone());
    let mut node = Node::new(id, setup.nodes, seed, config, image, clock, disk);
    node.ineligible = member.ineligible;
    node.mutant = mutant;
    node.rewritten = if member.log.is_empty() { node.rewritten } else { 0 };
    node
}

/// The places of a target that has a meaning before the run.
fn places(setup: &Setup, names: &[&str], target: &Target) -> Vec<u16> {
    match target {
        Target::Member(member) => vec![*member],
        Target::Part(name) => names.iter().position(|part| part == name).map(|p| setup.nodes + p as u16).into_iter().collect(),
        Target::Services => (PARTS.len()..names.len()).map(|p| setup.nodes + p as u16).collect(),
        _ => (0..setup.nodes).collect(),
    }
}

fn pairs(setup: &Setup, names: &[&str], link: &crate::setup::LinkOverride) -> Vec<(NodeId, NodeId)> {
    let mut pairs = Vec::new();
    for from in places(setup, names, &link.from) {
        for to in places(setup, names, &link.to) {
            if from != to {
                pairs.push((NodeId(from), NodeId(to)));
                if link.both {
                    pairs.push((NodeId(to), NodeId(from)));
                }
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn link_settings(setup: &Setup, names: &[&str]) -> Vec<Rc<LinkSettings>> {
    let parts = usize::from(setup.nodes) + names.len();
    let usual = Rc::new(setup.link.clone());
    let mut base = vec![usual; parts * parts];
    for link in &setup.links {
        for (from, to) in pairs(setup, names, link) {
            let place = from.index() * parts + to.index();
            base[place] = Rc::new(base[place].patched(&link.patch));
        }
    }
    base
}

fn topology(members: usize, base: Vec<Rc<LinkSettings>>, usual_rates: Vec<crate::ratio::Ratio>) -> Topology {
    Topology {
        base,
        partitioned: false,
        told: Vec::new(),
        cuts: Vec::new(),
        degradations: Vec::new(),
        flaps: Vec::new(),
        numbered: 0,
        paused_until: vec![Time::ZERO; members],
        suspended_clock: vec![false; members],
        hiccup: vec![false; members],
        usual_rates,
        running: vec![false; members],
        up: vec![false; members],
        quorum_connected: vec![false; members],
        calm: false,
        core: None,
        judged: vec![false; members],
        disturbed_at: Time::ZERO,
        ever_disturbed: false,
    }
}

/// Every setting in force, as a file would say it.
fn config_in_words<A: Algorithm>(config: &A::Config) -> Vec<(String, String)> {
    use crate::settings::Config;
    A::Config::SETTINGS.iter().map(|setting| (String::from(setting.key), config.get(setting.key).to_string())).collect()
}
