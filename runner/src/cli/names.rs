//! How one name is spelt in each place: `--outputFile.junit`, `output-file.junit`, `TRUN_OUTPUT_FILE_JUNIT`. Pure text.

/// `testPathPattern` to `test-path-pattern`.
pub fn kebab(name: &str) -> String {
    let mut kebab = String::with_capacity(name.len() + 4);
    for char in name.chars() {
        if char.is_ascii_uppercase() {
            kebab.push('-');
        }
        kebab.push(char.to_ascii_lowercase());
    }
    kebab
}

/// `test-name-pattern` to `testNamePattern`.
pub fn camel(name: &str) -> String {
    let mut parts = name.split('-');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (head, tail) = part.split_at(part.len().min(1));
        camel.push_str(&head.to_ascii_uppercase());
        camel.push_str(tail);
    }
    camel
}

/// `test-name-pattern` to `TRUN_TEST_NAME_PATTERN`.
pub fn env_var(name: &str) -> String {
    let spelt = kebab(name).replace(['-', '.'], "_");
    format!("{PREFIX}{}", spelt.to_ascii_uppercase())
}

/// What the names of all of trun's environment variables begin with.
pub const PREFIX: &str = "TRUN_";

#[cfg(test)]
mod tests {
    use super::{camel, env_var, kebab};

    #[test]
    fn one_name_three_spellings() {
        let cases = [
            ("bail", "bail", "bail", "TRUN_BAIL"),
            (
                "test-name-pattern",
                "test-name-pattern",
                "testNamePattern",
                "TRUN_TEST_NAME_PATTERN",
            ),
            (
                "outputFile.junit",
                "output-file.junit",
                "outputFile.junit",
                "TRUN_OUTPUT_FILE_JUNIT",
            ),
        ];
        for (name, in_kebab, in_camel, in_env) in cases {
            assert_eq!(
                (kebab(name).as_str(), camel(name).as_str(), env_var(name).as_str()),
                (in_kebab, in_camel, in_env)
            );
        }
    }
}
