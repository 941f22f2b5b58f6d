//! Lanes: what each member took itself for, what was wrong with it, whom it was cut from, and when work was done.

use sim::{Role, Time};

use super::draw::{Svg, width_of};
use super::panel::Lanes;
use super::scale::Scale;
use super::{GUTTER, span};
use crate::story::{Done, LaneKind, Story, Stretch, Trouble};

/// Narrower lanes have no room for letters.
const FOR_TEXT: f64 = 12.0;
/// So much of a lane's height is filled by role, higher for whoever is closer to leading: one need not see colours.
const FOLLOWER: f64 = 0.28;
const CANDIDATE: f64 = 0.5;
const LEADER: f64 = 0.74;

pub fn draw(svg: &mut Svg, story: &Story, scale: &Scale, lanes: Lanes) {
    for (lane, it) in story.lanes.iter().enumerate() {
        svg.area([scale.left, lanes.y(lane) + 1.0, scale.right - scale.left, lanes.height - 2.0], "lane", "");
        if lanes.height >= FOR_TEXT || lane % 5 == 0 {
            svg.text(GUTTER - 8.0, lanes.middle(lane) + 4.0, "name", &it.name);
        }
    }
    grants(svg, story, scale, lanes);
    roles(svg, story, scale, lanes);
    reigns(svg, story, scale, lanes);
    outages(svg, story, scale, lanes);
    cuts(svg, story, scale, lanes);
    work(svg, story, scale, lanes);
}

fn during(from: Time, until: Time) -> String {
    format!("{from} to {until} ({})", span(until.since(from)))
}

fn roles(svg: &mut Svg, story: &Story, scale: &Scale, lanes: Lanes) {
    let mut labelled: Vec<(&str, f64)> = vec![("", f64::MIN); story.lanes.len()];
    for it in story.roles.iter().filter(|it| scale.meets(it.from, it.until)) {
        let share = match it.role {
            Role::Follower => FOLLOWER,
            Role::PreCandidate | Role::Candidate => CANDIDATE,
            Role::Leader => LEADER,
        };
        let (left, right) = (scale.x(it.from), scale.x(it.until));
        let height = lanes.height * share;
        let place = [left, lanes.middle(it.lane) - height / 2.0, right - left, height];
        svg.area(place, it.role.name(), &role_in_words(story, it));
        if lanes.height < FOR_TEXT || it.epoch.is_empty() {
            continue;
        }
        // Its epoch, where that is another one than was written last and there is room for it.
        let (last, end) = labelled[it.lane];
        let x = left + 3.0;
        let width = width_of(&it.epoch, 10.5) + 4.0;
        if it.epoch != last && x >= end && x + width <= scale.right && (it.role == Role::Follower || width < right - left) {
            let on_leader = if it.role == Role::Leader { "epoch on-leader" } else { "epoch" };
            let above = if it.role == Role::Leader { 4.0 } else { 4.0 - lanes.height * 0.26 };
            svg.text(x, lanes.middle(it.lane) + above, on_leader, &it.epoch);
            labelled[it.lane] = (&it.epoch, x + width + 3.0);
        }
    }
}

fn role_in_words(story: &Story, it: &Stretch) -> String {
    let mut words = format!("{}: {}", story.lanes[it.lane].name, it.role.name());
    if !it.epoch.is_empty() {
        words.push_str(&format!(", epoch {}", it.epoch));
    }
    match it.leader {
        Some(leader) if leader != it.lane => words.push_str(&format!(", follows {}", story.lanes[leader].name)),
        _ => {}
    }
    format!("{words}, {}", during(it.from, it.until))
}

fn reigns(svg: &mut Svg, story: &Story, scale: &Scale, lanes: Lanes) {
    for it in story.reigns.iter().filter(|it| scale.meets(it.from, it.until)) {
        let (left, right) = (scale.x(it.from), scale.x(it.until));
        let y = lanes.middle(it.lane) + lanes.height * LEADER / 2.0 - 2.0;
        let epoch = if it.epoch.is_empty() { String::new() } else { format!(" in epoch {}", it.epoch) };
        let words = format!("{} would act as leader{epoch}, {}", story.lanes[it.lane].name, during(it.from, it.until));
        svg.area([left, y, right - left, 3.0], "reign", &words);
    }
}

fn outages(svg: &mut Svg, story: &Story, scale: &Scale, lanes: Lanes) {
    for it in story.outages.iter().filter(|it| scale.meets(it.from, it.until)) {
        let (left, right) = (scale.x(it.from), scale.x(it.until));
        let name = it.what.name();
        let words = format!("{} {name}, {}", story.lanes[it.lane].name, during(it.from, it.until));
        let (class, top, height) = match it.what {
            Trouble::Down | Trouble::OutOfService => ("down", 0.14, 0.72),
            Trouble::Paused | Trouble::Suspended => ("still", 0.1, 0.8),
            Trouble::DiskStalled | Trouble::DiskSlow => ("disk", 0.0, 0.12),
        };
        let y = lanes.y(it.lane);
        svg.area([left, y + lanes.height * top, right - left, lanes.height * height], class, &words);
        if class == "down" && lanes.height >= FOR_TEXT && width_of(name, 11.0) + 8.0 < right - left {
            svg.text(left + 5.0, lanes.middle(it.lane) + 4.0, "small", name);
        }
    }
}

fn cuts(svg: &mut Svg, story: &Story, scale: &Scale, lanes: Lanes) {
    for cut in story.cuts.iter().filter(|cut| scale.meets(cut.from, cut.until)) {
        let (left, right) = (scale.x(cut.from), scale.x(cut.until));
        let words = format!("cut: {}, {}", cut.text, during(cut.from, cut.until));
        for (class, who) in [("isolated", &cut.isolated), ("touched", &cut.touched)] {
            for &lane in who {
                let height = (lanes.height * 0.11).max(1.5);
                svg.area([left, lanes.y(lane) + lanes.height - height - 0.5, right - left, height], class, &words);
            }
        }
    }
}

fn grants(svg: &mut Svg, story: &Story, scale: &Scale, lanes: Lanes) {
    for (place, it) in story.grants.iter().enumerate().filter(|(_, it)| scale.meets(it.from, it.until)) {
        let (left, right) = (scale.x(it.from), scale.x(it.until));
        let token = it.token.map_or_else(String::new, |token| format!(", token {token}"));
        let holder = &story.lanes[it.holder].name;
        let words = format!(
            "{} granted to {holder}{token}, and to nobody else from {}",
            story.lanes[it.lane].name,
            during(it.from, it.until)
        );
        // Neighbours differ, so that one sees where one ends.
        let class = if place % 2 == 0 { "granted" } else { "granted-2" };
        svg.area([left, lanes.y(it.lane) + lanes.height * 0.14, right - left, lanes.height * 0.72], class, &words);
        let label = format!("to {holder}{token}");
        if lanes.height >= FOR_TEXT && width_of(&label, 11.0) + 8.0 < right - left {
            svg.text(left + 4.0, lanes.middle(it.lane) + 4.0, "small", &label);
        }
    }
}

fn work(svg: &mut Svg, story: &Story, scale: &Scale, lanes: Lanes) {
    for it in story.work.iter().filter(|it| scale.meets(it.from, Time(it.until.0 + 1))) {
        let (left, right) = (scale.x(it.from), scale.x(it.until));
        let items = if it.items == 1 { String::from("1 item") } else { format!("{} items", it.items) };
        let words = format!("{items} of {} {}, {}", story.lanes[it.by].name, it.done.name(), during(it.from, it.until));
        let class = if it.done == Done::Fenced { "fenced" } else { "work" };
        let (mut y, mut height) = (lanes.y(it.lane) + 1.5, 2.0);
        if story.lanes[it.lane].kind == LaneKind::Resource {
            // The resource shows whose work it does: a row for each member.
            let members = story.lanes.iter().filter(|lane| lane.kind == LaneKind::Member).count() as f64;
            height = (lanes.height * 0.84 / members).min(5.0);
            y = lanes.y(it.lane) + lanes.height * 0.08 + it.by as f64 * (lanes.height * 0.84 / members);
        }
        svg.area([left, y, (right - left).max(1.2), height], class, &words);
    }
}
