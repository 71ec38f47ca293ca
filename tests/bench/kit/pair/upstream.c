/* upstream COUNT RATE: an OpenAI-compatible upstream that is never the bottleneck.
 *
 * Prints its port. Its one model is "bench". Every POST is answered with COUNT deltas at RATE per second, the first at
 * once. The text of a delta is "<index>:<ns>;": its number, and the moment it was handed to TCP. A body that holds
 * "bench:one" gets one delta and the end, "bench:idle" one delta and then silence. */

#include "common.h"

#define MAX_REQUEST 65536
#define MAX_EVENTS 512

struct conn {
    int fd;
    bool queued, dead;
    int sent;    /* deltas of the running answer ... */
    int last;    /* ... of so many */
    int64_t due; /* when the next one is */
    struct conn *next;
    size_t size;
    char request[MAX_REQUEST + 1];
};

/* All answers have one rate, so whoever was served last is due last: a FIFO is a sorted timer queue. */
static struct conn *head, *tail;
static int count, epoll;
static int64_t period;

static void enqueue(struct conn *conn) {
    conn->queued = true;
    conn->next = NULL;
    if (tail) tail->next = conn;
    else head = conn;
    tail = conn;
}

static struct conn *dequeue(void) {
    struct conn *conn = head;
    head = conn->next;
    if (!head) tail = NULL;
    conn->queued = false;
    return conn;
}

/* A queued connection is freed when its turn comes, so that the queue needs no search. */
static void drop(struct conn *conn) {
    if (!conn->dead) close(conn->fd);
    conn->dead = true;
    if (!conn->queued) free(conn);
}

/* False when the reader takes nothing any more (it is hundreds of KB behind) or has left. */
static bool say(struct conn *conn, const char *bytes, int size) {
    return send(conn->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT) == size;
}

/* One SSE event as one chunk of the chunked coding. */
static int event(char *to, const char *data) {
    return sprintf(to, "%zx\r\ndata: %s\n\n\r\n", strlen(data) + 8, data);
}

static int chunk(char *to, const char *delta, const char *finish_reason) {
    char data[512];
    sprintf(data,
            "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"bench\","
            "\"choices\":[{\"index\":0,\"delta\":{%s},\"finish_reason\":%s}]}",
            delta, finish_reason);
    return event(to, data);
}

static bool say_delta(struct conn *conn) {
    char delta[64], out[640];
    sprintf(delta, "\"content\":\"%d:%lld;\"", conn->sent++, (long long)now_ns());
    return say(conn, out, chunk(out, delta, "null"));
}

static bool say_end(struct conn *conn) {
    char out[1024];
    int size = chunk(out, "", "\"stop\"");
    size += event(out + size, "[DONE]");
    size += sprintf(out + size, "0\r\n\r\n");
    return say(conn, out, size);
}

/* GET /v1/models, or whatever else is not a POST. */
static bool say_models(struct conn *conn) {
    static const char models[] = "{\"object\":\"list\",\"data\":[{\"id\":\"bench\",\"object\":\"model\"}]}";
    char out[256];
    int size = sprintf(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                       sizeof models - 1, models);
    return say(conn, out, size);
}

static bool begin(struct conn *conn) {
    char out[1024];
    int size = sprintf(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    size += chunk(out + size, "\"role\":\"assistant\",\"content\":\"\"", "null");
    conn->sent = 0;
    return say(conn, out, size) && say_delta(conn);
}

/* The next delta of the first in the queue, or its end. */
static void serve_next(void) {
    struct conn *conn = dequeue();
    if (conn->dead) {
        free(conn);
    } else if (conn->sent == conn->last) {
        if (!say_end(conn)) drop(conn);
    } else if (say_delta(conn)) {
        conn->due += period;
        enqueue(conn);
    } else {
        fprintf(stderr, "upstream: a reader stopped reading or left\n");
        drop(conn);
    }
}

/* Length of the whole request in the buffer, 0 while it is incomplete. */
static size_t complete(struct conn *conn) {
    conn->request[conn->size] = 0;
    char *body = strstr(conn->request, "\r\n\r\n");
    if (!body) return 0;
    char *length = strcasestr(conn->request, "\r\ncontent-length:");
    size_t size = body + 4 - conn->request;
    if (length && length < body) size += strtoul(length + 17, NULL, 10);
    return conn->size >= size ? size : 0;
}

static bool answer(struct conn *conn, size_t size) {
    bool idle = memmem(conn->request, size, "bench:idle", 10);
    conn->last = memmem(conn->request, size, "bench:one", 9) ? 1 : count;
    conn->size = 0;
    if (strncmp(conn->request, "POST ", 5)) return say_models(conn);
    if (!begin(conn)) return false;
    conn->due = now_ns() + period;
    if (!idle) enqueue(conn);
    return true;
}

static void readable(struct conn *conn) {
    ssize_t got = recv(conn->fd, conn->request + conn->size, MAX_REQUEST - conn->size, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return drop(conn);
    conn->size += got;
    size_t size = complete(conn);
    if (size && !answer(conn, size)) drop(conn);
}

static void accept_all(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct conn *conn = checked(malloc(sizeof *conn));
        *conn = (struct conn){.fd = fd};
        no_delay(fd);
        watch(epoll, fd, EPOLLIN, conn);
    }
    if (errno != EAGAIN) die("accept");
}

static int listening(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (void *)&address, size) || listen(fd, 4096)) die("listen");
    getsockname(fd, (void *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

int main(int argc, char **argv) {
    if (argc != 3) return fprintf(stderr, "usage: upstream COUNT RATE\n"), 2;
    count = atoi(argv[1]);
    period = SECOND / atoi(argv[2]);
    epoll = epoll_create1(0);
    int listener = listening();
    watch(epoll, listener, EPOLLIN, NULL);
    struct epoll_event events[MAX_EVENTS];
    for (;;) {
        int ready = wait_until(epoll, events, MAX_EVENTS, head ? head->due : now_ns() + SECOND);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr) readable(events[i].data.ptr);
            else accept_all(listener);
        }
        while (head && head->due <= now_ns()) serve_next();
    }
}
