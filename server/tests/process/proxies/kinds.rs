//! The proxies, and how they are configured; docs/operations.md shows the same lines.

/// A proxy, and its configuration in front of a server.
pub(super) struct Kind {
    pub(super) program: &'static str,
    /// Its arguments; `@` is the file with its configuration.
    pub(super) arguments: &'static [&'static str],
    /// `$DIR`, `$PORT`, `$HTTP2` and `$SERVER` are filled in.
    pub(super) configuration: &'static str,
}

pub(super) const NGINX: Kind = Kind {
    program: "nginx",
    arguments: &["-p", "$DIR", "-c", "@", "-g", "daemon off;"],
    configuration: "master_process off; pid $DIR/pid; error_log stderr warn; events {}
http {
    access_log off; client_body_temp_path $DIR/a; proxy_temp_path $DIR/b; fastcgi_temp_path $DIR/c;
    uwsgi_temp_path $DIR/d; scgi_temp_path $DIR/e;
    upstream postern { server 127.0.0.1:$SERVER; keepalive 32; }
    server {
        listen 127.0.0.1:$PORT; listen 127.0.0.1:$HTTP2 http2; client_max_body_size 0;
        location / {
            proxy_pass http://postern; proxy_http_version 1.1; proxy_set_header Connection \"\";
            proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }
    }
}",
};

pub(super) const CADDY: Kind = Kind {
    program: "caddy",
    arguments: &["run", "--adapter", "caddyfile", "--config", "@"],
    configuration: "{
    admin off
    auto_https off
    servers {
        protocols h1 h2c
    }
}
http://localhost:$PORT, http://localhost:$HTTP2 {
    bind 127.0.0.1
    reverse_proxy 127.0.0.1:$SERVER
}",
};

pub(super) const HAPROXY: Kind = Kind {
    program: "haproxy",
    arguments: &["-db", "-f", "@"],
    configuration: "defaults
    mode http
    option forwardfor
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend front
    bind 127.0.0.1:$PORT
    bind 127.0.0.1:$HTTP2 proto h2
    default_backend back
backend back
    server postern 127.0.0.1:$SERVER
",
};
