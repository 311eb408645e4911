#define _GNU_SOURCE
#include "prober.h"

#include <ctype.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum progress finish(struct connection *c, const char *outcome) {
    if (outcome)
        snprintf(c->outcome, sizeof c->outcome, "%s", outcome);
    c->end_ns = now_ns();
    return FINISHED;
}

static enum progress finish_errno(struct connection *c, int error, bool closed_when_zero) {
    outcome_of_errno(error, closed_when_zero, c->outcome, sizeof c->outcome);
    return finish(c, NULL);
}

enum progress connection_open(struct connection *c, const struct settings *s) {
    int on = 1;
    c->start_ns = now_ns();
    c->phase = CONNECTING;
    c->fd = socket(s->target.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0)
        return finish_errno(c, errno, false);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (s->has_source) {
        setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (bind(c->fd, (const struct sockaddr *)&s->source, s->address_length) < 0)
            return finish_errno(c, errno, false);
    }
    if (connect(c->fd, (const struct sockaddr *)&s->target, s->address_length) < 0 &&
        errno != EINPROGRESS)
        return finish_errno(c, errno, false);
    return PENDING;
}

/* A closed port inside the ephemeral range can connect to itself: nobody listened there. */
static bool connected_to_itself(int fd, const struct sockaddr_storage *peer, socklen_t length) {
    struct sockaddr_storage local;
    socklen_t local_length = sizeof local;
    return getsockname(fd, (struct sockaddr *)&local, &local_length) == 0 &&
           local_length == length && !memcmp(&local, peer, length);
}

static ssize_t transmit(struct connection *c, const char *bytes, int length) {
    errno = 0;
    ERR_clear_error();
    return c->ssl ? SSL_write(c->ssl, bytes, length) : send(c->fd, bytes, length, MSG_NOSIGNAL);
}

/* Sends one request; in tcp mode one byte, whose acknowledgement is the answer. */
enum progress connection_ask(struct connection *c, const struct settings *s) {
    const char *bytes = s->mode == MODE_TCP ? "\n" : s->request;
    int length = s->mode == MODE_TCP ? 1 : s->request_length;
    c->phase = ANSWERING;
    c->length = 0;
    c->asked_ns = now_ns();
    ssize_t sent = transmit(c, bytes, length);
    if (sent == length)
        return PENDING;
    if (c->ssl) {
        if (tls_wants_more(c->ssl, sent, c->outcome, sizeof c->outcome))
            return finish(c, "local:EAGAIN");
        return finish(c, NULL);
    }
    return finish_errno(c, sent < 0 ? errno : EAGAIN, false);
}

static enum progress connected(struct connection *c, const struct settings *s) {
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    int error = 0;
    socklen_t error_length = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &error_length);
    if (error)
        return finish_errno(c, error, false);
    if (getpeername(c->fd, (struct sockaddr *)&peer, &length) < 0)
        return PENDING;
    if (connected_to_itself(c->fd, &peer, length))
        return finish(c, "refused");
    c->connected_ns = now_ns();
    if (s->mode == MODE_TCP) {
        c->phase = IDLE;
        return finish(c, "ok");
    }
    if (s->mode == MODE_HTTP)
        return connection_ask(c, s) == FINISHED ? FINISHED : PENDING;
    c->ssl = tls_session(s, c->fd);
    if (!c->ssl)
        return finish(c, "local:ENOMEM");
    c->phase = HANDSHAKING;
    return PENDING;
}

static enum progress handshake(struct connection *c, const struct settings *s) {
    errno = 0;
    ERR_clear_error();
    int result = SSL_do_handshake(c->ssl);
    if (result != 1)
        return tls_wants_more(c->ssl, result, c->outcome, sizeof c->outcome) ? PENDING
                                                                             : finish(c, NULL);
    c->secured_ns = now_ns();
    tls_identity(c->ssl, c->identity, sizeof c->identity);
    return connection_ask(c, s);
}

static const char *header(const struct connection *c, const char *name, const char *end) {
    size_t length = strlen(name);
    for (const char *line = c->response; line < end; line = strstr(line, "\r\n") + 2) {
        if (strncasecmp(line, name, length) || line[length] != ':')
            continue;
        line += length + 1;
        return line + strspn(line, " ");
    }
    return NULL;
}

/* Judges what has been read so far; PENDING when the answer is not complete. */
static enum progress judge(struct connection *c, const struct settings *s) {
    c->response[c->length] = '\0';
    const char *end = strstr(c->response, "\r\n\r\n");
    if (!end)
        return c->length == RESPONSE_CAPACITY ? finish(c, "bad-response") : PENDING;
    int status = 0;
    if (sscanf(c->response, "HTTP/1.%*1d %3d", &status) != 1)
        return finish(c, "bad-response");
    if (s->identity_header) {
        const char *value = header(c, s->identity_header, end);
        if (value) {
            int length = strcspn(value, "\r\n");
            snprintf(c->identity, sizeof c->identity, "%.*s", length, value);
            printable(c->identity);
        }
    }
    if (c->persistent) {
        const char *body = header(c, "Content-Length", end);
        size_t whole = end + 4 - c->response + (body ? strtoul(body, NULL, 10) : 0);
        if (!body || whole > RESPONSE_CAPACITY)
            return finish(c, "bad-response");
        if (c->length < whole)
            return PENDING;
    }
    c->phase = IDLE;
    if (status == s->expect)
        return finish(c, "ok");
    snprintf(c->outcome, sizeof c->outcome, "bad-status:%d", status);
    return finish(c, NULL);
}

/* Reads everything there is. While IDLE bytes are dropped: nothing was asked. */
static enum progress receive(struct connection *c, const struct settings *s) {
    for (;;) {
        bool keep = c->phase == ANSWERING && s->mode != MODE_TCP;
        char *into = c->response + (keep ? c->length : 0);
        size_t room = RESPONSE_CAPACITY - (keep ? c->length : 0);
        errno = 0;
        ERR_clear_error();
        ssize_t got = c->ssl ? SSL_read(c->ssl, into, room) : recv(c->fd, into, room, 0);
        if (got <= 0 && c->ssl)
            return tls_wants_more(c->ssl, got, c->outcome, sizeof c->outcome) ? PENDING
                                                                              : finish(c, NULL);
        if (got < 0 && errno == EAGAIN)
            return PENDING;
        if (got <= 0)
            return finish_errno(c, got < 0 ? errno : 0, true);
        if (!keep)
            continue;
        c->length += got;
        if (judge(c, s) == FINISHED)
            return FINISHED;
    }
}

enum progress connection_advance(struct connection *c, const struct settings *s) {
    if (c->phase == CONNECTING && connected(c, s) == FINISHED)
        return FINISHED;
    if (c->phase == HANDSHAKING && handshake(c, s) == FINISHED)
        return FINISHED;
    if (c->phase == ANSWERING || c->phase == IDLE)
        return receive(c, s);
    return PENDING;
}

/* The bound is over. An answer that already waits in the kernel still counts: it came in time. */
enum progress connection_expire(struct connection *c, const struct settings *s) {
    if (connection_advance(c, s) == FINISHED)
        return FINISHED;
    return finish(c, "timeout");
}

/* Closes with RST: a client that opens hundreds a second would run out of ports in TIME_WAIT. */
void connection_release(struct connection *c) {
    struct linger abort = {.l_onoff = 1, .l_linger = 0};
    if (c->ssl) {
        SSL_set_quiet_shutdown(c->ssl, 1);
        SSL_free(c->ssl);
    }
    if (c->fd >= 0) {
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
        close(c->fd);
    }
    free(c);
}
