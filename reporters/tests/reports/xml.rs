//! XML read back as a tree, the way a parser hands it to a consumer.

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesStart, Event},
};

/// An element.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Node>,
    /// All text in it, not in its children.
    pub(crate) text: String,
}

impl Node {
    /// The root element. Demands a document without a character that XML 1.0 forbids, not even as a reference.
    #[track_caller]
    pub(crate) fn parse(document: &str) -> Self {
        let forbidden =
            |char: char| (char.is_control() && !matches!(char, '\n' | '\t')) || matches!(char, '\u{fffe}' | '\u{ffff}');
        assert_eq!(document.find(forbidden), None, "a forbidden character in {document:?}");
        assert_eq!(
            document.matches("&#").count(),
            document.matches("&#10;").count() + document.matches("&#9;").count(),
            "a reference to something else than a line end or tab"
        );
        let mut reader = Reader::from_str(document);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().expect("the document is XML") {
                Event::Eof => break,
                event => take(&mut open, event),
            }
        }
        assert_eq!(open.len(), 1, "an element is not closed");
        let mut document = open.pop().expect("the document");
        assert_eq!(document.children.len(), 1, "one root");
        document.children.pop().expect("a root")
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.get(name).unwrap_or_else(|| panic!("no {name} on {self:?}"))
    }

    #[track_caller]
    pub(crate) fn number(&self, name: &str) -> usize {
        self.attribute(name).parse().expect("a number")
    }

    /// The children of this name.
    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Self> + use<'a> {
        let name = name.to_owned();
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The only child of this name.
    #[track_caller]
    pub(crate) fn only(&self, name: &str) -> &Node {
        let mut found = self.all(name);
        match (found.next(), found.next()) {
            (Some(one), None) => one,
            (None, _) => panic!("no {name} in {self:?}"),
            (Some(_), Some(_)) => panic!("several {name} in {self:?}"),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The names of all children, in order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.children.iter().map(|child| child.name.as_str()).collect()
    }
}

fn take(open: &mut Vec<Node>, event: Event<'_>) {
    let text = match event {
        Event::Start(start) => return open.push(element(&start)),
        Event::Empty(start) => {
            let node = element(&start);
            return open.last_mut().expect("an element").children.push(node);
        }
        Event::End(_) => {
            let node = open.pop().expect("what ends was open");
            return open.last_mut().expect("the document").children.push(node);
        }
        Event::Text(text) => text.xml10_content().expect("UTF-8").into_owned(),
        Event::CData(text) => text.xml10_content().expect("UTF-8").into_owned(),
        Event::GeneralRef(name) => match name.resolve_char_ref().expect("a character") {
            Some(char) => char.to_string(),
            None => resolve_xml_entity(&name.decode().expect("UTF-8"))
                .expect("a known entity")
                .to_owned(),
        },
        _ => return,
    };
    open.last_mut().expect("an element").text.push_str(&text);
}

fn element(start: &BytesStart<'_>) -> Node {
    let attribute = |attribute: quick_xml::events::attributes::Attribute<'_>| {
        let value = attribute.normalized_value(XmlVersion::Explicit1_0).expect("a value");
        (
            String::from_utf8(attribute.key.as_ref().to_vec()).expect("UTF-8"),
            value.into_owned(),
        )
    };
    let attributes = start.attributes().map(|one| attribute(one.expect("an attribute")));
    Node {
        name: String::from_utf8(start.name().as_ref().to_vec()).expect("UTF-8"),
        attributes: attributes.collect(),
        ..Node::default()
    }
}
