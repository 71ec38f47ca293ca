/* What the two halves of the pair share: one clock, and the word of a failed system call. */

#ifndef COMMON_H
#define COMMON_H

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

/* CLOCK_MONOTONIC in ns: one clock for all processes of a machine, so stamps can be subtracted across them. */
static inline int64_t now_ns(void) {
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * SECOND + ts.tv_nsec;
}

static inline void die(const char *what) {
    perror(what);
    exit(1);
}

static inline void *checked(void *memory) {
    if (!memory) die("memory");
    return memory;
}

static inline void watch(int epoll, int fd, uint32_t events, void *data) {
    struct epoll_event event = {.events = events, .data.ptr = data};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
}

static inline void no_delay(int fd) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* Wait for events, at the latest until the moment `until` (ns): finer than epoll_wait's milliseconds. */
static inline int wait_until(int epoll, struct epoll_event *events, int size, int64_t until) {
    int64_t left = until - now_ns();
    if (left < 0) left = 0;
    struct timespec timeout = {.tv_sec = left / SECOND, .tv_nsec = left % SECOND};
    int count = epoll_pwait2(epoll, events, size, &timeout, NULL);
    if (count < 0 && errno != EINTR) die("epoll_pwait2");
    return count < 0 ? 0 : count;
}

#endif
