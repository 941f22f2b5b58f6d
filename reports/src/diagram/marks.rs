//! What is drawn of a past beside its messages: faults and what they did to whom, who took itself for what, to whom services
//! granted, which work was done.

use sim::Time;

use super::past::Past;
use super::text::time;
use super::turns::blank;
use super::{Mark, What};
use crate::story::{Finding, MomentKind, Story, Work};
use crate::words;

/// Where the story begins later than the run, what was before is one mark a lane: what its member took itself for then.
pub fn marks(story: &Story, past: &Past, finding: &Finding, begins: Time) -> Vec<Mark> {
    let mut marks = troubles(story, past, finding);
    marks.extend(grants(story, past));
    marks.extend(story.work.iter().flat_map(|work| done(story, past, work)));
    marks.retain(|mark| mark.at >= begins);
    marks.extend(faults(story, past, finding));
    marks.extend(roles(story, past, begins));
    marks
}

/// Faults befall whom they will: all of them are shown, and what they did to those who are in the past.
fn faults(story: &Story, past: &Past, finding: &Finding) -> Vec<Mark> {
    let mut marks = Vec::new();
    for moment in story.moments.iter().filter(|moment| moment.at <= finding.at) {
        let words = moment.text.clone();
        match (moment.kind, moment.lane) {
            (MomentKind::Node, Some(line)) if past.holds(line, moment.at) => {
                let words = format!("{}: {words}", story.lanes[line].name);
                marks.push(Mark { at: moment.at, what: What::Node { line, words } });
            }
            (MomentKind::Fault, _) | (_, None) => marks.push(Mark { at: moment.at, what: What::Fault { words } }),
            _ => {}
        }
    }
    marks
}

/// Who does not run, or not well, where no fault of the same time says so.
fn troubles(story: &Story, past: &Past, finding: &Finding) -> Vec<Mark> {
    let told = |at: Time| story.moments.iter().any(|moment| moment.at == at && moment.kind == MomentKind::Fault);
    let mut marks = Vec::new();
    for outage in &story.outages {
        let (line, what) = (outage.lane, outage.what.name());
        let name = &story.lanes[line].name;
        for (at, words) in [(outage.from, format!("{name}: {what}")), (outage.until, format!("{name}: {what} no longer"))] {
            let goes_on = at == outage.until && outage.until >= story.end;
            if at > Time::ZERO && at <= finding.at && past.holds(line, at) && !told(at) && !goes_on {
                marks.push(Mark { at, what: What::Node { line, words } });
            }
        }
    }
    marks
}

fn roles(story: &Story, past: &Past, begins: Time) -> Vec<Mark> {
    let mut marks = Vec::new();
    for stretch in story.roles.iter().filter(|stretch| past.holds(stretch.lane, stretch.from) && !blank(stretch)) {
        if stretch.from < begins && (stretch.until <= begins || !past.holds(stretch.lane, begins)) {
            continue;
        }
        let epoch = if stretch.epoch.is_empty() { String::new() } else { format!(", epoch {}", stretch.epoch) };
        let leader = match stretch.leader {
            Some(leader) if leader != stretch.lane => format!(", follows {}", story.lanes[leader].name),
            _ => String::new(),
        };
        let since = if stretch.from < begins { format!(" (since {})", time(stretch.from)) } else { String::new() };
        let words = format!("{} is {}{epoch}{leader}{since}", story.lanes[stretch.lane].name, stretch.role.name());
        marks.push(Mark { at: stretch.from.max(begins), what: What::Turn { line: stretch.lane, words } });
    }
    marks
}

fn grants(story: &Story, past: &Past) -> Vec<Mark> {
    let mut marks = Vec::new();
    for granted in story.grants.iter().filter(|granted| past.holds(granted.lane, granted.from)) {
        let token = granted.token.map_or_else(String::new, |token| format!(", token {token}"));
        let (service, holder) = (&story.lanes[granted.lane].name, &story.lanes[granted.holder].name);
        let words = format!("{service} grants to {holder}{token}");
        marks.push(Mark { at: granted.from, what: What::Turn { line: granted.lane, words } });
    }
    marks
}

/// The first and the last of a stretch of work.
fn done(story: &Story, past: &Past, work: &Work) -> Vec<Mark> {
    let mark = |at: Time, which: &str| {
        let words = format!("{which} of {} is {}", story.lanes[work.by].name, work.done.name());
        Mark { at, what: What::Turn { line: work.lane, words } }
    };
    let marks = match work.items {
        1 => vec![mark(work.from, "an item")],
        many => {
            let many = words::count(many);
            vec![mark(work.from, &format!("the first of {many} items")), mark(work.until, &format!("the last of {many} items"))]
        }
    };
    marks.into_iter().filter(|mark| past.holds(work.lane, mark.at)).collect()
}
