use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::ffi::OsString;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fs4::FileExt;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::{Record, TokenStore};
use crate::BoxError;
use crate::oauth::Holder;

/// Tokens in a file, which the processes of a machine may share.
///
/// A change writes the whole file anew beside the old one, flushes it to the disk, and then puts it in the place of the old one: whenever
/// the process is killed, the file is whole. A change takes a lock first, on the file with `.lock` behind its name. So the directory has
/// to be writable, and on a file system of this machine; a symbolic link would be replaced by the file. All tokens are read and
/// written at once: with a thousand locations that is a file of about 2 MB, and beyond that a database is the better store.
///
/// On Unix only its owner can read the file, and one that others can read is refused. On Windows the rights are those of the directory.
#[derive(Clone, Debug)]
pub struct FileStore {
    // Shared with the threads that read and write.
    paths: Arc<Paths>,
    /// Held while this process changes the file, so that no more than one thread waits for the lock.
    changing: Arc<Mutex<()>>,
}

#[derive(Debug)]
struct Paths {
    file: PathBuf,
    new: PathBuf,
    lock: PathBuf,
}

impl FileStore {
    /// A store in this file. It is made when the first tokens are saved. A relative path is one from the directory where the process is now.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let file = path.into();
        let file = std::path::absolute(&file).unwrap_or(file);
        let beside = |ending: &str| {
            let mut name = OsString::from(&file);
            name.push(ending);
            PathBuf::from(name)
        };
        let (new, lock) = (beside(".new"), beside(".lock"));
        Self { paths: Arc::new(Paths { file, new, lock }), changing: Arc::default() }
    }

    /// Runs in a thread that may wait for the disk.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Paths) -> Result<T, FileError> + Send + 'static,
    ) -> Result<T, BoxError> {
        let paths = Arc::clone(&self.paths);
        Ok(spawn_blocking(move || work(&paths)).await??)
    }
}

impl TokenStore for FileStore {
    async fn load(&self, holder: &Holder) -> Result<Option<Record>, BoxError> {
        let key = holder.to_string();
        // Without the lock: the file is always whole.
        self.blocking(move |paths| Ok(paths.read()?.remove(&key).map(Record::from))).await
    }

    async fn compare_and_swap(
        &self,
        holder: &Holder,
        expected: Option<&Record>,
        new: Option<&Record>,
    ) -> Result<bool, BoxError> {
        let _change = self.changing.lock().await;
        let (key, expected, new) = (holder.to_string(), expected.map(Record::revision), new.cloned());
        self.blocking(move |paths| {
            // The lock ends with the file, and so with the process.
            let _lock = paths.locked()?;
            let mut holders = paths.read()?;
            if holders.get(&key).map(|stored| stored.revision) != expected {
                return Ok(false);
            }
            match new {
                Some(record) => holders.insert(key, record.into()),
                None => holders.remove(&key),
            };
            paths.write(&holders)?;
            Ok(true)
        })
        .await
    }
}

type Holders = BTreeMap<String, Stored>;

/// The content of the file.
#[derive(Serialize, Deserialize)]
struct Content<H> {
    /// The form of the file.
    format: u32,
    holders: H,
}

const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Stored {
    revision: i64,
    record: String,
}

impl From<Record> for Stored {
    fn from(record: Record) -> Self {
        Self { revision: record.revision, record: record.text }
    }
}

impl From<Stored> for Record {
    fn from(stored: Stored) -> Self {
        Self::new(stored.revision, stored.record)
    }
}

impl Paths {
    fn locked(&self) -> Result<File, FileError> {
        self.check_place()?;
        let failed = |error| FileError::io(&self.lock, "cannot be locked", error);
        let lock =
            private(OpenOptions::new().create(true).truncate(false).write(true)).open(&self.lock).map_err(failed)?;
        FileExt::lock(&lock).map_err(failed)?;
        Ok(lock)
    }

    fn read(&self) -> Result<Holders, FileError> {
        self.check_place()?;
        let file = match File::open(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Holders::new()),
            Err(error) => return Err(FileError::io(&self.file, "cannot be read", error)),
        };
        self.check_rights(&file)?;
        let text = io::read_to_string(file).map_err(|error| FileError::io(&self.file, "cannot be read", error))?;
        // What serde says may have a token in it.
        let unreadable = |error: serde_json::Error| {
            let (line, column) = (error.line(), error.column());
            FileError::content(
                &self.file,
                format!(
                    "is not a file of tokens, from line {line}, column {column} on: restore it; or remove it, and the users consent again"
                ),
            )
        };
        let content: Content<Holders> = serde_json::from_str(&text).map_err(unreadable)?;
        if content.format != FORMAT {
            let problem =
                format!("has the format {}, and this version of leadconnector reads {FORMAT}", content.format);
            return Err(FileError::content(&self.file, problem));
        }
        Ok(content.holders)
    }

    fn check_place(&self) -> Result<(), FileError> {
        let problem = if self.file.is_dir() {
            "is a directory: name a file in it"
        } else if self.file.parent().is_some_and(|directory| !directory.is_dir()) {
            "is to be in a directory that is not there: make it"
        } else {
            return Ok(());
        };
        Err(FileError::content(&self.file, problem.into()))
    }

    #[cfg(unix)]
    fn check_rights(&self, file: &File) -> Result<(), FileError> {
        use std::os::unix::fs::PermissionsExt;

        let metadata = file.metadata().map_err(|error| FileError::io(&self.file, "cannot be read", error))?;
        if metadata.permissions().mode() & 0o077 == 0 {
            return Ok(());
        }
        Err(FileError::content(&self.file, "can be read or written by others than its owner: `chmod 600` it".into()))
    }

    #[cfg(not(unix))]
    fn check_rights(&self, _: &File) -> Result<(), FileError> {
        Ok(())
    }

    /// Puts another content in the place of the file's. Only for who has the lock.
    fn write(&self, holders: &Holders) -> Result<(), FileError> {
        let failed = |error: io::Error| FileError::io(&self.new, "cannot be written", error);
        let content = serde_json::to_vec(&Content { format: FORMAT, holders }).map_err(|error| failed(error.into()))?;
        // What a process has left that was killed; or a link that somebody has put there.
        match std::fs::remove_file(&self.new) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            Ok(()) | Err(_) => {}
        }
        let mut new = private(OpenOptions::new().create_new(true).write(true)).open(&self.new).map_err(failed)?;
        new.write_all(&content).and_then(|()| new.sync_all()).map_err(failed)?;
        drop(new);
        std::fs::rename(&self.new, &self.file)
            .map_err(|error| FileError::io(&self.file, "cannot be replaced", error))?;
        self.sync_directory();
        Ok(())
    }

    /// Without this, the old file may be back after a power failure. Not every file system can do it, and the file is there already.
    #[cfg(unix)]
    fn sync_directory(&self) {
        if let Some(directory) = self.file.parent() {
            let _ = File::open(directory).and_then(|directory| directory.sync_all());
        }
    }

    #[cfg(not(unix))]
    fn sync_directory(&self) {}
}

/// Only the owner can read a file that is made so.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// What is wrong with the file.
#[derive(Debug)]
struct FileError {
    path: PathBuf,
    problem: String,
    source: Option<io::Error>,
}

impl FileError {
    fn io(path: &Path, problem: &str, source: io::Error) -> Self {
        Self { path: path.to_owned(), problem: problem.to_owned(), source: Some(source) }
    }

    fn content(path: &Path, problem: String) -> Self {
        Self { path: path.to_owned(), problem, source: None }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path.display(), self.problem)
    }
}

impl StdError for FileError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
