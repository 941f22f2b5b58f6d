//! Events of a fault script as the keys of `[[event]]`.

use sim::fault::{ClockDuring, Fault, ScriptEvent, Shape, Target, When};
use sim::{Delay, Span};

use super::values::{delay, list, patch, signed, span, table, target, targets, text};

pub fn event(event: &ScriptEvent) -> Vec<(&'static str, String)> {
    let mut keys = vec![("name", text(&event.name))];
    match &event.when {
        When::At(time) => keys.push(("at", delay(time))),
        When::After(first, later) => {
            keys.push(("after", text(first)));
            keys.extend((*later != Delay::Constant(Span::ZERO)).then(|| ("delay", delay(later))));
        }
        When::Moment(from, moment) => keys.extend([("at", delay(from)), ("when", text(moment.name()))]),
    }
    keys.extend(event.every.iter().map(|every| ("every", delay(every))));
    keys.extend(event.until.map(|until| ("until", span(until))));
    keys.push(fault(&event.fault));
    keys.extend(event.bind.iter().map(|name| ("as", text(name))));
    keys.extend(event.within.map(|within| ("within", span(within))));
    keys
}

fn fault(fault: &Fault) -> (&'static str, String) {
    match fault {
        Fault::Partition(shape) => ("partition", self::shape(shape)),
        Fault::Cut { from, to, both } => ("cut", table(&sides(from, to, *both))),
        Fault::Flap { from, to, both, down, up, lasting } => {
            let mut keys = sides(from, to, *both);
            keys.extend([("down", delay(down)), ("up", delay(up)), ("for", span(*lasting))]);
            ("flap", table(&keys))
        }
        Fault::Degrade { from, to, both, patch: change, lasting } => {
            let mut keys = sides(from, to, *both);
            keys.extend(patch(change));
            keys.push(("for", span(*lasting)));
            ("degrade", table(&keys))
        }
        Fault::Heal => ("heal", String::from("true")),
        Fault::HealCore(core) => ("heal", targets(core)),
        Fault::Crash(who) => ("crash", targets(who)),
        Fault::Restart(who) => ("restart", targets(who)),
        Fault::Wipe(who) => ("wipe", targets(who)),
        Fault::Resume(who) => ("resume", targets(who)),
        Fault::Pause { who, lasting: None } => ("pause", targets(who)),
        Fault::Pause { who, lasting: Some(lasting) } => ("pause", who_for(who, *lasting, &[])),
        Fault::Suspend { who, lasting, clock } => {
            let mut keys = vec![("who", targets(who))];
            keys.extend(lasting.map(|lasting| ("for", span(lasting))));
            keys.extend((*clock == ClockDuring::Runs).then(|| ("clock", text("runs"))));
            ("suspend", table(&keys))
        }
        Fault::StallDisk { who, lasting } => ("stall-disk", who_for(who, *lasting, &[])),
        Fault::SlowDisk { who, latency, lasting } => ("slow-disk", who_for(who, *lasting, &[("latency", delay(latency))])),
        Fault::ClockRate { who, rate } => ("clock-rate", table(&[("who", targets(who)), ("rate", text(&rate.to_string()))])),
        Fault::ClockJump { who, by } => ("clock-jump", table(&[("who", targets(who)), ("by", signed(*by))])),
        Fault::Outage { who, lasting } => ("outage", who_for(who, *lasting, &[])),
        Fault::ServiceLeaderChange(who) => ("service-leader-change", targets(who)),
        Fault::Transfer { to } => ("transfer", target(to)),
    }
}

fn sides(from: &[Target], to: &[Target], both: bool) -> Vec<(&'static str, String)> {
    let mut keys = vec![("from", targets(from)), ("to", targets(to))];
    keys.extend(both.then(|| ("both", String::from("true"))));
    keys
}

fn who_for(who: &[Target], lasting: Span, more: &[(&str, String)]) -> String {
    let mut keys = vec![("who", targets(who))];
    keys.extend(more.iter().cloned());
    keys.push(("for", span(lasting)));
    table(&keys)
}

fn shape(shape: &Shape) -> String {
    match shape {
        // A group is a list even where it is one target: so is it read back.
        Shape::Groups(groups) => list(groups.iter().map(|group| list(group.iter().map(target)))),
        Shape::Bridge(one) => table(&[("bridge", target(one))]),
        Shape::Ring => String::from("\"ring\""),
        Shape::Chain(first) => table(&[("chain", targets(first))]),
        Shape::Star(hub) => table(&[("star", target(hub))]),
    }
}
