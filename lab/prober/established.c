/* Keeps connections open and writes, for each, when and how it broke. */
#include "prober.h"

#include <inttypes.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define BATCH 16
#define TICK_NS 1000000 /* one connection is opened per tick; resolution of activity */

struct run {
    const struct settings *settings;
    struct reactor reactor;
    FILE *output;
    struct connection **held; /* NULL: not started yet, or written */
    int started, written, opened;
    bool announced;
};

static void write_time(FILE *output, int64_t at_ns) {
    if (at_ns)
        fprintf(output, "%" PRId64 "\t", at_ns);
    else
        fputs("-\t", output);
}

static void record(struct run *run, struct connection *c, const char *outcome, int64_t broke_ns) {
    if (!strcmp(outcome, "closed"))
        outcome = "fin";
    else if (!strcmp(outcome, "reset"))
        outcome = "rst";
    write_time(run->output, c->start_ns);
    write_time(run->output, c->opened_ns);
    write_time(run->output, c->answered_ns);
    write_time(run->output, broke_ns);
    fprintf(run->output, "%s\t%lu\t%s\n", outcome, c->answers, c->identity[0] ? c->identity : "-");
    fflush(run->output);
    run->held[c->slot] = NULL;
    run->written++;
    connection_release(c);
}

/* A request was answered (or, in tcp mode, the connection came up or its byte was acknowledged). */
static void answered(struct run *run, struct connection *c, int64_t at_ns) {
    if (!c->opened_ns) {
        c->opened_ns = at_ns;
        run->opened++;
    }
    if (c->asked_ns) {
        c->answered_ns = at_ns;
        c->answers++;
    }
    c->waiting = false;
}

/* An answer with another status than the expected one does not break an open connection. */
static bool still_open(const struct connection *c) {
    return !strcmp(c->outcome, "ok") || (c->opened_ns && !strncmp(c->outcome, "bad-status:", 11));
}

/* Reads until nothing is left: the end of the connection may follow an answer at once. */
static void advance(struct run *run, struct connection *c) {
    while (connection_advance(c, run->settings) == FINISHED) {
        if (!still_open(c)) {
            record(run, c, c->outcome, c->end_ns);
            return;
        }
        answered(run, c, c->end_ns);
    }
}

static void ask(struct run *run, struct connection *c) {
    c->waiting = true;
    if (connection_ask(c, run->settings) == FINISHED)
        record(run, c, c->outcome, c->end_ns);
}

static void expire(struct run *run, struct connection *c) {
    connection_expire(c, run->settings);
    if (still_open(c))
        answered(run, c, c->end_ns);
    else
        record(run, c, c->outcome, c->end_ns);
}

static bool acknowledged(const struct connection *c) {
    int unsent = 0;
    return ioctl(c->fd, SIOCOUTQ, &unsent) == 0 && unsent == 0;
}

/* What the time asks of one connection. At the end each one is asked once more, so that one whose
   peer vanished silently is not called a survivor; an idle tcp connection has nothing to ask. */
static void on_tick(struct run *run, struct connection *c, int64_t now) {
    const struct settings *s = run->settings;
    if (c->waiting) {
        if (s->mode == MODE_TCP && c->opened_ns && acknowledged(c))
            answered(run, c, now);
        else if (now - (c->opened_ns ? c->asked_ns : c->start_ns) >= s->timeout_ns)
            expire(run, c);
    } else if (run->reactor.stopping) {
        if ((s->mode == MODE_TCP && !s->request_every_ns) || c->asked_ns >= run->reactor.end_ns)
            record(run, c, "survived", 0);
        else
            ask(run, c);
    } else if (s->request_every_ns &&
               now - (c->asked_ns ? c->asked_ns : c->opened_ns) >= s->request_every_ns) {
        ask(run, c);
    }
}

static void open_one(struct run *run) {
    struct connection *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->persistent = true;
    c->waiting = true;
    c->slot = run->started++;
    run->held[c->slot] = c;
    if (connection_open(c, run->settings) == FINISHED)
        record(run, c, c->outcome, c->end_ns);
    else
        reactor_watch(&run->reactor, c);
}

static void announce_when_settled(struct run *run) {
    if (run->announced || run->started < run->settings->established)
        return;
    for (int i = 0; i < run->started; i++)
        if (run->held[i] && !run->held[i]->opened_ns)
            return;
    run->announced = true;
    printf("ready %" PRId64 " %d\n", now_ns(), run->opened);
    fflush(stdout);
}

int hold_established_connections(const struct settings *settings, FILE *output) {
    struct run run = {.settings = settings, .output = output};
    run.held = calloc(settings->established, sizeof *run.held);
    if (!run.held)
        abort();
    write_header(output, settings, "connections");
    reactor_open(&run.reactor, settings);
    reactor_tick_every(&run.reactor, now_ns() + TICK_NS, TICK_NS);
    while (!run.reactor.stopping || run.written < run.started) {
        struct connection *ready[BATCH];
        bool was_stopping = run.reactor.stopping;
        int count = reactor_wait(&run.reactor, ready, BATCH, 0);
        if (run.reactor.stopping && !was_stopping)
            run.reactor.end_ns = now_ns(); /* requests sent from here on are the last ones */
        for (int i = 0; i < count; i++)
            advance(&run, ready[i]);
        if (run.reactor.expirations) {
            run.reactor.expirations = 0;
            if (run.started < settings->established && !run.reactor.stopping)
                open_one(&run);
            int64_t now = now_ns();
            for (int i = 0; i < run.started; i++)
                if (run.held[i])
                    on_tick(&run, run.held[i], now);
        }
        announce_when_settled(&run);
    }
    fprintf(output, "# end monotonic_ns=%" PRId64 " attempts=%d cpu_us=%" PRId64 "\n", now_ns(),
            run.started, cpu_us());
    free(run.held);
    return 0;
}
