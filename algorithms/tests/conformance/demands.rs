//! What a line with `!` may demand. Several demands in one line are separated by `;`.
//!
//! - `1 L@3`, `1 F@2 leader=- vote=2 commit=1 log=1,3 transferee=-`: member 1's role and term, and as much else as is said
//! - `all F@2 …`: the same of every living member
//! - `leader 2`, `leader -`: who leads, among all
//! - `sent 1>2 RequestVote term=2 last=0/0`: this was sent during the last command; words left out may be anything
//! - `sends 2 Heartbeat`: so many of this kind were sent during the last command, messages to oneself left out
//! - `drawn 10..19`: of the drawn timeouts, each of these ticks occurred, and no other
//! - `share <=15 60`: so many percent of them are at most 15 ticks, rounded
//! - `collisions at most 300`

use sim::Role;

use crate::cluster::Cluster;
use crate::words::{Words, member, name, number, or_dash};

pub fn check(cluster: &Cluster, line: &str) -> Result<(), String> {
    line.split(';').try_for_each(|demand| one(cluster, demand.trim()))
}

fn one(cluster: &Cluster, demand: &str) -> Result<(), String> {
    let (first, rest) = demand.split_once(' ').unwrap_or_else(|| panic!("`{demand}` is no demand"));
    match first {
        "all" => cluster.alive().try_for_each(|node| state(cluster, name(node), rest)),
        "leader" => {
            let leads = |node: &sim::NodeId| cluster.rig(*node).mind(*node).role() == Role::Leader;
            let leaders: Vec<String> = cluster.alive().filter(leads).map(|node| name(node).to_string()).collect();
            equal("leads", &if leaders.is_empty() { String::from("-") } else { leaders.join(",") }, rest)
        }
        "sent" => {
            let wanted: Vec<&str> = rest.split(' ').collect();
            let fits = |sent: &String| wanted.iter().all(|word| sent.split(' ').any(|have| have == *word));
            if cluster.sent.iter().any(fits) { Ok(()) } else { Err(format!("what was sent is {:?}", cluster.sent)) }
        }
        "sends" => {
            let (count, kind) = rest.split_once(' ').expect("how many of which kind");
            let is = |sent: &&String| {
                let (way, message) = sent.split_once(' ').expect("a way and a message");
                let (from, to) = way.split_once('>').expect("from and to");
                from != to && message.split(' ').next() == Some(kind)
            };
            equal("sent", &cluster.sent.iter().filter(is).count().to_string(), count)
        }
        "drawn" => {
            let (low, high) = rest.split_once("..").expect("a range");
            let all: Vec<u64> = (number(low)..=number(high)).collect();
            let drawn: Vec<u64> = cluster.drawn.keys().copied().collect();
            if drawn == all { Ok(()) } else { Err(format!("{drawn:?} were drawn")) }
        }
        "share" => {
            let (bound, percent) = rest.strip_prefix("<=").and_then(|r| r.split_once(' ')).expect("a bound and a percentage");
            let total: u64 = cluster.drawn.values().sum();
            let within: u64 = cluster.drawn.range(..=number(bound)).map(|(_, times)| times).sum();
            // Rounded to a tenth, as the original does.
            equal("drawn", &((within * 10 + total / 2) / total * 10).to_string(), percent)
        }
        "collisions" => {
            let most = number(rest.strip_prefix("at most ").expect("at most"));
            if cluster.collisions <= most { Ok(()) } else { Err(format!("{} rounds collided", cluster.collisions)) }
        }
        node => state(cluster, number(node) as u16, rest),
    }
}

fn state(cluster: &Cluster, node: u16, demand: &str) -> Result<(), String> {
    let node = member(&node.to_string());
    let (raft, shown) = (cluster.rig(node).mind(node), cluster.state(node));
    let mut words = Words::of(demand);
    let mut have = Words::of(&shown);
    let role = have.plain().expect("a state begins with the role");
    if let Some(wanted) = words.plain() {
        equal(&format!("{} is", name(node)), role, wanted)?;
    }
    if let Some(wanted) = words.value("transferee") {
        equal(&format!("{} hands over to", name(node)), &or_dash(raft.transferee()), wanted)?;
    }
    for key in ["leader", "vote", "commit", "log"] {
        if let Some(wanted) = words.value(key) {
            equal(&format!("{} has {key}", name(node)), have.value(key).expect("every state says it"), wanted)?;
        }
    }
    words.done(demand);
    Ok(())
}

fn equal(what: &str, have: &str, wanted: &str) -> Result<(), String> {
    if have == wanted { Ok(()) } else { Err(format!("{what} {have}")) }
}
