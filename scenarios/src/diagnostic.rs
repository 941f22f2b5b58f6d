//! What is wrong with a scenario, where, and what to write instead. Rendered with the offending line, as compilers do.

use std::fmt;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// So many complaints are shown; a file with more of them is usually not a scenario at all.
const MOST_SHOWN: usize = 20;
/// A line with more bytes than this is not shown, only named.
const LONGEST_LINE: usize = 400;
/// What a complaint quotes from the file may be of any length; a complaint may not.
const LONGEST_WORDS: usize = 1_000;

/// A stretch of one of the texts that a scenario is made of: the file, or an override.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// 0 is the file; overrides follow in their order.
    pub source: usize,
    /// In bytes.
    pub start: usize,
    pub end: usize,
}

impl Place {
    /// From the start of this to the end of `last`, where both are in one text.
    pub(crate) fn to(self, last: Place) -> Place {
        if self.source == last.source { Place { end: last.end.max(self.end), ..self } } else { self }
    }
}

/// A text that was read, and what it is called.
#[derive(Clone, Debug)]
pub struct Source {
    /// A path, the name of a library scenario, or `--set nodes=0`.
    pub origin: String,
    pub text: String,
}

/// How grave a complaint is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// The scenario does not run.
    Error,
    /// The scenario runs, but perhaps not as it was meant.
    Warning,
}

/// One complaint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    pub severity: Severity,
    pub title: Box<str>,
    pub place: Place,
    /// Stands under the offending text.
    pub label: String,
    /// Other places that have to do with it.
    pub also: Vec<(Place, String)>,
    /// What to write instead.
    pub help: Option<String>,
}

impl Diagnostic {
    pub(crate) fn error(place: Place, title: impl Into<String>) -> Diagnostic {
        let title = shortened(title.into()).into_boxed_str();
        Diagnostic { severity: Severity::Error, title, place, label: String::new(), also: Vec::new(), help: None }
    }

    pub(crate) fn warning(place: Place, title: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(place, title) }
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = shortened(label.into());
        self
    }

    pub(crate) fn also(mut self, place: Place, label: impl Into<String>) -> Diagnostic {
        self.also.push((place, shortened(label.into())));
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(shortened(help.into()));
        self
    }
}

/// Everything that is wrong with one scenario, with the texts that it points into.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    pub sources: Vec<Source>,
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// A complaint about a file as a whole, which has no line to point at.
    pub(crate) fn about_file(origin: &str, title: impl Into<String>, help: impl Into<String>) -> Diagnostics {
        Diagnostics {
            sources: vec![Source { origin: origin.to_owned(), text: String::new() }],
            list: vec![Diagnostic::error(Place::default(), title).help(help)],
        }
    }

    /// Whether there is no complaint, not even a warning.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many complaints are errors.
    pub fn errors(&self) -> usize {
        self.list.iter().filter(|d| d.severity == Severity::Error).count()
    }

    /// Line and column of a place, both from 1; columns count characters.
    pub fn line_and_column(&self, place: Place) -> (usize, usize) {
        let text = &self.sources[place.source].text;
        let before = &text[..floor(text, place.start)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// As text for people, with colours if asked for. No line break at the end.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii);
        let mut parts: Vec<String> = self.list.iter().take(MOST_SHOWN).map(|d| renderer.render(&self.report(d))).collect();
        if self.list.len() > MOST_SHOWN {
            parts.push(format!("… and {} more", self.list.len() - MOST_SHOWN));
        }
        parts.join("\n\n")
    }

    fn report<'a>(&'a self, diagnostic: &'a Diagnostic) -> Vec<Group<'a>> {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let source = &self.sources[diagnostic.place.source];
        let mut group = Group::with_title(level.primary_title(&*diagnostic.title));
        if diagnostic.place.source > 0 || source.text.is_empty() {
            group = group.element(Origin::path(source.origin.as_str()));
        } else if self.is_on_long_line(diagnostic.place) {
            let (line, column) = self.line_and_column(diagnostic.place);
            group = group.element(Origin::path(source.origin.as_str()).line(line).char_column(column));
        } else {
            let primary = AnnotationKind::Primary.span(self.visible(diagnostic.place));
            let primary = if diagnostic.label.is_empty() { primary } else { primary.label(diagnostic.label.as_str()) };
            let also = diagnostic
                .also
                .iter()
                .filter(|(place, _)| place.source == diagnostic.place.source && !self.is_on_long_line(*place));
            let snippet = Snippet::source(source.text.as_str())
                .path(source.origin.as_str())
                .annotation(primary)
                .annotations(also.map(|(at, label)| AnnotationKind::Context.span(self.visible(*at)).label(label.as_str())));
            group = group.element(snippet);
        }
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        vec![group]
    }

    fn is_on_long_line(&self, place: Place) -> bool {
        let text = &self.sources[place.source].text;
        let at = floor(text, place.start);
        let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
        let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        end - start > LONGEST_LINE
    }

    /// The place as the renderer wants it: on character boundaries, within the text, on one line.
    fn visible(&self, place: Place) -> std::ops::Range<usize> {
        let text = &self.sources[place.source].text;
        let start = floor(text, place.start);
        let end = floor(text, place.end).max(start);
        let line_end = text[start..end].find('\n').map_or(end, |at| start + at);
        start..line_end
    }
}

/// The start of these words, if they are too many.
fn shortened(mut words: String) -> String {
    if words.len() > LONGEST_WORDS {
        words.truncate(floor(&words, LONGEST_WORDS));
        words.push('…');
    }
    words
}

/// The last character boundary that is not beyond `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
