//! Stores: what each of them keeps, whoever else writes.

use std::path::Path;
use std::sync::Arc;

use crate::oauth::{FileStore, Holder, MemoryStore, Record, TokenStore};

fn holder(id: &str) -> Holder {
    Holder::Location(crate::LocationId::new(id).unwrap())
}

async fn behaves(store: &impl TokenStore) {
    let (a, b) = (holder("a"), holder("b"));
    let [one, two, three] = [1, 2, 3].map(|revision| Record::new(revision, format!("text {revision}")));
    assert_eq!(store.load(&a).await.unwrap(), None);
    // (expected, new, whether it is done, what is there)
    for (expected, new, done, there) in [
        (Some(&one), Some(&two), false, None),
        (None, Some(&one), true, Some(&one)),
        (None, Some(&two), false, Some(&one)),
        (Some(&two), Some(&three), false, Some(&one)),
        (Some(&one), Some(&two), true, Some(&two)),
        (Some(&one), None, false, Some(&two)),
        (Some(&two), None, true, None),
        (None, Some(&three), true, Some(&three)),
    ] {
        assert_eq!(store.compare_and_swap(&a, expected, new).await.unwrap(), done);
        assert_eq!(store.load(&a).await.unwrap().as_ref(), there);
        assert_eq!(store.load(&b).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_store_compares_and_swaps() {
    behaves(&MemoryStore::new()).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens.json");
    behaves(&FileStore::new(&path)).await;
    // What is left of a write that was killed is in nobody's way.
    std::fs::write(directory.path().join("tokens.json.new"), "half").unwrap();
    let record = Record::new(4, "text \"4\"\n");
    assert!(FileStore::new(&path).compare_and_swap(&holder("b"), None, Some(&record)).await.unwrap());
    // Another process reads it.
    assert_eq!(FileStore::new(&path).load(&holder("b")).await.unwrap(), Some(record));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_between_two_who_write() {
    let directory = tempfile::tempdir().unwrap();
    let path = Arc::new(directory.path().join("tokens.json"));
    let count = async |store: FileStore, first: i64| {
        for number in 0..25 {
            loop {
                let before = store.load(&holder("a")).await.unwrap();
                let text = before.as_ref().map_or(0, |record| record.text().parse::<i64>().unwrap()) + 1;
                let record = Record::new(first + number, text.to_string());
                if store.compare_and_swap(&holder("a"), before.as_ref(), Some(&record)).await.unwrap() {
                    break;
                }
            }
        }
    };
    tokio::join!(count(FileStore::new(&*path), 1_000), count(FileStore::new(&*path), 2_000));
    let record = FileStore::new(&*path).load(&holder("a")).await.unwrap().unwrap();
    assert_eq!(record.text(), "50");
}

async fn error(path: &Path) -> String {
    let store = FileStore::new(path);
    let error = store.load(&holder("a")).await.unwrap_err();
    let record = Record::new(1, "text");
    let of_writing = store.compare_and_swap(&holder("a"), None, Some(&record)).await.unwrap_err();
    assert_eq!(error.to_string(), of_writing.to_string());
    error.to_string().replace(path.to_str().unwrap(), "tokens.json")
}

#[tokio::test]
async fn a_file_of_something_else_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens.json");
    for (content, said) in [
        (
            "secret",
            "tokens.json is not a file of tokens, from line 1, column 1 on: restore it; or remove it, and the users consent again",
        ),
        (
            "",
            "tokens.json is not a file of tokens, from line 1, column 0 on: restore it; or remove it, and the users consent again",
        ),
        (
            "{\"format\":1,\n\"holders\":{\"a\":1}}",
            "tokens.json is not a file of tokens, from line 2, column 16 on: restore it; or remove it, and the users consent again",
        ),
        (r#"{"format":2,"holders":{}}"#, "tokens.json has the format 2, and this version of leadconnector reads 1"),
    ] {
        private(&path, content);
        assert_eq!(error(&path).await, said);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
    let nowhere = directory.path().join("missing").join("tokens.json");
    assert_eq!(error(&nowhere).await, "tokens.json is to be in a directory that is not there: make it");
    assert_eq!(error(directory.path()).await, "tokens.json is a directory: name a file in it");
}

/// Writes a file that only its owner can read.
fn private(path: &Path, content: &str) {
    std::fs::write(path, content).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens.json");
    let store = FileStore::new(&path);
    let record = Record::new(1, "text");
    assert!(store.compare_and_swap(&holder("a"), None, Some(&record)).await.unwrap());
    let mode = |name: &str| std::fs::metadata(directory.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("tokens.json"), mode("tokens.json.lock")), (0o600, 0o600));

    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(error(&path).await, "tokens.json can be read or written by others than its owner: `chmod 600` it");
}
