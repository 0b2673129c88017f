//! A thread that answers requests, until the dashboard is dropped.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::net::SocketAddr;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::io::{self, Error, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::thread::{self, JoinHandle};

use crate::train::dashboard::request::{self, Refusal, Request};
use crate::train::dashboard::state::{Shared, Wish};

const PAGE: &str = include_str!("page.html");

/// The number of connections that are answered at the same time. Browsers open up to six.
const CONNECTIONS: usize = 16;
/// The longest time that a connection may take to send or read something.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest size of a request in bytes. Browsers send about 1 KiB.
const LONGEST: usize = 1 << 14;

/// The server, which ends when it is dropped.
#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server at an address of this machine alone.
    pub(super) fn start(address: &str, shared: Arc<Shared>) -> io::Result<Self> {
        let addresses: alloc::vec::Vec<SocketAddr> = address.to_socket_addrs()?.collect();
        // A name may have several addresses.
        if addresses.iter().any(|address| !address.ip().is_loopback()) {
            let reason = "a dashboard is served to this machine alone, as `127.0.0.1:0` for example";
            return Err(Error::new(ErrorKind::AddrNotAvailable, reason));
        }
        let listener = TcpListener::bind(&addresses[..])?;
        let address = listener.local_addr()?;
        let state = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("typenet dashboard".to_string())
            .spawn(move || accept(&listener, address, &state))?;
        Ok(Self { address, shared, thread: Some(thread) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Release);
        // The thread waits for a connection.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _ = thread.join();
        }
    }
}

/// Answers each connection on a thread of its own: a browser may keep one open without sending anything.
fn accept(listener: &TcpListener, address: SocketAddr, shared: &Arc<Shared>) {
    let open = Arc::new(AtomicUsize::new(0));
    loop {
        let accepted = listener.accept();
        if shared.is_over.load(Ordering::Acquire) {
            return;
        }
        let Ok((stream, _)) = accepted else {
            // Too many open files, for example.
            thread::sleep(Duration::from_millis(100));
            continue;
        };
        if open.fetch_add(1, Ordering::Relaxed) >= CONNECTIONS {
            open.fetch_sub(1, Ordering::Relaxed);
            continue;
        }
        let (shared, closed) = (Arc::clone(shared), Arc::clone(&open));
        let answered = thread::Builder::new().spawn(move || {
            // A client that has gone away needs no answer.
            let _ = answer(stream, address, &shared);
            closed.fetch_sub(1, Ordering::Relaxed);
        });
        if answered.is_err() {
            open.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Reads one request and answers it.
fn answer(mut stream: TcpStream, address: SocketAddr, shared: &Shared) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let (mut bytes, mut length) = ([0; LONGEST], 0);
    let request = loop {
        match request::read(&bytes[..length], address) {
            Ok(Some(request)) => break Ok(request),
            Ok(None) if length == LONGEST => break Err("431 Request Header Fields Too Large"),
            Ok(None) => match stream.read(&mut bytes[length..])? {
                0 => return Ok(()),
                read => length += read,
            },
            Err(refusal) => break Err(refusal),
        }
    };
    stream.write_all(response(request, shared).as_bytes())
}

/// Does what is asked, and returns the response. No other page may contain this one, where clicks could be led to its buttons.
fn response(request: Result<Request, Refusal>, shared: &Shared) -> String {
    let (status, kind, body) = match request {
        Err(refusal) => (refusal, "text/plain", refusal.to_string()),
        Ok(Request::Page) => ("200 OK", "text/html", PAGE.to_string()),
        Ok(Request::State { training, epochs }) => {
            shared.is_asked.store(true, Ordering::Relaxed);
            ("200 OK", "application/json", shared.state().json(training, epochs))
        }
        Ok(wish) => {
            shared.wish(match wish {
                Request::Stop => Wish::Stop,
                Request::Pause => Wish::Pause,
                _ => Wish::Train,
            });
            ("200 OK", "application/json", shared.state().json(u64::MAX, 0))
        }
    };
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\
         Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
         connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\n\r\n{body}",
        body.len()
    )
}
