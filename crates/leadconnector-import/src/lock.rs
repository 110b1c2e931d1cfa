//! A file that one process at a time writes to. The standard library has this since Rust 1.89, and who installs the program may have an
//! older one.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a file, and keeps it from other imports until it is closed; none if another import has it.
#[cfg(unix)]
pub(crate) fn open(options: &OpenOptions, path: &Path) -> io::Result<Option<File>> {
    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;

    let file = options.open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Opens a file, and keeps it from other imports until it is closed; none if another import has it. Others may read it.
#[cfg(windows)]
pub(crate) fn open(options: &OpenOptions, path: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;

    const FILE_SHARE_READ: u32 = 1;
    const ERROR_SHARING_VIOLATION: i32 = 32;
    match options.clone().share_mode(FILE_SHARE_READ).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => Ok(None),
        Err(error) => Err(error),
    }
}
