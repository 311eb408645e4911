#include "prober.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define BATCH 16

static char timer_source, signal_source, stdin_source;

int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void die(const char *what) {
    fprintf(stderr, "prober: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void add(struct reactor *r, int fd, uint32_t events, void *source) {
    struct epoll_event event = {.events = events, .data.ptr = source};
    if (epoll_ctl(r->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        die("epoll");
}

void reactor_open(struct reactor *r, const struct settings *s) {
    sigset_t signals;
    memset(r, 0, sizeof *r);
    r->end_ns = now_ns() + s->duration_ns;
    r->epoll = epoll_create1(EPOLL_CLOEXEC);
    r->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    int caught = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (r->epoll < 0 || r->timer < 0 || caught < 0)
        die("event sources");
    add(r, r->timer, EPOLLIN, &timer_source);
    add(r, caught, EPOLLIN | EPOLLET, &signal_source);
    if (s->stop_with_stdin)
        add(r, STDIN_FILENO, EPOLLIN | EPOLLET, &stdin_source);
}

void reactor_tick_every(struct reactor *r, int64_t first_ns, int64_t interval_ns) {
    struct itimerspec spec = {
        .it_interval = {interval_ns / 1000000000, interval_ns % 1000000000},
        .it_value = {first_ns / 1000000000, first_ns % 1000000000}};
    if (timerfd_settime(r->timer, TFD_TIMER_ABSTIME, &spec, NULL) < 0)
        die("timer");
}

/* Edge-triggered: whoever is woken reads until there is nothing left. */
void reactor_watch(struct reactor *r, struct connection *c) {
    add(r, c->fd, EPOLLIN | EPOLLOUT | EPOLLET, c);
}

/* Waits until something is ready or `wake_ns` (0: no such moment); returns ready connections. */
int reactor_wait(struct reactor *r, struct connection **ready, int capacity, int64_t wake_ns) {
    struct epoll_event events[BATCH];
    int64_t now = now_ns(), until = r->stopping ? now + 20000000 : r->end_ns;
    if (wake_ns && wake_ns < until)
        until = wake_ns;
    int wait_ms = until <= now ? 0 : (int)((until - now + 999999) / 1000000);
    int count = epoll_wait(r->epoll, events, capacity < BATCH ? capacity : BATCH, wait_ms);
    int connections = 0;
    for (int i = 0; i < count; i++) {
        uint64_t expirations;
        if (events[i].data.ptr == &timer_source) {
            if (read(r->timer, &expirations, sizeof expirations) == sizeof expirations)
                r->expirations += expirations;
        } else if (events[i].data.ptr == &signal_source || events[i].data.ptr == &stdin_source) {
            r->stopping = true;
        } else {
            ready[connections++] = events[i].data.ptr;
        }
    }
    if (now_ns() >= r->end_ns)
        r->stopping = true;
    return connections;
}
