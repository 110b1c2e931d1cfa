//! What the job that has built everything hands over to those that have rights, and build nothing: `.github/scripts/publish.sh`
//! reads it.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};

use super::{Package, registry};

/// The checksum of each package, as `sha256sum` reads them.
const CHECKSUMS: &str = "SHA256SUMS";
/// The names of all crates, each after those on which it depends.
const CRATES: &str = "crates";
/// The names of those that the registry does not have.
const MISSING: &str = "missing";

/// Whether there is room for it, so that nothing of another release can be among it.
pub(super) fn is_free(folder: &Path) -> anyhow::Result<()> {
    let is_free = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => !folder.exists(),
    };
    ensure!(is_free, "{} is not an empty folder: give one that is, or that is not there yet", folder.display());
    Ok(())
}

pub(super) fn write(folder: &Path, packaged: &[(&Package, Vec<u8>)], missing: &[&Package]) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let write = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))
    };
    let mut checksums = String::new();
    for (package, bytes) in packaged {
        write(&package.file(), bytes)?;
        checksums.push_str(&format!("{}  {}\n", registry::checksum(bytes), package.file()));
    }
    let names =
        |packages: &[&Package]| packages.iter().map(|package| format!("{}\n", package.name)).collect::<String>();
    let all: Vec<_> = packaged.iter().map(|(package, _)| *package).collect();
    write(CHECKSUMS, checksums.as_bytes())?;
    write(CRATES, names(&all).as_bytes())?;
    write(MISSING, names(missing).as_bytes())?;
    println!("\nnothing was published: what would go out is in {}", folder.display());
    Ok(())
}
