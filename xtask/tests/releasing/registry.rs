//! A registry that cargo can publish to and resolve from: a sparse index and the upload of packages, over a real socket.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[derive(Default)]
struct Contents {
    /// The lines of the index, by crate.
    index: BTreeMap<String, Vec<String>>,
    packages: BTreeMap<String, Vec<u8>>,
    /// The names as they arrived.
    order: Vec<String>,
    refused: BTreeSet<String>,
}

pub(crate) struct Registry {
    address: SocketAddr,
    contents: Arc<Mutex<Contents>>,
}

impl Registry {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let registry = Self { address: listener.local_addr().unwrap(), contents: Arc::default() };
        let (address, contents) = (registry.address, Arc::clone(&registry.contents));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // One at a time, and a client that goes away is its own affair.
                let _ = answer(stream.unwrap(), address, &contents);
            }
        });
        registry
    }

    pub(crate) fn index(&self) -> String {
        format!("sparse+http://{}/", self.address)
    }

    /// The crates that were published, in the order in which they arrived.
    pub(crate) fn published(&self) -> Vec<String> {
        self.contents.lock().unwrap().order.clone()
    }

    pub(crate) fn refuse(&self, name: &str) {
        self.contents.lock().unwrap().refused.insert(name.into());
    }

    /// Takes the versions of a crate back, as far as that goes: nothing new can depend on them.
    pub(crate) fn yank(&self, name: &str) {
        for line in self.contents.lock().unwrap().index.get_mut(name).unwrap() {
            *line = line.replace("\"yanked\":false", "\"yanked\":true");
        }
    }

    pub(crate) fn accept_all(&self) {
        self.contents.lock().unwrap().refused.clear();
    }
}

fn answer(mut stream: TcpStream, address: SocketAddr, contents: &Mutex<Contents>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if header == "expect: 100-continue" {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;

    let mut words = request.split_whitespace();
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let (status, answer) = respond(method, path, &body, address, &mut contents.lock().unwrap());
    write!(stream, "HTTP/1.1 {status} -\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len())?;
    stream.write_all(&answer)
}

fn respond(method: &str, path: &str, body: &[u8], address: SocketAddr, contents: &mut Contents) -> (u16, Vec<u8>) {
    if path == "/config.json" {
        let config = json!({"dl": format!("http://{address}/download/{{crate}}"), "api": format!("http://{address}")});
        return (200, config.to_string().into_bytes());
    }
    if method == "PUT" && path == "/api/v1/crates/new" {
        return publish(body, contents);
    }
    let name = path.rsplit('/').next().unwrap();
    if path.starts_with("/download/") {
        return contents.packages.get(name).map_or((404, Vec::new()), |package| (200, package.clone()));
    }
    contents.index.get(name).map_or((404, Vec::new()), |lines| (200, lines.join("\n").into_bytes()))
}

fn publish(body: &[u8], contents: &mut Contents) -> (u16, Vec<u8>) {
    let (metadata, rest) = part(body);
    let (package, _) = part(rest);
    let metadata: Value = serde_json::from_slice(metadata).unwrap();
    let name = metadata["name"].as_str().unwrap().to_owned();
    if contents.refused.contains(&name) {
        let refusal = json!({"errors": [{"detail": format!("{name} is a name that nobody may have")}]});
        return (403, refusal.to_string().into_bytes());
    }
    let dependencies: Vec<_> = metadata["deps"].as_array().unwrap().iter().map(dependency).collect();
    let checksum: String = Sha256::digest(package).iter().map(|byte| format!("{byte:02x}")).collect();
    let line = json!({
        "name": name, "vers": metadata["vers"], "deps": dependencies, "features": metadata["features"],
        "cksum": checksum, "yanked": false,
    });
    contents.index.entry(name.clone()).or_default().push(line.to_string());
    contents.packages.insert(name.clone(), package.to_vec());
    contents.order.push(name);
    (200, json!({"warnings": {"invalid_categories": [], "invalid_badges": [], "other": []}}).to_string().into_bytes())
}

/// A dependency as the index has it, where the requirement is called otherwise than in an upload.
fn dependency(uploaded: &Value) -> Value {
    let mut dependency = uploaded.clone();
    let requirement = dependency.as_object_mut().unwrap().remove("version_req").unwrap();
    dependency["req"] = requirement;
    dependency
}

/// What stands behind its length, in four bytes, and the rest.
fn part(body: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = body.split_first_chunk::<4>().unwrap();
    rest.split_at(u32::from_le_bytes(*length) as usize)
}
