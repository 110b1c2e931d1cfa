//! The example of a web server, run as a program of its own, with a browser's requests.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use reqwest::{Client, Response, redirect};

#[path = "../crates/leadconnector/examples/marketplace_app.rs"]
mod example;

#[test]
#[ignore = "a program that the test below starts"]
fn the_program() {
    example::main().unwrap();
}

/// The program, and the address that it prints.
struct Program(Child, String);

impl Program {
    fn start() -> Self {
        let mut program = Command::new(std::env::current_exe().unwrap());
        program.args(["marketplace_app::the_program", "--exact", "--ignored", "--nocapture", "--quiet"]);
        for name in ["LEADCONNECTOR_CLIENT_ID", "PORT"] {
            program.env_remove(name);
        }
        let mut program = program.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.strip_prefix("open ").map(str::to_owned)).unwrap();
        // Whatever comes next is read, so that the program is not stopped by a closed pipe.
        std::thread::spawn(|| lines.for_each(drop));
        Self(program, address)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn location_of(answer: &Response) -> &str {
    assert!(answer.status().is_redirection(), "{}", answer.status());
    answer.headers()["location"].to_str().unwrap()
}

#[tokio::test]
async fn a_user_installs_the_app_and_a_visitor_signs_up() {
    let Program(_, address) = &Program::start();
    let browser = Client::builder().redirect(redirect::Policy::none()).no_proxy().build().unwrap();
    let get = async |url: &str, cookie: &str| {
        let answer = browser.get(url).header("cookie", cookie).send().await.unwrap();
        (answer.status().as_u16(), answer)
    };
    let sign_up = async |path: &str, email: &str| {
        let request = browser.post(format!("{address}{path}")).form(&[("first_name", "Rosan"), ("email", email)]);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };

    // Nobody has consented yet.
    let (status, said) = sign_up("/sign-up/ve9EPM428h8vShlRW1KT", "rosan@deos.com").await;
    assert!(status == 403 && said.contains("install the app again"), "{status} {said}");

    let (_, sent) = get(&format!("{address}/install"), "").await;
    let cookie = sent.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let (_, back) = get(location_of(&sent), "").await;
    let callback = location_of(&back).to_owned();

    // Another browser has not been sent there, nor does the marketplace send a state.
    for stranger in ["", "state=4711"] {
        assert_eq!(get(&callback, stranger).await.0, 403);
    }
    let (_, installed) = get(&callback, &format!("theme=dark; {cookie}")).await;
    let page = location_of(&installed).to_owned();
    assert_eq!(page, "/sign-up/ve9EPM428h8vShlRW1KT");
    // The code was used.
    assert_eq!(get(&callback, cookie).await.0, 403);

    let (status, form) = get(&format!("{address}{page}"), "").await;
    assert!(status == 200 && form.text().await.unwrap().contains("<form method=\"post\">"));
    for _ in 0..2 {
        let (status, said) = sign_up(&page, "rosan@deos.com").await;
        assert_eq!((status, &*said), (200, "<h1>Thank you</h1>"));
    }
    let (status, said) = sign_up(&page, "rosan").await;
    assert!(status == 400 && said.contains("email"), "{status} {said}");

    // Installed once more, from the marketplace.
    let (_, sent) = get(&format!("{address}/install"), "").await;
    let without_state = location_of(&sent).split("&state=").next().unwrap().to_owned();
    let (_, back) = get(&without_state, "").await;
    let (_, installed) = get(location_of(&back), "").await;
    assert_eq!(location_of(&installed), "/sign-up/ve9EPM428h8vShlRW1KT");
}
