//! What does a request ask for, and may it?

use alloc::format;
use core::net::SocketAddr;

/// The number of header lines that a request may have. Browsers send about twenty.
const HEADERS: usize = 64;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    Page,
    /// The state, with the epochs after the first so many of a training with this number.
    State {
        training: u64,
        epochs: usize,
    },
    Pause,
    Continue,
    Stop,
}

/// Why a request is refused, as the status of the response.
pub(super) type Refusal = &'static str;

/// Reads the head of a request. Returns `None` if more bytes are needed.
///
/// A page of another site can make a browser send requests to this machine. It cannot choose their headers: `Host` is the name in
/// the address, and not one that somebody lets point here; and `Origin`, which every request has that changes something, is the site
/// of the page.
pub(super) fn read(bytes: &[u8], address: SocketAddr) -> Result<Option<Request>, Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    match head.parse(bytes) {
        Ok(status) if status.is_partial() => return Ok(None),
        Ok(_) => {}
        Err(_) => return Err("400 Bad Request"),
    }
    let (method, target) = (head.method.unwrap_or_default(), head.path.unwrap_or_default());
    let header = |name: &str| {
        let mut found = head.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        // Two headers of one name may be read differently by others.
        found.next().filter(|_| found.next().is_none()).and_then(|header| core::str::from_utf8(header.value).ok())
    };
    let host = header("host").filter(|host| is_own(host, address)).ok_or("421 Misdirected Request")?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = match path {
        "/" => Request::Page,
        "/state" => state(query),
        "/pause" => Request::Pause,
        "/continue" => Request::Continue,
        "/stop" => Request::Stop,
        _ => return Err("404 Not Found"),
    };
    let changes = matches!(request, Request::Pause | Request::Continue | Request::Stop);
    if method != if changes { "POST" } else { "GET" } {
        return Err("405 Method Not Allowed");
    }
    if changes && header("origin") != Some(&format!("http://{host}")) {
        return Err("403 Forbidden");
    }
    Ok(Some(request))
}

/// Returns whether a host is this server, by its address or as `localhost`.
fn is_own(host: &str, address: SocketAddr) -> bool {
    let port = address.port();
    host == format!("{address}") || host == format!("localhost:{port}") || (port == 80 && host == "localhost")
}

/// Reads `training=2&epochs=17`. What cannot be read is 0.
fn state(query: &str) -> Request {
    let value =
        |name: &str| query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
    Request::State { training: value("training").parse().unwrap_or(0), epochs: value("epochs").parse().unwrap_or(0) }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::{Request, read};

    #[test]
    fn only_requests_of_its_own_page_are_granted() {
        let address = "127.0.0.1:4000".parse().unwrap();
        let answer = |line: &str, headers: &str| read(format!("{line} HTTP/1.1\r\n{headers}\r\n").as_bytes(), address);
        let (host, own) = ("Host: 127.0.0.1:4000\r\n", "host: localhost:4000\r\nOrigin: http://localhost:4000\r\n");
        assert_eq!(answer("GET /", host), Ok(Some(Request::Page)));
        assert_eq!(
            answer("GET /state?training=2&epochs=17", host),
            Ok(Some(Request::State { training: 2, epochs: 17 }))
        );
        assert_eq!(answer("GET /state?epochs=-1", host), Ok(Some(Request::State { training: 0, epochs: 0 })));
        assert_eq!(answer("POST /stop", own), Ok(Some(Request::Stop)));
        assert_eq!(read(b"GET / HTTP/1.1\r\nHost: 127.0", address), Ok(None));

        let misdirected = Err("421 Misdirected Request");
        for headers in ["", "Host: evil.example:4000\r\n", "Host: 127.0.0.1:4001\r\n", &format!("{host}{host}")] {
            assert_eq!(answer("GET /", headers), misdirected, "{headers}");
        }
        for origin in ["", "Origin: null\r\n", "Origin: http://evil.example\r\n", "Origin: http://127.0.0.1:8000\r\n"] {
            assert_eq!(answer("POST /pause", &format!("{host}{origin}")), Err("403 Forbidden"), "{origin}");
        }
        assert_eq!(answer("GET /stop", own), Err("405 Method Not Allowed"));
        assert_eq!(answer("POST /", own), Err("405 Method Not Allowed"));
        assert_eq!(answer("GET /../etc/passwd", host), Err("404 Not Found"));
        assert_eq!(read(b"\x16\x03\x01 no request\r\n\r\n", address), Err("400 Bad Request"));
    }
}
