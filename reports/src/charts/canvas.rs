//! What a chart is drawn on. Coordinates are pixels as the reader sees them, from the top left; the drawing library knows only
//! whole ones, so everything is drawn four times as large and the picture's `viewBox` shrinks it again. Texts are kept beside the
//! picture with their boxes and the figures that they show, so that a test can tell whether any two overlap and whether they say
//! what the JSON says.

use std::fmt::Write;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBAColor, RGBColor, ShapeStyle, TextStyle};

use super::palette::{self, Colour, INK, PAPER};
use super::text;

/// The drawing library's pixels for one of ours.
const SCALE: f64 = 4.0;
/// It divides font sizes by this.
const FONT_FACTOR: f64 = 1.24;
/// How far a line of text reaches above and below its middle, in parts of its size.
const HALF_LINE: f64 = 0.62;

pub type Point = (f64, f64);

/// A picture that is done.
pub struct Chart {
    /// The name of its file, without a folder: `leader-crash-failover.svg`.
    pub file: String,
    /// What it shows, for a heading and for who cannot see it.
    pub title: String,
    /// A whole SVG document, which can also stand inside a page.
    pub svg: String,
    /// Everything that is written in it.
    pub labels: Vec<Label>,
}

/// Where a text's point is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anchor {
    Left,
    Middle,
    Right,
}

/// A text, its box, and the figures of `comparison.json` that it shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Label {
    pub text: String,
    /// Left, middle or right end of the middle of the line.
    pub at: Point,
    pub size: f64,
    pub anchor: Anchor,
    pub bold: bool,
    pub colour: Colour,
    /// Written from the bottom to the top.
    pub upright: bool,
    pub figures: Vec<Figure>,
}

/// A figure as the JSON has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figure {
    /// A JSON pointer into `comparison.json` (RFC 6901).
    pub pointer: String,
    /// The JSON value.
    pub value: String,
}

impl Label {
    pub fn new(text: impl Into<String>, at: Point) -> Label {
        Label {
            text: text.into(),
            at,
            size: 12.0,
            anchor: Anchor::Left,
            bold: false,
            colour: INK,
            upright: false,
            figures: Vec::new(),
        }
    }

    pub fn size(self, size: f64) -> Label {
        Label { size, ..self }
    }

    pub fn anchor(self, anchor: Anchor) -> Label {
        Label { anchor, ..self }
    }

    pub fn bold(self) -> Label {
        Label { bold: true, ..self }
    }

    pub fn colour(self, colour: Colour) -> Label {
        Label { colour, ..self }
    }

    pub fn upright(self) -> Label {
        Label { upright: true, ..self }
    }

    pub fn figures(self, figures: Vec<Figure>) -> Label {
        Label { figures, ..self }
    }

    pub fn width(&self) -> f64 {
        text::width(&self.text, self.size) * if self.bold { BOLD } else { 1.0 }
    }

    /// Left, top, right, bottom: at most.
    pub fn bounds(&self) -> (f64, f64, f64, f64) {
        let (width, half) = (self.width(), self.size * HALF_LINE);
        let before = match self.anchor {
            Anchor::Left => 0.0,
            Anchor::Middle => width / 2.0,
            Anchor::Right => width,
        };
        let (x, y) = self.at;
        if self.upright {
            (x - half, y - width + before, x + half, y + before)
        } else {
            (x - before, y - half, x - before + width, y + half)
        }
    }
}

/// A bold text is so much wider.
const BOLD: f64 = 1.12;

enum Mark {
    Path(Vec<Point>, Colour, f64),
    Area(Vec<Point>, Colour, f64),
    Box(Point, Point, Colour, bool),
    Dot(Point, f64, Colour, bool),
}

/// A picture while it is drawn. Texts lie above everything else.
pub struct Canvas {
    pub width: f64,
    pub height: f64,
    marks: Vec<Mark>,
    labels: Vec<Label>,
}

impl Canvas {
    pub fn new(width: f64, height: f64) -> Canvas {
        Canvas { width, height, marks: Vec::new(), labels: Vec::new() }
    }

    pub fn path(&mut self, points: Vec<Point>, colour: Colour, width: f64) {
        self.marks.push(Mark::Path(points, colour, width));
    }

    pub fn line(&mut self, from: Point, to: Point, colour: Colour, width: f64) {
        self.path(vec![from, to], colour, width);
    }

    /// A straight line in dashes. Where `of` lines lie on each other the `turn`-th of them, from 0, shows between the others.
    pub fn dashed(&mut self, from: Point, to: Point, (turn, of): (usize, usize), colour: Colour, width: f64) {
        const DASH: f64 = 6.0;
        let period = DASH * of.max(2) as f64;
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = (dx * dx + dy * dy).sqrt();
        let at = |distance: f64| (from.0 + dx * distance / length, from.1 + dy * distance / length);
        let mut done = DASH * turn as f64;
        while done < length {
            self.line(at(done), at((done + DASH).min(length)), colour, width);
            done += period;
        }
    }

    /// A filled polygon through which what lies below can be seen.
    pub fn area(&mut self, points: Vec<Point>, colour: Colour, opacity: f64) {
        self.marks.push(Mark::Area(points, colour, opacity));
    }

    pub fn filled(&mut self, top_left: Point, bottom_right: Point, colour: Colour) {
        self.marks.push(Mark::Box(top_left, bottom_right, colour, true));
    }

    pub fn outlined(&mut self, top_left: Point, bottom_right: Point, colour: Colour) {
        self.marks.push(Mark::Box(top_left, bottom_right, colour, false));
    }

    pub fn dot(&mut self, at: Point, radius: f64, colour: Colour, filled: bool) {
        self.marks.push(Mark::Dot(at, radius, colour, filled));
    }

    pub fn label(&mut self, label: Label) {
        self.labels.push(label);
    }

    pub fn finish(self, file: impl Into<String>, title: impl Into<String>) -> Chart {
        let (file, title) = (file.into(), title.into());
        let drawn = self.drawn();
        let body = drawn.split_once('\n').expect("the first line opens the document").1;
        let mut texts = body.split("<text ");
        let before = texts.next().expect("a split has a first part");
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"hustings-chart\" role=\"img\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\">\n\
             <title>{}</title>\n<style>{}</style>\n{before}",
            self.width,
            self.height,
            scaled(self.width),
            scaled(self.height),
            escaped(&title),
            palette::style(body),
        );
        // The drawing library writes texts in the order in which it is given them.
        for (label, rest) in self.labels.iter().zip(texts) {
            svg.push_str("<text ");
            if !label.figures.is_empty() {
                let joined = |part: fn(&Figure) -> &str| label.figures.iter().map(part).collect::<Vec<&str>>().join(" ");
                let (pointers, values) = (joined(|figure| &figure.pointer), joined(|figure| &figure.value));
                write!(svg, "data-json=\"{}\" data-value=\"{}\" ", escaped(&pointers), escaped(&values))
                    .expect("a string takes any text");
            }
            svg.push_str(rest);
        }
        Chart { file, title, svg: svg.replace(" opacity=\"1\"", ""), labels: self.labels }
    }

    fn drawn(&self) -> String {
        let mut svg = String::new();
        {
            let size = (scaled(self.width) as u32, scaled(self.height) as u32);
            let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            area.fill(&colour(PAPER, 1.0)).expect("a string takes any text");
            self.marks.iter().for_each(|mark| draw(&area, mark));
            self.labels.iter().for_each(|label| write_text(&area, label));
            area.present().expect("a string takes any text");
        }
        svg
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn scaled(pixels: f64) -> i32 {
    (pixels * SCALE).round() as i32
}

fn place((x, y): Point) -> (i32, i32) {
    (scaled(x), scaled(y))
}

fn colour((red, green, blue): Colour, opacity: f64) -> RGBAColor {
    RGBColor(red, green, blue).mix(opacity)
}

fn stroke(of: Colour, width: f64) -> ShapeStyle {
    ShapeStyle { color: colour(of, 1.0), filled: false, stroke_width: scaled(width) as u32 }
}

fn draw(area: &Area<'_>, mark: &Mark) {
    let places = |points: &[Point]| points.iter().copied().map(place).collect::<Vec<_>>();
    let drawn = match mark {
        Mark::Path(points, of, width) => area.draw(&PathElement::new(places(points), stroke(*of, *width))),
        Mark::Area(points, of, opacity) => area.draw(&Polygon::new(places(points), colour(*of, *opacity).filled())),
        Mark::Box(from, to, of, true) => area.draw(&Rectangle::new([place(*from), place(*to)], colour(*of, 1.0).filled())),
        // A rectangle that is not filled takes no width: it is a path.
        Mark::Box(from, to, of, false) => {
            let corners = [*from, (to.0, from.1), *to, (from.0, to.1), *from];
            area.draw(&PathElement::new(places(&corners), stroke(*of, 1.5)))
        }
        Mark::Dot(at, radius, of, true) => area.draw(&Circle::new(place(*at), scaled(*radius), colour(*of, 1.0).filled())),
        Mark::Dot(at, radius, of, false) => area.draw(&Circle::new(place(*at), scaled(*radius), stroke(*of, 1.5))),
    };
    drawn.expect("a string takes any text");
}

fn write_text(area: &Area<'_>, label: &Label) {
    let horizontal = match label.anchor {
        Anchor::Left => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::Right => HPos::Right,
    };
    let weight = if label.bold { FontStyle::Bold } else { FontStyle::Normal };
    let font = FontDesc::new(FontFamily::SansSerif, label.size * SCALE * FONT_FACTOR, weight);
    let font = if label.upright { font.transform(FontTransform::Rotate270) } else { font };
    let ink = colour(label.colour, 1.0);
    let style = TextStyle::from(font).color(&ink).pos(Pos::new(horizontal, VPos::Center));
    area.draw(&Text::new(label.text.as_str(), place(label.at), style)).expect("a string takes any text");
}

/// For text between tags and in attributes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
