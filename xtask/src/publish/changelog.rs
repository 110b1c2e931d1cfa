//! CHANGELOG.md, in the form of Keep a Changelog.

use anyhow::{bail, ensure};
use semver::Version;

/// Whether the changelog is ready for a release of this version.
pub(super) fn check(changelog: &str, version: &Version) -> anyhow::Result<()> {
    let unreleased = section(changelog, "[Unreleased]").map(|(_, text)| text).unwrap_or_default();
    ensure!(
        unreleased.is_empty(),
        "CHANGELOG.md has entries under [Unreleased], which would go out unsaid: move them under \
         \"## [{version}] - YYYY-MM-DD\""
    );
    let name = format!("[{version}]");
    let Some((rest, text)) = section(changelog, &name) else {
        bail!("CHANGELOG.md has no section for {version}: add \"## {name} - YYYY-MM-DD\", and say what has changed");
    };
    ensure!(
        rest.strip_prefix(" - ").is_some_and(is_date),
        "the section {name} of CHANGELOG.md has no date: write \"## {name} - YYYY-MM-DD\""
    );
    ensure!(!text.is_empty(), "the section {name} of CHANGELOG.md is empty: say what has changed");
    Ok(())
}

/// What stands behind the name in the heading of a section, and its text.
fn section<'a>(changelog: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let mut sections = changelog.split("\n## ").skip(1);
    let section = sections.find_map(|section| section.strip_prefix(name))?;
    let (rest, text) = section.split_once('\n').unwrap_or((section, ""));
    Some((rest.trim_end(), text.trim()))
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::check;

    fn said(changelog: &str) -> String {
        match check(changelog, &semver::Version::new(1, 2, 0)) {
            Ok(()) => "ready".into(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_a_changelog_needs() {
        insta::assert_snapshot!(said("# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-02\n\n- More.\n"), @"ready");
        insta::assert_snapshot!(said("# Changelog\n\n## [1.2.0] - 2026-01-02\n\n- More.\n"), @"ready");
        insta::assert_snapshot!(said("# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2026-01-02\n\n- More.\n"), @r###"CHANGELOG.md has no section for 1.2.0: add "## [1.2.0] - YYYY-MM-DD", and say what has changed"###);
        insta::assert_snapshot!(said("# Changelog\n\n## [Unreleased]\n\n- More.\n\n## [1.2.0] - 2026-01-02\n\n- Less.\n"), @r###"CHANGELOG.md has entries under [Unreleased], which would go out unsaid: move them under "## [1.2.0] - YYYY-MM-DD""###);
        insta::assert_snapshot!(said("# Changelog\n\n## [1.2.0]\n\n- More.\n"), @r###"the section [1.2.0] of CHANGELOG.md has no date: write "## [1.2.0] - YYYY-MM-DD""###);
        insta::assert_snapshot!(said("# Changelog\n\n## [1.2.0] - soon\n\n- More.\n"), @r###"the section [1.2.0] of CHANGELOG.md has no date: write "## [1.2.0] - YYYY-MM-DD""###);
        insta::assert_snapshot!(said("# Changelog\n\n## [1.2.0] - 2026-01-02\n\n## [1.1.0] - 2026-01-01\n\n- Less.\n"), @"the section [1.2.0] of CHANGELOG.md is empty: say what has changed");
        insta::assert_snapshot!(said(""), @r###"CHANGELOG.md has no section for 1.2.0: add "## [1.2.0] - YYYY-MM-DD", and say what has changed"###);
    }
}
