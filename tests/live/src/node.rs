//! A node of the real broker: started for the comparison, with its own name, ports and folders, on the loopback only.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Starting takes this long at most.
const PATIENCE: Duration = Duration::from_secs(120);
const PROBE: &str = include_str!("probe.erl");

/// A node that runs; stopped when this is dropped, if it was started here.
pub struct Node {
    /// The folder of a Debian, for `chroot`; `None`: this system's own.
    root: Option<PathBuf>,
    /// `warren-live-1234@localhost`.
    name: String,
    /// The node's folder, seen from inside the root.
    home: PathBuf,
    /// Where clients connect.
    pub address: String,
    started: bool,
}

impl Node {
    /// Starts a node from this system's package, or from that of a root folder.
    pub fn start(root: Option<&Path>) -> Result<Self, String> {
        if root.is_none() && !Path::new("/usr/lib/rabbitmq/bin/rabbitmq-server").exists() {
            install()?;
        }
        let number = std::process::id();
        let home = PathBuf::from(format!("/tmp/warren-live-{number}"));
        let port = free_port()?;
        let node = Self {
            root: root.map(Path::to_path_buf),
            name: format!("warren-live-{number}@localhost"),
            home,
            address: format!("127.0.0.1:{port}"),
            started: true,
        };
        node.prepare()?;
        let mut server = node.command("/usr/lib/rabbitmq/bin/rabbitmq-server");
        server.arg("-detached").env("RABBITMQ_NODE_PORT", port.to_string());
        server.env("RABBITMQ_DIST_PORT", free_port()?.to_string());
        let started = server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        started.map_err(|error| format!("rabbitmq-server: {error}"))?;
        node.wait()?;
        Ok(node)
    }

    /// A node that runs already.
    pub fn running(address: &str, name: &str, root: Option<&Path>) -> Self {
        Self {
            root: root.map(Path::to_path_buf),
            name: name.to_owned(),
            home: std::env::var_os("HOME").map_or_else(|| PathBuf::from("/root"), PathBuf::from),
            address: address.to_owned(),
            started: false,
        }
    }

    /// Loads the probe into the node; the port on which it listens.
    pub fn load_probe(&self) -> Result<u16, String> {
        let source: Vec<String> = PROBE.bytes().map(|byte| byte.to_string()).collect();
        let expression = format!(
            "Text = unicode:characters_to_list(list_to_binary([{}])), \
             {{ok, Tokens, _}} = erl_scan:string(Text), \
             Split = fun Split([], [], Forms) -> lists:reverse(Forms); \
                         Split([{{dot, _}} = Dot | Rest], Form, Forms) -> \
                             {{ok, Parsed}} = erl_parse:parse_form(lists:reverse([Dot | Form])), Split(Rest, [], [Parsed | Forms]); \
                         Split([Token | Rest], Form, Forms) -> Split(Rest, [Token | Form], Forms) end, \
             {{ok, Module, Code}} = compile:forms(Split(Tokens, [], [])), \
             {{module, Module}} = code:load_binary(Module, \"probe.erl\", Code), Module:start({}).",
            source.join(","),
            self.started
        );
        let answer = self.rabbitmqctl(&["eval", &expression])?;
        answer.trim().parse().map_err(|_| format!("the probe was not loaded: {answer}"))
    }

    fn prepare(&self) -> Result<(), String> {
        let say = |error: std::io::Error| format!("{}: {error}", self.home.display());
        let folder = self.outside(&self.home);
        for part in ["data", "log", "conf"] {
            fs::create_dir_all(folder.join(part)).map_err(say)?;
        }
        let plugins = "[rabbitmq_consistent_hash_exchange,rabbitmq_recent_history_exchange].";
        fs::write(folder.join("conf/enabled_plugins"), plugins).map_err(say)?;
        let cookie = folder.join(".erlang.cookie");
        fs::write(&cookie, "WARRENLIVE").map_err(say)?;
        fs::set_permissions(&cookie, fs::Permissions::from_mode(0o400)).map_err(say)?;
        if let Some(root) = &self.root {
            let hosts = root.join("etc/hosts");
            fs::copy("/etc/hosts", &hosts).map_err(|error| format!("{}: {error}", hosts.display()))?;
            for (kind, from, to) in [("proc", "proc", "proc"), ("", "/dev", "dev")] {
                let to = root.join(to);
                let mounted = Command::new("mountpoint").arg("-q").arg(&to).status();
                if mounted.is_ok_and(|status| status.success()) {
                    continue;
                }
                let mut mount = Command::new("mount");
                if kind.is_empty() {
                    mount.args(["--bind", from])
                } else {
                    mount.args(["-t", kind, from])
                };
                let done = mount.arg(&to).status().map_err(|error| format!("mount: {error}"))?;
                if !done.success() {
                    return Err(format!("{} cannot be mounted", to.display()));
                }
            }
        }
        Ok(())
    }

    fn wait(&self) -> Result<(), String> {
        let until = Instant::now() + PATIENCE;
        while std::net::TcpStream::connect(&self.address).is_err() {
            if Instant::now() > until {
                let log = self.outside(&self.home.join("log"));
                return Err(format!("the node did not start; its log is in {}", log.display()));
            }
            sleep(Duration::from_millis(300));
        }
        self.rabbitmqctl(&["await_startup"]).map(drop)
    }

    fn rabbitmqctl(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = self.command("/usr/lib/rabbitmq/bin/rabbitmqctl");
        let output = command
            .args(["-q", "-n", &self.name])
            .args(arguments)
            .output()
            .map_err(|error| format!("rabbitmqctl: {error}"))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(format!("rabbitmqctl: {}", String::from_utf8_lossy(&output.stderr)))
        }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = match &self.root {
            Some(root) => {
                let mut chroot = Command::new("chroot");
                chroot.arg(root).arg(program);
                chroot
            }
            None => Command::new(program),
        };
        command.current_dir("/");
        command.env("HOME", &self.home).env("LC_ALL", "C.UTF-8").env("RABBITMQ_NODENAME", &self.name);
        if self.started {
            let inside = |part: &str| self.home.join(part);
            command
                .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
                .env("ERL_EPMD_ADDRESS", "127.0.0.1")
                .env("RABBITMQ_MNESIA_BASE", inside("data"))
                .env("RABBITMQ_LOG_BASE", inside("log"))
                .env("RABBITMQ_CONFIG_FILE", inside("conf/rabbitmq"))
                .env("RABBITMQ_ADVANCED_CONFIG_FILE", inside("conf/advanced"))
                .env("RABBITMQ_ENABLED_PLUGINS_FILE", inside("conf/enabled_plugins"))
                .env("RABBITMQ_PID_FILE", inside("pid"))
                // One scheduler: what races on two mostly has one order then.
                .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none");
        }
        command
    }

    fn outside(&self, path: &Path) -> PathBuf {
        match (&self.root, path.strip_prefix("/")) {
            (Some(root), Ok(inside)) => root.join(inside),
            _ => path.to_path_buf(),
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if self.started {
            if let Err(why) = self.rabbitmqctl(&["stop"]) {
                eprintln!("{} could not be stopped: {why}", self.name);
            }
            let _ = fs::remove_dir_all(self.outside(&self.home));
        }
    }
}

/// Debian's package, without the node that it would start by itself.
fn install() -> Result<(), String> {
    eprintln!("rabbitmq-server is not installed: installing Debian's package");
    let script = "printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d; \
                  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends rabbitmq-server; \
                  done=$?; rm -f /usr/sbin/policy-rc.d; exit $done";
    let status = Command::new("sh").args(["-c", script]).status().map_err(|error| format!("sh: {error}"))?;
    if status.success() { Ok(()) } else { Err("rabbitmq-server could not be installed".to_owned()) }
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}
