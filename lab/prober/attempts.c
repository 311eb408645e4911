/* Opens a new connection at every tick and writes one line per attempt. */
#include "prober.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define CATCH_UP 64 /* attempts started at once after a stall; what is beyond is counted skipped */
#define BATCH 8     /* small, so that a burst of handshakes does not delay the next tick */

struct run {
    const struct settings *settings;
    struct reactor reactor;
    FILE *output;
    struct connection pending; /* head of the list, oldest first: all have the same timeout */
    int64_t first_ns, worst_late_ns;
    uint64_t slots, attempts, late, skipped;
    bool announced, wrote;
};

static void write_offset(FILE *output, int64_t from_ns, int64_t at_ns) {
    if (at_ns)
        fprintf(output, "%" PRId64 "\t", (at_ns - from_ns) / 1000);
    else
        fputs("-\t", output);
}

static void record(struct run *run, struct connection *c) {
    fprintf(run->output, "%" PRId64 "\t%" PRId64 "\t", c->start_ns,
            (c->end_ns - c->start_ns) / 1000);
    write_offset(run->output, c->start_ns, c->connected_ns);
    write_offset(run->output, c->start_ns, c->secured_ns);
    fprintf(run->output, "%s\t%s\n", c->outcome, c->identity[0] ? c->identity : "-");
    run->wrote = true;
    if (!run->announced && !strcmp(c->outcome, "ok")) {
        run->announced = true;
        printf("ready %" PRId64 " 1\n", c->end_ns);
        fflush(stdout);
    }
    c->previous->next = c->next;
    c->next->previous = c->previous;
    connection_release(c);
}

static void start_attempt(struct run *run) {
    struct connection *c = malloc(sizeof *c);
    if (!c)
        abort();
    memset(c, 0, offsetof(struct connection, response));
    c->next = &run->pending;
    c->previous = run->pending.previous;
    run->pending.previous->next = c;
    run->pending.previous = c;
    run->attempts++;
    if (connection_open(c, run->settings) == FINISHED)
        record(run, c);
    else
        reactor_watch(&run->reactor, c);
}

/* Every slot of the timetable gets its attempt, also after the prober itself was held up. */
static void start_due(struct run *run) {
    uint64_t due = run->reactor.expirations;
    run->reactor.expirations = 0;
    if (!due || run->reactor.stopping)
        return;
    int64_t behind = now_ns() - (run->first_ns + (int64_t)run->slots * run->settings->interval_ns);
    if (behind > run->worst_late_ns)
        run->worst_late_ns = behind;
    run->slots += due;
    run->late += due - 1;
    if (due > CATCH_UP) {
        run->skipped += due - CATCH_UP;
        due = CATCH_UP;
    }
    while (due--)
        start_attempt(run);
}

static void expire(struct run *run) {
    int64_t limit = now_ns() - run->settings->timeout_ns;
    struct connection *c;
    while ((c = run->pending.next) != &run->pending && c->start_ns <= limit) {
        connection_expire(c, run->settings);
        record(run, c);
    }
}

int probe_new_connections(const struct settings *settings, FILE *output) {
    struct run run = {.settings = settings, .output = output};
    run.pending.next = run.pending.previous = &run.pending;
    write_header(output, settings, "attempts");
    reactor_open(&run.reactor, settings);
    run.first_ns = now_ns() + settings->interval_ns;
    reactor_tick_every(&run.reactor, run.first_ns, settings->interval_ns);
    while (!run.reactor.stopping || run.pending.next != &run.pending) {
        struct connection *ready[BATCH], *oldest = run.pending.next;
        int64_t wake = oldest != &run.pending ? oldest->start_ns + settings->timeout_ns : 0;
        int count = reactor_wait(&run.reactor, ready, BATCH, wake);
        start_due(&run);
        for (int i = 0; i < count; i++)
            if (connection_advance(ready[i], settings) == FINISHED)
                record(&run, ready[i]);
        expire(&run);
        if (run.wrote)
            fflush(output);
        run.wrote = false;
    }
    fprintf(output,
            "# end monotonic_ns=%" PRId64 " attempts=%" PRIu64 " late=%" PRIu64 " skipped=%" PRIu64
            " worst_late_us=%" PRId64 " cpu_us=%" PRId64 "\n",
            now_ns(), run.attempts, run.late, run.skipped, run.worst_late_ns / 1000, cpu_us());
    return 0;
}
