//! Watches a run and makes a story of it.

use std::collections::BTreeMap;

use sim::audit::catalogue;
use sim::observer::{Happening, NodeEvent, Observer};
use sim::outcome::{Outcome, Verdict};
use sim::{Epoch, NodeId, Observation, Role, Time};

use super::cuts::{self, Sides};
use super::messages::Letters;
use super::spans::Items;
use super::{
    Cut, Done, Finding, Granted, Lane, LaneKind, LeftOut, Limits, Moment, MomentKind, Outage, Reign, Story, Stretch, Trouble,
};

/// An observer that keeps what a picture needs.
pub struct Collector {
    members: usize,
    /// Of all parts of the cluster, by number: members, the resource, services.
    names: Vec<String>,
    /// What each part takes itself for, and since when; `None`: it is down, or no member.
    minds: Vec<Option<Stretch>>,
    roles: Vec<Stretch>,
    troubled: BTreeMap<(usize, Trouble), Troubled>,
    outages: Vec<Outage>,
    cut: Option<(Time, Sides)>,
    cuts: Vec<Cut>,
    granted: BTreeMap<usize, Granted>,
    grants: Vec<Granted>,
    letters: Letters,
    items: Items,
    moments: Vec<Moment>,
    resource_used: bool,
    /// When the last step of each part began, and its place among all that happened.
    steps: Vec<(Time, u64)>,
}

/// Since when, and how many times over.
struct Troubled {
    since: Time,
    times: u32,
}

impl Collector {
    /// For a cluster of so many members with these services, as [`sim::Player::services`] names them.
    pub fn new(members: u16, services: &[&str]) -> Collector {
        let members = usize::from(members);
        let numbered = (0..members).map(|member| NodeId(member as u16).to_string());
        let beside = ["resource"].into_iter().chain(services.iter().copied()).map(String::from);
        let names: Vec<String> = numbered.chain(beside).collect();
        let mut troubled = BTreeMap::new();
        // Everybody is down until it starts; the resource does not start, it is there.
        for part in (0..names.len()).filter(|part| *part != members) {
            troubled.insert((part, Trouble::Down), Troubled { since: Time::ZERO, times: 1 });
        }
        Collector {
            members,
            minds: vec![None; names.len()],
            steps: vec![(Time::ZERO, 0); names.len()],
            names,
            roles: Vec::new(),
            troubled,
            outages: Vec::new(),
            cut: None,
            cuts: Vec::new(),
            granted: BTreeMap::new(),
            grants: Vec::new(),
            letters: Letters::default(),
            items: Items::default(),
            moments: Vec::new(),
            resource_used: false,
        }
    }

    /// The run is over, and this came of it; `command` runs it again.
    pub fn finish(mut self, outcome: &Outcome, command: String, limits: &Limits) -> Story {
        let end = outcome.end;
        (0..self.minds.len()).for_each(|part| self.forget(end, part));
        let open: Vec<(usize, Trouble)> = self.troubled.keys().copied().collect();
        open.into_iter().for_each(|key| self.over(end, key));
        self.cuts_are(end, None);
        self.grants.extend(std::mem::take(&mut self.granted).into_values().map(|granted| Granted { until: end, ..granted }));
        let (messages, uncounted) = self.letters.finish(end);
        let mut story = Story {
            scenario: outcome.scenario.clone(),
            algorithm: String::from(outcome.algorithm),
            seed: outcome.seed,
            command,
            end,
            lanes: Vec::new(),
            roles: self.roles,
            outages: self.outages,
            reigns: reigns(outcome),
            cuts: self.cuts,
            messages,
            moments: self.moments,
            work: self.items.finish(),
            grants: self.grants,
            failovers: outcome.failovers.clone(),
            findings: findings(outcome),
            left_out: LeftOut { messages: uncounted, ..LeftOut::default() },
        };
        story.roles.sort_by_key(|stretch| (stretch.from, stretch.lane));
        story.outages.sort_by_key(|outage| (outage.from, outage.lane, outage.what));
        story.grants.sort_by_key(|granted| (granted.from, granted.lane));
        arrange(&mut story, &self.names, self.members, self.resource_used);
        story.bound(limits);
        story
    }

    fn observed(&mut self, at: Time, node: NodeId, is: &Observation) {
        let epoch = in_words(is.epoch());
        let leader = is.leader().map(NodeId::index);
        let lane = node.index();
        let same = |mind: &Stretch| mind.role == is.role() && mind.epoch == epoch && mind.leader == leader;
        if self.minds[lane].as_ref().is_some_and(same) {
            return;
        }
        self.forget(at, lane);
        self.minds[lane] =
            Some(Stretch { lane, from: at, until: at, role: is.role(), epoch, leader, order: self.step_of(at, lane) });
    }

    /// A part begins a step: it hears something, a timer fires, its disk answers, a fault befalls it.
    fn begins_step(&mut self, at: Time, node: NodeId) {
        self.steps[node.index()] = (at, self.letters.order);
    }

    /// The place of the step in which a part is now; what happens to it without one is a step by itself.
    fn step_of(&self, at: Time, part: usize) -> u64 {
        let (since, order) = self.steps[part];
        if since == at { order } else { self.letters.order }
    }

    /// What it took itself for is over.
    fn forget(&mut self, at: Time, lane: usize) {
        let ended = self.minds[lane].take().map(|mind| Stretch { until: at, ..mind });
        self.roles.extend(ended.filter(|mind| mind.from < mind.until));
    }

    fn begins(&mut self, at: Time, key: (usize, Trouble)) {
        self.troubled.entry(key).or_insert(Troubled { since: at, times: 0 }).times += 1;
    }

    /// Trouble of that kind is over, however often it had begun.
    fn over(&mut self, at: Time, key: (usize, Trouble)) {
        if let Some(Troubled { since, .. }) = self.troubled.remove(&key)
            && since < at
        {
            self.outages.push(Outage { lane: key.0, from: since, until: at, what: key.1 });
        }
    }

    /// One of several is over.
    fn one_over(&mut self, at: Time, key: (usize, Trouble)) {
        match self.troubled.get_mut(&key) {
            Some(troubled) if troubled.times > 1 => troubled.times -= 1,
            _ => self.over(at, key),
        }
    }

    fn node(&mut self, at: Time, node: NodeId, event: NodeEvent) {
        let lane = node.index();
        self.resource_used |= lane == self.members;
        let mut moment = |text: &str| {
            self.moments.push(Moment { at, lane: Some(lane), kind: MomentKind::Node, text: String::from(text) });
        };
        match event {
            NodeEvent::Wiped => moment("its disk is emptied"),
            NodeEvent::ClockChanged => moment("its clocks change"),
            NodeEvent::LeaderChanged => moment("another replica leads it"),
            _ => {}
        }
        match event {
            NodeEvent::Crashed | NodeEvent::Wiped => {
                self.forget(at, lane);
                self.over(at, (lane, Trouble::Paused));
                self.over(at, (lane, Trouble::Suspended));
                self.troubled.entry((lane, Trouble::Down)).or_insert(Troubled { since: at, times: 1 });
            }
            NodeEvent::Restarted => {
                self.over(at, (lane, Trouble::Down));
                if lane < self.members {
                    self.observed(at, node, &Observation::new(Role::Follower, Epoch::default()));
                }
            }
            NodeEvent::Paused => self.begins(at, (lane, Trouble::Paused)),
            NodeEvent::Suspended => self.begins(at, (lane, Trouble::Suspended)),
            NodeEvent::Resumed => {
                self.over(at, (lane, Trouble::Paused));
                self.over(at, (lane, Trouble::Suspended));
            }
            NodeEvent::DiskStalled => self.begins(at, (lane, Trouble::DiskStalled)),
            NodeEvent::DiskSlowed => self.begins(at, (lane, Trouble::DiskSlow)),
            NodeEvent::DiskRestored => {
                // It is not told which of the two: the stall is the one that stops everything.
                let stalled = self.troubled.contains_key(&(lane, Trouble::DiskStalled));
                self.one_over(at, (lane, if stalled { Trouble::DiskStalled } else { Trouble::DiskSlow }));
            }
            NodeEvent::OutOfService => self.begins(at, (lane, Trouble::OutOfService)),
            NodeEvent::BackInService => self.over(at, (lane, Trouble::OutOfService)),
            NodeEvent::ClockChanged | NodeEvent::LeaderChanged => {}
        }
    }

    fn cuts_are(&mut self, at: Time, now: Option<Sides>) {
        let until = std::mem::replace(&mut self.cut, now.map(|sides| (at, sides)));
        if let Some((from, Sides { text, isolated, touched })) = until
            && from < at
        {
            self.cuts.push(Cut { from, until: at, text, isolated, touched });
        }
    }
}

impl Observer for Collector {
    fn happened(&mut self, at: Time, what: &Happening<'_>) {
        self.letters.order += 1;
        match *what {
            Happening::Delivered { to: node, .. }
            | Happening::TimerFired { node, .. }
            | Happening::Synced { node, .. }
            | Happening::Link { node, .. }
            | Happening::Proposed { node, .. }
            | Happening::Node { node, .. } => self.begins_step(at, node),
            _ => {}
        }
        match *what {
            Happening::Sent { from, to, kind, message } => self.letters.sent(at, from, to, kind, format!("{message:?}")),
            Happening::Delivered { from, to, kind, message } => {
                self.letters.delivered(at, from, to, kind, format!("{message:?}"));
            }
            Happening::Dropped { from, to, kind, why } => self.letters.dropped(at, from, to, kind, why),
            Happening::Observed { node, is, .. } => self.observed(at, node, is),
            Happening::Node { node, event } => self.node(at, node, event),
            Happening::Cuts { links } => {
                let now = (!links.is_empty()).then(|| cuts::sides(links, &self.names, self.members));
                self.cuts_are(at, now);
            }
            Happening::Fault { event, text } => {
                let text = format!("{event}: {text}");
                self.moments.push(Moment { at, lane: None, kind: MomentKind::Fault, text });
            }
            Happening::Acknowledged { node, .. } => self.items.add((node.index(), node.index(), Done::Acknowledged), at),
            Happening::Applied { node, accepted, .. } => {
                self.resource_used = true;
                let done = if accepted { Done::Applied } else { Done::Fenced };
                self.items.add((self.members, node.index(), done), at);
            }
            Happening::Granted { service, grant, .. } => {
                let lane = service.index();
                let order = self.step_of(at, lane);
                let granted = Granted { lane, from: at, until: at, holder: grant.holder.index(), token: grant.token, order };
                self.grants.extend(self.granted.insert(lane, granted).map(|before| Granted { until: at, ..before }));
            }
            // Tenures and violations are in the outcome, those that show only at the end too.
            Happening::TenureBegan { .. } | Happening::TenureEnded { .. } | Happening::Violated { .. } => {}
            Happening::TimerFired { .. } | Happening::Synced { .. } | Happening::Link { .. } | Happening::Proposed { .. } => {}
        }
    }
}

/// Nothing, as long as there is none.
fn in_words(epoch: Epoch) -> String {
    if epoch == Epoch::default() { String::new() } else { epoch.to_string() }
}

fn reigns(outcome: &Outcome) -> Vec<Reign> {
    let reign = |tenure: &sim::outcome::Tenure| Reign {
        lane: tenure.node.index(),
        from: tenure.from,
        until: tenure.until.unwrap_or(outcome.end),
        epoch: in_words(tenure.epoch),
    };
    outcome.tenures.iter().map(reign).filter(|reign| reign.from < reign.until).collect()
}

fn findings(outcome: &Outcome) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for judgement in &outcome.judgements {
        let Verdict::Violated(violation) = &judgement.verdict else { continue };
        found.push(Finding {
            at: violation.at,
            invariant: judgement.invariant,
            split_brain: catalogue::by_name(judgement.invariant).and_then(catalogue::Invariant::kind),
            severity: judgement.severity,
            standing: judgement.standing,
            lanes: violation.nodes.iter().map(|node| node.index()).collect(),
            saw: violation.saw.clone(),
            times: violation.times,
        });
    }
    found.sort_by_key(|finding| finding.at);
    found
}

/// Puts the resource behind the services, or leaves it out where nothing happened to it; lanes were parts by number until now.
fn arrange(story: &mut Story, names: &[String], members: usize, with_resource: bool) {
    let last = names.len() - 1;
    let lane = |part: usize| match part.cmp(&members) {
        std::cmp::Ordering::Less => part,
        std::cmp::Ordering::Equal => last,
        std::cmp::Ordering::Greater => part - 1,
    };
    let mut lanes: Vec<Lane> = (0..members).map(|part| Lane { name: names[part].clone(), kind: LaneKind::Member }).collect();
    lanes.extend(names[members + 1..].iter().map(|name| Lane { name: name.clone(), kind: LaneKind::Service }));
    if with_resource {
        lanes.push(Lane { name: names[members].clone(), kind: LaneKind::Resource });
    }
    story.outages.iter_mut().for_each(|outage| outage.lane = lane(outage.lane));
    story.moments.iter_mut().for_each(|moment| moment.lane = moment.lane.map(lane));
    story.work.iter_mut().for_each(|work| work.lane = lane(work.lane));
    story.grants.iter_mut().for_each(|granted| granted.lane = lane(granted.lane));
    for message in &mut story.messages {
        (message.from, message.to) = (lane(message.from), lane(message.to));
    }
    for cut in &mut story.cuts {
        cut.touched = cut.touched.iter().map(|&part| lane(part)).filter(|&lane| lane < lanes.len()).collect();
    }
    for finding in &mut story.findings {
        finding.lanes = finding.lanes.iter().map(|&part| lane(part)).filter(|&lane| lane < lanes.len()).collect();
    }
    story.lanes = lanes;
}
