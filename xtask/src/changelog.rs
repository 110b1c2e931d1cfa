//! CHANGELOG.md, in the form of Keep a Changelog.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use chrono::NaiveDate;
use semver::Version;

pub(crate) const FILE: &str = "CHANGELOG.md";
const UNRELEASED: &str = "[Unreleased]";

pub(crate) fn read(root: &Path) -> anyhow::Result<String> {
    fs::read_to_string(root.join(FILE)).with_context(|| format!("cannot read {FILE}"))
}

/// Whether the changelog is ready for a release of this version.
pub(crate) fn check(changelog: &str, version: &Version) -> anyhow::Result<()> {
    let unreleased = section(changelog, UNRELEASED).map(|(_, text)| text).unwrap_or_default();
    ensure!(
        unreleased.is_empty(),
        "{FILE} has entries under {UNRELEASED}, which would go out unsaid: move them under \
         \"## [{version}] - YYYY-MM-DD\""
    );
    let name = format!("[{version}]");
    let Some((rest, text)) = section(changelog, &name) else {
        bail!("{FILE} has no section for {version}: add \"## {name} - YYYY-MM-DD\", and say what has changed");
    };
    ensure!(
        rest.strip_prefix(" - ").is_some_and(is_date),
        "the section {name} of {FILE} has no date: write \"## {name} - YYYY-MM-DD\""
    );
    ensure!(!text.is_empty(), "the section {name} of {FILE} is empty: say what has changed");
    Ok(())
}

/// The changelog, with something to say under `[Unreleased]`.
pub(crate) fn with_an_entry(changelog: &str, entry: &str) -> String {
    let heading = format!("\n## {UNRELEASED}\n");
    changelog.replacen(&heading, &format!("{heading}\n- {entry}\n"), 1)
}

/// The changelog with what stands under `[Unreleased]` in a section of this version. A version joins the sections of its own
/// pre-releases: who comes from the version before reads one.
pub(crate) fn released(changelog: &str, version: &Version, date: NaiveDate) -> anyhow::Result<String> {
    ensure!(
        section(changelog, &format!("[{version}]")).is_none(),
        "{FILE} has a section for {version} already: if that version was not released, move its entries under {UNRELEASED} and \
         take its heading away"
    );
    let heading = format!("\n## {UNRELEASED}");
    let Some((before, after)) = changelog.split_once(&heading) else {
        bail!("{FILE} has no section \"## {UNRELEASED}\": add it, with what has changed since the last release");
    };
    let mut sections = after.split("\n## ").peekable();
    let mut entries: Vec<_> = sections.next().map(str::trim).into_iter().collect();
    let of_pre_release = |section: &&str| version.pre.is_empty() && section.starts_with(&format!("[{version}-"));
    while let Some(section) = sections.next_if(of_pre_release) {
        entries.push(section.split_once('\n').map_or("", |(_, text)| text.trim()));
    }
    entries.retain(|entries| !entries.is_empty());
    ensure!(!entries.is_empty(), "{FILE} has nothing under {UNRELEASED}: say what has changed since the last release");
    let date = date.format("%Y-%m-%d");
    let mut released = format!("{before}{heading}\n\n## [{version}] - {date}\n\n{}\n", entries.join("\n\n"));
    for section in sections {
        released.push_str(&format!("\n## {section}"));
    }
    Ok(released)
}

/// What stands behind the name in the heading of a section, and its text.
fn section<'a>(changelog: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let mut sections = changelog.split("\n## ").skip(1);
    let section = sections.find_map(|section| section.strip_prefix(name))?;
    let (rest, text) = section.split_once('\n').unwrap_or((section, ""));
    Some((rest.trim_end(), text.trim()))
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use semver::Version;

    use super::{check, released};

    fn said(changelog: &str) -> String {
        match check(changelog, &Version::new(1, 2, 0)) {
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
        insta::assert_snapshot!(said("# Changelog\n\n## [1.2.0] - 2026-01-32\n\n- More.\n"), @r###"the section [1.2.0] of CHANGELOG.md has no date: write "## [1.2.0] - YYYY-MM-DD""###);
        insta::assert_snapshot!(said("# Changelog\n\n## [1.2.0] - 2026-01-02\n\n## [1.1.0] - 2026-01-01\n\n- Less.\n"), @"the section [1.2.0] of CHANGELOG.md is empty: say what has changed");
        insta::assert_snapshot!(said(""), @r###"CHANGELOG.md has no section for 1.2.0: add "## [1.2.0] - YYYY-MM-DD", and say what has changed"###);
    }

    #[test]
    fn what_is_unreleased_moves_into_a_section() {
        let released = |changelog: &str| match released(
            changelog,
            &Version::new(1, 2, 0),
            NaiveDate::from_ymd_opt(2026, 1, 2).unwrap(),
        ) {
            Ok(changelog) => changelog,
            Err(error) => error.to_string(),
        };
        insta::assert_snapshot!(released("# Changelog\n\n## [Unreleased]\n\n- More.\n\n## [1.1.0] - 2025-01-02\n\n- Less.\n"), @"
        # Changelog

        ## [Unreleased]

        ## [1.2.0] - 2026-01-02

        - More.

        ## [1.1.0] - 2025-01-02

        - Less.
        ");
        let of_pre_releases = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0-rc.2] - 2026-01-01\n\n- Most.\n\n\
                               ## [1.2.0-rc.1] - 2025-12-31\n\n- Much.\n\n## [1.1.0] - 2025-01-02\n\n- Less.\n";
        insta::assert_snapshot!(released(of_pre_releases), @"
        # Changelog

        ## [Unreleased]

        ## [1.2.0] - 2026-01-02

        - Most.

        - Much.

        ## [1.1.0] - 2025-01-02

        - Less.
        ");
        insta::assert_snapshot!(released("# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2025-01-02\n\n- Less.\n"), @"CHANGELOG.md has nothing under [Unreleased]: say what has changed since the last release");
        insta::assert_snapshot!(released("# Changelog\n\n## [1.1.0] - 2025-01-02\n\n- Less.\n"), @r###"CHANGELOG.md has no section "## [Unreleased]": add it, with what has changed since the last release"###);
        insta::assert_snapshot!(released("# Changelog\n\n## [Unreleased]\n\n- More.\n\n## [1.2.0] - 2025-01-02\n\n- Less.\n"), @"CHANGELOG.md has a section for 1.2.0 already: if that version was not released, move its entries under [Unreleased] and take its heading away");
    }
}
