//! Messages as lines from lane to lane, if they are few enough to be told apart.

use super::draw::Svg;
use super::panel::Lanes;
use super::scale::Scale;
use crate::story::{Fate, Message, Story};

/// More lines than this are a grey wall.
const MOST: usize = 600;
/// What is dropped ends so far on its way.
const DROPPED_AT: f64 = 0.4;
/// What was dropped the moment it was sent still needs a length, in pixels.
const STUB: f64 = 5.0;

/// Draws them; a sentence, if there are too many.
pub fn draw(svg: &mut Svg, story: &Story, scale: &Scale, lanes: Lanes) -> Option<String> {
    let seen = || story.messages.iter().filter(|message| scale.holds(message.sent) || scale.meets(message.sent, message.ended));
    let count = seen().count();
    if count > MOST {
        return Some(format!("{count} messages in this stretch are too many to be drawn as lines."));
    }
    for message in seen() {
        one(svg, story, scale, lanes, message);
    }
    None
}

fn one(svg: &mut Svg, story: &Story, scale: &Scale, lanes: Lanes, message: &Message) {
    let (from, to) = (lanes.middle(message.from), lanes.middle(message.to));
    let (left, right) = (scale.x(message.sent), scale.x(message.ended));
    let title = format!(
        "{} {} → {}: {}, {}\n{}",
        message.sent,
        story.lanes[message.from].name,
        story.lanes[message.to].name,
        message.kind,
        message.fate.name(),
        message.content.as_deref().unwrap_or("")
    );
    // Of a line that leaves the picture at a side, only the part within.
    let part = |x: f64| if right > left { from + (to - from) * ((x - left) / (right - left)).clamp(0.0, 1.0) } else { to };
    match message.fate {
        Fate::Arrived | Fate::Underway => {
            let begins = border(scale, message, from, to);
            svg.line([left, begins, right, part(right).max(0.0)], "message", &title);
            if message.fate == Fate::Arrived && scale.holds(message.ended) {
                svg.dot(right, to, 1.6, "head");
            }
        }
        Fate::Dropped(_) => {
            let right = right.max((left + STUB).min(scale.right));
            let (x, y) = (left + (right - left) * DROPPED_AT.max(0.0), from + (to - from) * DROPPED_AT);
            svg.line([left, from, x, y], "lost", &title);
            svg.cross(x, y, "cross");
        }
    }
}

/// Where a line begins: at its sender's lane, or where it comes in from the left.
fn border(scale: &Scale, message: &Message, from: f64, to: f64) -> f64 {
    if message.sent >= scale.from {
        return from;
    }
    let gone = scale.from.since(message.sent).0 as f64 / message.ended.since(message.sent).0.max(1) as f64;
    from + (to - from) * gone.min(1.0)
}
