//! Values as TOML that the parser reads back exactly.

use sim::fault::Target;
use sim::{Delay, LinkPatch, Span};

/// Text in quotes. JSON escapes what TOML does, but for one letter.
pub fn text(text: &str) -> String {
    let quoted = serde_json::to_string(text).expect("text always becomes JSON");
    quoted.replace('\u{7f}', "\\u007f")
}

pub fn span(span: Span) -> String {
    format!("\"{span}\"")
}

/// Nanoseconds, forward or back.
pub fn signed(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    format!("\"{sign}{}\"", Span(nanos.unsigned_abs()))
}

pub fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// `{ who = "leader", for = "2s" }`.
pub fn table(keys: &[(&str, String)]) -> String {
    let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{{ {} }}", keys.join(", "))
}

pub fn delay(delay: &Delay) -> String {
    let ratio = |ratio: &sim::Ratio| text(&ratio.to_string());
    match delay {
        Delay::Constant(time) => span(*time),
        Delay::Uniform(low, high) => format!("{{ uniform = [{}, {}] }}", span(*low), span(*high)),
        Delay::Normal { mean, deviation } => {
            format!("{{ normal = {{ mean = {}, deviation = {} }} }}", span(*mean), span(*deviation))
        }
        Delay::LogNormal { median, sigma } => {
            format!("{{ log-normal = {{ median = {}, sigma = {} }} }}", span(*median), ratio(sigma))
        }
        Delay::Exponential { mean } => format!("{{ exponential = {} }}", span(*mean)),
        Delay::Pareto { scale, shape } => format!("{{ pareto = {{ scale = {}, shape = {} }} }}", span(*scale), ratio(shape)),
        Delay::Table(quantiles) => format!("{{ table = {} }}", list(quantiles.iter().map(|quantile| span(*quantile)))),
    }
}

/// The settings that a patch changes.
pub fn patch(patch: &LinkPatch) -> Vec<(&'static str, String)> {
    let mut keys = Vec::new();
    keys.extend(patch.delay.iter().map(|it| ("delay", delay(it))));
    keys.extend(patch.floor.map(|floor| ("floor", span(floor))));
    keys.extend(patch.extra.map(|extra| ("extra", span(extra))));
    keys.extend(patch.loss.map(|loss| ("loss", text(&loss.to_string()))));
    keys.extend(patch.burst.map(|burst| {
        let loss = text(&burst.loss.to_string());
        ("burst", table(&[("good", span(burst.good)), ("bad", span(burst.bad)), ("loss", loss)]))
    }));
    keys.extend(patch.duplicate.map(|duplicate| ("duplicate", text(&duplicate.to_string()))));
    keys.extend(
        patch
            .reorder
            .iter()
            .map(|reorder| ("reorder", table(&[("chance", text(&reorder.chance.to_string())), ("by", delay(&reorder.by))]))),
    );
    keys
}

pub fn target(target: &Target) -> String {
    match target {
        Target::Leader => String::from("\"leader\""),
        Target::Others => String::from("\"others\""),
        Target::Follower => String::from("\"follower\""),
        Target::Random => String::from("\"random\""),
        Target::QuorumWithLeader => String::from("\"quorum-with-leader\""),
        Target::MinorityWithLeader => String::from("\"minority-with-leader\""),
        Target::There => String::from("\"there\""),
        Target::All => String::from("\"all\""),
        Target::Services => String::from("\"services\""),
        Target::Member(member) => format!("\"n{}\"", member + 1),
        Target::Part(name) | Target::Named(name) => text(name),
    }
}

/// One by itself, several as a list.
pub fn targets(targets: &[Target]) -> String {
    match targets {
        [one] => target(one),
        several => list(several.iter().map(target)),
    }
}
