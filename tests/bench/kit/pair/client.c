/* client PORT REQUEST_FILE STREAMS SPREAD DELTAS SECONDS: reads STREAMS answers at once and times every delta.
 *
 * Sends the bytes of REQUEST_FILE once per connection, starts spread over SPREAD seconds, and ends when every answer
 * has ended or SECONDS have passed. DELTAS is how many each answer has; 0 = the answers never end.
 * Prints a line of JSON when every stream has its first delta ("open"), when the window closes that begins there
 * (10 s later, or as soon as the first answer ends: "closed"), and at the end ("result"). */

#include "common.h"

#define WINDOW (10 * SECOND)
#define MAX_EVENTS 512
#define MAX_LINE 262144

enum state { CONNECTING, HEAD, SIZE, BODY, OVER };

struct stream {
    int fd;
    enum state state;
    bool chunked, done;
    int64_t asked;         /* when the request was sent */
    long long seq;         /* of the last SSE id */
    int highest;           /* index of the latest delta; -1 before the first */
    size_t left;           /* of the current chunk of the chunked coding */
    size_t size;           /* of the unfinished SSE line */
    size_t meta_size;      /* of the unfinished line of HTTP */
    char meta[512];
    unsigned char *seen;   /* per delta: whether it came */
    char *line;
};

static struct stream *streams;
static char *request;
static size_t request_size;
static int wanted, deltas, epoll, port;
static int started, opened, over;
static int64_t open_at, closed_at;
static uint32_t *latency, *first; /* µs */
static size_t latencies, max_latencies;
static struct { long completed, refused, cut, garbled, gaps, lost, duplicated, reordered, frames; } tally;

static void say(const char *event) {
    printf("{\"event\":\"%s\",\"at\":%.6f,\"opened\":%d,\"over\":%d,\"refused\":%ld}\n", event, now_ns() / 1e9, opened,
           over, tally.refused);
    fflush(stdout);
}

static void close_window(int64_t now) {
    if (!open_at || closed_at) return;
    closed_at = now;
    say("closed");
}

static void end(struct stream *stream) {
    if (stream->state == OVER) return;
    if (stream->done) {
        tally.completed++;
        close_window(now_ns());
    } else if (stream->state > HEAD) {
        tally.cut++;
    }
    close(stream->fd);
    free(stream->line);
    stream->line = NULL;
    stream->state = OVER;
    over++;
}

static void begin(struct stream *stream) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    stream->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    stream->highest = -1;
    stream->line = checked(malloc(MAX_LINE));
    stream->seen = checked(calloc(deltas + 1, 1));
    if (stream->fd < 0) die("socket");
    if (connect(stream->fd, (void *)&to, sizeof to) && errno != EINPROGRESS) die("connect");
    no_delay(stream->fd);
    watch(epoll, stream->fd, EPOLLIN | EPOLLOUT, stream);
}

static void ask(struct stream *stream) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = stream};
    stream->asked = now_ns();
    stream->state = HEAD;
    if (send(stream->fd, request, request_size, MSG_NOSIGNAL) != (ssize_t)request_size) {
        tally.refused++;
        end(stream);
    } else {
        epoll_ctl(epoll, EPOLL_CTL_MOD, stream->fd, &event);
    }
}

static void open_stream(struct stream *stream, int64_t now) {
    first[opened++] = (now - stream->asked) / 1000;
    if (opened < wanted) return;
    open_at = now;
    say("open");
}

/* Delta `index`, stamped `stamp`, was read at `now`. */
static void delta(struct stream *stream, int index, int64_t stamp, int64_t now) {
    if (stream->highest < 0) open_stream(stream, now);
    if (open_at && !closed_at && latencies < max_latencies) latency[latencies++] = (now - stamp) / 1000;
    if (deltas && (index < 0 || index >= deltas)) {
        tally.garbled++;
        return;
    }
    if (deltas) {
        if (stream->seen[index]) tally.duplicated++;
        else if (index < stream->highest) tally.reordered++;
        stream->seen[index] = 1;
    }
    if (index > stream->highest) stream->highest = index;
}

/* The content of one event: any number of deltas "<index>:<ns>;" after each other. */
static void content(struct stream *stream, const char *text, int64_t now) {
    while (*text && *text != '"') {
        char *end;
        long index = strtol(text, &end, 10);
        long long stamp = *end == ':' ? strtoll(end + 1, &end, 10) : 0;
        if (*end != ';') {
            tally.garbled++;
            return;
        }
        delta(stream, index, stamp, now);
        text = end + 1;
    }
}

static void line(struct stream *stream, char *text, int64_t now) {
    if (!strncmp(text, "id: ", 4)) {
        char *dot = strrchr(text, '.');
        long long seq = dot ? atoll(dot + 1) : -1;
        if (seq != stream->seq + 1) tally.gaps++;
        stream->seq = seq;
    } else if (!strncmp(text, "data: [DONE]", 12)) {
        stream->done = true;
        end(stream);
    } else if (!strncmp(text, "data: ", 6)) {
        char *at = strstr(text, "\"content\":");
        tally.frames++;
        if (at) {
            at += 10 + (at[10] == ' ');
            content(stream, at + 1, now);
        }
    }
}

/* Bytes of the body, cut anywhere. */
static void body(struct stream *stream, const char *bytes, size_t size, int64_t now) {
    while (size && stream->state != OVER) {
        const char *newline = memchr(bytes, '\n', size);
        size_t part = newline ? (size_t)(newline - bytes) : size;
        if (stream->size + part >= MAX_LINE) die("a line without end");
        memcpy(stream->line + stream->size, bytes, part);
        stream->size += part;
        if (!newline) return;
        stream->line[stream->size] = 0;
        stream->size = 0;
        bytes += part + 1;
        size -= part + 1;
        line(stream, stream->line, now);
    }
}

/* Collects one line of the response's head or of the chunked coding; true when it is whole in `meta`. */
static bool meta_line(struct stream *stream, const char **bytes, size_t *size) {
    while (*size) {
        char byte = *(*bytes)++;
        --*size;
        if (byte == '\n') {
            stream->meta[stream->meta_size] = 0;
            stream->meta_size = 0;
            return true;
        }
        if (byte != '\r' && stream->meta_size < sizeof stream->meta - 1) stream->meta[stream->meta_size++] = byte;
    }
    return false;
}

static void header(struct stream *stream) {
    const char *text = stream->meta;
    if (!strncmp(text, "HTTP/1.1 ", 9) && strncmp(text + 9, "200", 3)) {
        if (!tally.refused++) fprintf(stderr, "client: refused: %s\n", text);
        end(stream);
    } else if (!strcasecmp(text, "transfer-encoding: chunked")) {
        stream->chunked = true;
    } else if (!*text) {
        stream->state = stream->chunked ? SIZE : BODY;
        stream->left = SIZE_MAX;
    }
}

/* The line before a chunk says its size; the one after it is empty; 0 is the end. */
static void chunk_size(struct stream *stream) {
    if (!*stream->meta) return;
    stream->left = strtoul(stream->meta, NULL, 16);
    if (stream->left) stream->state = BODY;
    else end(stream);
}

static void received(struct stream *stream, const char *bytes, size_t size, int64_t now) {
    while (size && stream->state != OVER) {
        if (stream->state == BODY) {
            size_t part = size < stream->left ? size : stream->left;
            body(stream, bytes, part, now);
            bytes += part;
            size -= part;
            stream->left -= part;
            if (!stream->left && stream->state == BODY) stream->state = SIZE;
        } else if (meta_line(stream, &bytes, &size)) {
            if (stream->state == HEAD) header(stream);
            else chunk_size(stream);
        }
    }
}

static void ready(struct stream *stream, uint32_t events) {
    static char bytes[65536];
    if (stream->state == CONNECTING && events & EPOLLOUT) return ask(stream);
    ssize_t got = recv(stream->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got > 0) {
        received(stream, bytes, got, now_ns());
    } else if (got == 0 || errno != EAGAIN) {
        if (stream->state <= HEAD) tally.refused++;
        end(stream);
    }
}

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void percentiles(const char *name, uint32_t *values, size_t size) {
    static const double at[] = {0.5, 0.95, 0.99, 1};
    qsort(values, size, sizeof *values, ascending);
    printf("\"%s\":[", name);
    for (int i = 0; i < 4 && size; i++) printf("%s%u", i ? "," : "", values[(size_t)((size - 1) * at[i])]);
    printf("],");
}

static void result(void) {
    for (int i = 0; i < started; i++)
        for (int index = 0; index < deltas; index++) tally.lost += !streams[i].seen[index];
    printf("{\"event\":\"result\",");
    percentiles("latency_us", latency, latencies);
    percentiles("first_us", first, opened);
    printf("\"streams\":%d,\"started\":%d,\"opened\":%d,\"completed\":%ld,\"refused\":%ld,\"cut\":%ld,\"garbled\":%ld,"
           "\"gaps\":%ld,\"lost\":%ld,\"duplicated\":%ld,\"reordered\":%ld,\"frames\":%ld,\"window_deltas\":%zu,"
           "\"window_seconds\":%.6f}\n",
           wanted, started, opened, tally.completed, tally.refused, tally.cut, tally.garbled, tally.gaps, tally.lost,
           tally.duplicated, tally.reordered, tally.frames, latencies, (closed_at - open_at) / 1e9);
}

static void read_request(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) die(path);
    request = checked(malloc(1 << 20));
    request_size = fread(request, 1, 1 << 20, file);
    fclose(file);
}

/* Until all is over or `deadline`; stream i is started i * gap after the beginning. */
static void run(int64_t gap, int64_t deadline) {
    struct epoll_event events[MAX_EVENTS];
    int64_t start = now_ns();
    for (int64_t now = start; over < wanted && now < deadline; now = now_ns()) {
        while (started < wanted && start + started * gap <= now) begin(&streams[started++]);
        int64_t until = started < wanted ? start + started * gap : now + SECOND / 10;
        int count = wait_until(epoll, events, MAX_EVENTS, until);
        for (int i = 0; i < count; i++) ready(events[i].data.ptr, events[i].events);
        if (open_at && now - open_at >= WINDOW) close_window(now);
    }
}

int main(int argc, char **argv) {
    if (argc != 7) return fprintf(stderr, "usage: client PORT REQUEST_FILE STREAMS SPREAD DELTAS SECONDS\n"), 2;
    port = atoi(argv[1]);
    read_request(argv[2]);
    wanted = atoi(argv[3]);
    deltas = atoi(argv[5]);
    max_latencies = (size_t)wanted * (deltas + 1);
    streams = checked(calloc(wanted, sizeof *streams));
    first = checked(calloc(wanted, sizeof *first));
    latency = checked(calloc(max_latencies, sizeof *latency));
    epoll = epoll_create1(0);
    run((int64_t)(atof(argv[4]) * SECOND) / wanted, now_ns() + atoll(argv[6]) * SECOND);
    result();
}
