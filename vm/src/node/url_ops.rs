//! The URL standard behind `URL`: parsing and the setters, over the `url` crate.
//!
//! Pure functions on text; owns no engine value. A URL travels to JavaScript as its parts, ready to be read.

use url::{Url, quirks};

/// The components of a URL, in the order in which they are handed to JavaScript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The whole URL.
    pub href: String,
    /// The scheme with its colon.
    pub protocol: String,
    /// The user name, percent-encoded.
    pub username: String,
    /// The password, percent-encoded.
    pub password: String,
    /// Host name and port.
    pub host: String,
    /// Host name.
    pub hostname: String,
    /// The port, empty when it is the scheme's own.
    pub port: String,
    /// The path.
    pub pathname: String,
    /// The query with its question mark, or nothing.
    pub search: String,
    /// The fragment with its hash sign, or nothing.
    pub hash: String,
    /// The origin, `null` for opaque ones.
    pub origin: String,
}

impl Parts {
    fn of(url: &Url) -> Self {
        Self {
            href: quirks::href(url).to_owned(),
            protocol: quirks::protocol(url).to_owned(),
            username: quirks::username(url).to_owned(),
            password: quirks::password(url).to_owned(),
            host: quirks::host(url).to_owned(),
            hostname: quirks::hostname(url).to_owned(),
            port: quirks::port(url).to_owned(),
            pathname: quirks::pathname(url).to_owned(),
            search: quirks::search(url).to_owned(),
            hash: quirks::hash(url).to_owned(),
            origin: quirks::origin(url),
        }
    }

    /// The parts as a list, in the order of the fields.
    pub fn into_list(self) -> [String; 11] {
        [
            self.href,
            self.protocol,
            self.username,
            self.password,
            self.host,
            self.hostname,
            self.port,
            self.pathname,
            self.search,
            self.hash,
            self.origin,
        ]
    }
}

/// Parses `input`, relative to `base` when there is one. `None` when either is invalid.
pub fn parse(input: &str, base: Option<&str>) -> Option<Parts> {
    let base = match base {
        Some(base) => Some(Url::parse(base).ok()?),
        None => None,
    };
    let url = Url::options().base_url(base.as_ref()).parse(input).ok()?;
    Some(Parts::of(&url))
}

/// Sets one component of `href`. A value that does not fit leaves the URL as it was, except for `href` itself, where it is
/// an error. `None` for that, for an invalid `href` and for an unknown part.
pub fn set(href: &str, part: &str, value: &str) -> Option<Parts> {
    if part == "href" {
        return parse(value, None);
    }
    let mut url = Url::parse(href).ok()?;
    // The setters of the standard ignore what they cannot use.
    let _ = match part {
        "protocol" => quirks::set_protocol(&mut url, value),
        "username" => quirks::set_username(&mut url, value),
        "password" => quirks::set_password(&mut url, value),
        "host" => quirks::set_host(&mut url, value),
        "hostname" => quirks::set_hostname(&mut url, value),
        "port" => quirks::set_port(&mut url, value),
        "pathname" => {
            quirks::set_pathname(&mut url, value);
            Ok(())
        }
        "search" => {
            quirks::set_search(&mut url, value);
            Ok(())
        }
        "hash" => {
            quirks::set_hash(&mut url, value);
            Ok(())
        }
        _ => return None,
    };
    Some(Parts::of(&url))
}

/// The ASCII form of a domain, empty when it is none.
pub fn domain_to_ascii(domain: &str) -> String {
    quirks::domain_to_ascii(domain)
}

/// The Unicode form of a domain, empty when it is none.
pub fn domain_to_unicode(domain: &str) -> String {
    quirks::domain_to_unicode(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_full_url() {
        let list = parse("HTTPS://u:p@Example.com:8080/a/../b?x=1#h", None)
            .unwrap()
            .into_list();
        let expected = [
            "https://u:p@example.com:8080/b?x=1#h",
            "https:",
            "u",
            "p",
            "example.com:8080",
            "example.com",
            "8080",
            "/b",
            "?x=1",
            "#h",
            "https://example.com:8080",
        ];
        assert_eq!(list, expected);
    }

    #[test]
    fn relative_input_needs_a_base() {
        assert_eq!(parse("/x", None), None);
        assert_eq!(parse("/x", Some("nope")), None);
        assert_eq!(parse("../x", Some("http://h/a/b/c")).unwrap().href, "http://h/a/x");
    }

    #[test]
    fn default_ports_and_opaque_origins() {
        assert_eq!(parse("http://h:80/", None).unwrap().port, "");
        let file = parse("file:///a b", None).unwrap();
        assert_eq!((file.href.as_str(), file.origin.as_str()), ("file:///a%20b", "null"));
        assert_eq!(parse("data:text/plain,x", None).unwrap().pathname, "text/plain,x");
    }

    #[test]
    fn setters_ignore_what_does_not_fit() {
        let cases = [
            ("http://h/", "port", "81", "http://h:81/"),
            ("http://h:81/", "port", "", "http://h/"),
            ("http://h/", "port", "x", "http://h/"),
            ("http://h/", "protocol", "https", "https://h/"),
            ("http://h/", "protocol", "foo", "http://h/"),
            ("http://h/", "search", "a=b c", "http://h/?a=b%20c"),
            ("http://h/?q", "search", "", "http://h/"),
            ("http://h/#x", "hash", "", "http://h/"),
            ("http://h/", "pathname", "a b", "http://h/a%20b"),
            ("http://h/", "hostname", "other", "http://other/"),
            ("http://h/", "username", "me", "http://me@h/"),
        ];
        for (href, part, value, expected) in cases {
            assert_eq!(set(href, part, value).unwrap().href, expected, "{part}={value}");
        }
    }

    #[test]
    fn a_wrong_href_is_an_error() {
        assert_eq!(set("http://h/", "href", "nope"), None);
        assert_eq!(set("http://h/", "href", "http://x/").unwrap().href, "http://x/");
        assert_eq!(set("http://h/", "nothing", "x"), None);
    }

    #[test]
    fn domains() {
        assert_eq!(domain_to_ascii("m\u{fc}nchen.de"), "xn--mnchen-3ya.de");
        assert_eq!(domain_to_unicode("xn--mnchen-3ya.de"), "m\u{fc}nchen.de");
        assert_eq!(domain_to_ascii("a b"), "");
    }
}
