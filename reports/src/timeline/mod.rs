//! One run as a picture: lanes by node filled by role, what was wrong with whom, who would have acted as leader, and close-ups of
//! a failover and of what was found, with their messages. SVG by our own hand, so that its bytes depend on the run alone.

mod closeup;
mod draw;
mod labels;
mod lanes;
mod legend;
mod messages;
mod panel;
mod rows;
mod scale;

use sim::{Span, Time};

use crate::story::{LeftOut, Story};
use crate::words;
use draw::Svg;
use panel::Panel;
use scale::Scale;

/// Width of the picture, and of the names at its left, in pixels.
const WIDTH: f64 = 1200.0;
const GUTTER: f64 = 108.0;
const MARGIN: f64 = 20.0;
/// Of the whole picture's text, in pixels.
const LINE: f64 = 18.0;

/// The picture, complete with its legend, for light and for dark pages.
pub fn svg(story: &Story) -> String {
    let mut svg = Svg::default();
    let mut y = head(&mut svg, story);
    let whole = Panel {
        title: format!("The whole run, {}", span(story.end.since(Time::ZERO))),
        scale: Scale::new(Time::ZERO, story.end, GUTTER, WIDTH - MARGIN),
        closely: false,
    };
    y = whole.draw(&mut svg, story, y);
    for (title, from, until) in closeup::windows(story) {
        let scale = Scale::new(from, until, GUTTER, WIDTH - MARGIN);
        y = Panel { title, scale, closely: true }.draw(&mut svg, story, y);
    }
    y = legend::draw(&mut svg, story, y);
    for line in left_out(&story.left_out) {
        svg.text(MARGIN, y, "note", &line);
        y += LINE;
    }
    svg.finish(WIDTH, y + MARGIN / 2.0)
}

fn head(svg: &mut Svg, story: &Story) -> f64 {
    let title = format!("{}: {}, seed {}", story.scenario, story.algorithm, story.seed);
    svg.text(MARGIN, 32.0, "title", &title);
    svg.text(MARGIN, 52.0, "command", &story.command);
    72.0
}

/// What is not in the picture, each a sentence.
fn left_out(left: &LeftOut) -> Vec<String> {
    let parts =
        [(left.messages, "messages"), (left.stretches, "stretches"), (left.moments, "events"), (left.work, "spans of work")];
    parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what} of the run were not kept."))
        .collect()
}

/// Short, for labels: `4.2 s`, `214 ms`.
fn span(span: Span) -> String {
    words::span(span).replace(".000 ", " ")
}

#[cfg(test)]
mod tests;
