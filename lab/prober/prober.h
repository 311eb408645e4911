/* A prober for new and established connections. One attempt is one connection: no client retry. */
#ifndef PROBER_H
#define PROBER_H

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define MAX_DURATION_S 600
#define RESPONSE_CAPACITY 4096

enum mode { MODE_TCP, MODE_TLS, MODE_HTTP };

struct settings {
    struct sockaddr_storage target, source;
    socklen_t address_length;
    bool has_source;
    const char *target_text, *mode_text, *output;
    const char *ca, *san, *client_cert, *client_key;
    const char *path, *host, *identity_header;
    enum mode mode;
    int port, expect, established;
    int64_t interval_ns, timeout_ns, duration_ns, request_every_ns;
    bool stop_with_stdin;
    char request[1024];
    int request_length;
    SSL_CTX *tls;
};

enum phase { CONNECTING, HANDSHAKING, ANSWERING, IDLE };
enum progress { PENDING, FINISHED };

/* What was asked of a connection last, and what came of it. */
struct connection {
    struct connection *previous, *next;
    int fd;
    SSL *ssl;
    enum phase phase;
    bool persistent;         /* read whole answers, so that another request can follow */
    int64_t start_ns;        /* connect() was called */
    int64_t connected_ns;    /* 0: never */
    int64_t secured_ns;      /* TLS handshake finished; 0: never */
    int64_t end_ns;          /* the outcome was known */
    int64_t opened_ns;       /* established: usable for the first time; 0: never */
    int64_t asked_ns;        /* the last request left */
    int64_t answered_ns;     /* established: its answer was complete; 0: never */
    unsigned long answers;   /* established: requests answered */
    int slot;                /* established: its place among the held */
    bool waiting;            /* established: the last request has no answer yet */
    char outcome[64];
    char identity[128];
    size_t length;
    char response[RESPONSE_CAPACITY + 1];
};

/* options.c */
void parse_settings(int count, char **words, struct settings *settings);

/* reactor.c: epoll, the interval timer, and every reason to stop */
struct reactor {
    int epoll, timer;
    bool stopping;
    int64_t end_ns;
    uint64_t expirations; /* timer ticks not yet used */
};
int64_t now_ns(void);
void reactor_open(struct reactor *reactor, const struct settings *settings);
void reactor_tick_every(struct reactor *reactor, int64_t first_ns, int64_t interval_ns);
void reactor_watch(struct reactor *reactor, struct connection *connection);
int reactor_wait(struct reactor *reactor, struct connection **ready, int capacity, int64_t wake_ns);

/* connection.c */
enum progress connection_open(struct connection *connection, const struct settings *settings);
enum progress connection_advance(struct connection *connection, const struct settings *settings);
enum progress connection_ask(struct connection *connection, const struct settings *settings);
enum progress connection_expire(struct connection *connection, const struct settings *settings);
void connection_release(struct connection *connection);

/* tls.c */
SSL_CTX *tls_context(const struct settings *settings);
SSL *tls_session(const struct settings *settings, int fd);
void tls_identity(SSL *ssl, char *identity, size_t capacity);
bool tls_wants_more(SSL *ssl, int result, char *outcome, size_t capacity);

/* outcome.c */
void outcome_of_errno(int error, bool closed_when_zero, char *outcome, size_t capacity);
void printable(char *text);

/* attempts.c and established.c return the exit status */
int probe_new_connections(const struct settings *settings, FILE *output);
int hold_established_connections(const struct settings *settings, FILE *output);
void write_header(FILE *output, const struct settings *settings, const char *kind);
int64_t cpu_us(void);

#endif
