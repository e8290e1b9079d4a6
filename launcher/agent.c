/*
 * The launcher's side of the conversation with the agent; agent/.../CallConnection is the other.
 *
 *     launcher:  "WEFT", the version, the length of what follows
 *                the descriptor that the launcher has of what CNI_NETNS names, or all bits set
 *                file mode creation mask, plugin, number of variables, variables,
 *                standard input
 *     agent:     'W' every few seconds while it works, then
 *                'D' if it does not serve this call, or
 *                'R', exit code, length of standard output, length of standard error, both texts
 *
 * Numbers have 32 bits in network order; a text is its length and its bytes. "WEFT", the version
 * and 'D' never change: an agent of another version refuses by them, and the call goes the
 * standalone way. Nothing else is passed: the kernel tells the agent who is at the other end, and
 * the descriptor is opened again through the launcher's directory in /proc.
 */
#include "launcher.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define VERSION 1
#define NO_DESCRIPTOR UINT32_MAX
#define HEAD_BYTES 12

#define DEFAULT_SOCKET "/run/weft/agent.sock"

/* How long the agent may be silent: it says that it works every 2 seconds. */
#define PATIENCE_SECONDS 10

/* One more than a configuration may have: whoever reads it will refuse it. */
#define INPUT_LIMIT ((16u << 20) + 1)
#define REPLY_LIMIT (64u << 20)

extern char **environ;

struct buffer {
    char *bytes;
    size_t length;
    size_t size;
};

static bool reserve(struct buffer *buffer, size_t more)
{
    if (buffer->size - buffer->length >= more)
        return true;
    size_t size = buffer->size == 0 ? 8192 : buffer->size;
    while (size - buffer->length < more)
        size *= 2;
    char *bytes = realloc(buffer->bytes, size);
    if (bytes == NULL)
        return false;
    buffer->bytes = bytes;
    buffer->size = size;
    return true;
}

static bool put_number(struct buffer *buffer, uint32_t number)
{
    uint32_t wire = htonl(number);
    if (!reserve(buffer, sizeof wire))
        return false;
    memcpy(buffer->bytes + buffer->length, &wire, sizeof wire);
    buffer->length += sizeof wire;
    return true;
}

static bool put_text(struct buffer *buffer, const char *text, size_t length)
{
    if (!put_number(buffer, (uint32_t)length) || !reserve(buffer, length))
        return false;
    memcpy(buffer->bytes + buffer->length, text, length);
    buffer->length += length;
    return true;
}

/* Reads to the end, or what is there already; false leaves the input to somebody else. */
static bool read_input(struct buffer *input, bool to_the_end)
{
    while (input->length < INPUT_LIMIT) {
        struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
        if (!to_the_end && poll(&ready, 1, 0) <= 0)
            return true;
        if (!reserve(input, 8192))
            return false;
        ssize_t n = read(STDIN_FILENO, input->bytes + input->length, input->size - input->length);
        if (n == 0)
            return true;
        if (n > 0)
            input->length += (size_t)n;
        else if (errno != EINTR)
            return false;
    }
    return true;
}

/* Makes standard input what it was before it was read. */
static bool give_back(const struct buffer *input)
{
    if (input->length == 0)
        return true;
    int file = memfd_create("stdin", 0);
    if (file == -1)
        return false;
    size_t written = 0;
    while (written < input->length) {
        ssize_t n = write(file, input->bytes + written, input->length - written);
        if (n <= 0)
            return false;
        written += (size_t)n;
    }
    bool done = lseek(file, 0, SEEK_SET) == 0 && dup2(file, STDIN_FILENO) != -1;
    close(file);
    return done;
}

/* A connection to an agent that runs as root or as we do; -1 and errno if there is none. */
static int connect_to_agent(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int agent = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (agent == -1)
        return -1;
    /* Both also limit how long connect and send may wait for an agent that accepts nothing. */
    struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
    const char *seconds = getenv("WEFT_AGENT_SECONDS");
    if (seconds != NULL && atoi(seconds) > 0)
        patience.tv_sec = atoi(seconds);
    (void)setsockopt(agent, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(agent, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (connect(agent, (struct sockaddr *)&address, sizeof address) == 0 &&
        getsockopt(agent, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0) {
        if (peer.uid == 0 || peer.uid == geteuid())
            return agent;
        errno = EPERM;
    }
    int error = errno;
    close(agent);
    errno = error;
    return -1;
}

static bool send_all(int agent, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = send(agent, bytes, length, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

static bool receive_all(int agent, void *bytes, size_t length)
{
    char *next = bytes;
    while (length > 0) {
        ssize_t n = recv(agent, next, length, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = ECONNRESET;
        if (n <= 0)
            return false;
        next += n;
        length -= (size_t)n;
    }
    return true;
}

static bool send_call(int agent, const char *plugin, int netns, const struct buffer *input)
{
    struct buffer call = {0};
    mode_t mask = umask(0);
    (void)umask(mask);
    uint32_t variables = 0;
    while (environ[variables] != NULL)
        variables++;
    /* The length of what follows it stands in the head, and is known at the end. */
    bool fits = reserve(&call, HEAD_BYTES);
    call.length = HEAD_BYTES;
    fits = fits && put_number(&call, netns == -1 ? NO_DESCRIPTOR : (uint32_t)netns) && put_number(&call, mask) &&
           put_text(&call, plugin, strlen(plugin)) && put_number(&call, variables);
    for (uint32_t i = 0; fits && i < variables; i++)
        fits = put_text(&call, environ[i], strlen(environ[i]));
    fits = fits && put_text(&call, input->bytes, input->length);
    if (fits) {
        uint32_t numbers[] = {htonl(VERSION), htonl((uint32_t)(call.length - HEAD_BYTES))};
        memcpy(call.bytes, "WEFT", 4);
        memcpy(call.bytes + 4, numbers, sizeof numbers);
    }
    bool sent = fits && send_all(agent, call.bytes, call.length);
    free(call.bytes);
    return sent;
}

static bool receive_reply(int agent, struct reply *reply)
{
    uint32_t numbers[3];
    if (!receive_all(agent, numbers, sizeof numbers))
        return false;
    reply->exit_code = ntohl(numbers[0]);
    reply->out_length = ntohl(numbers[1]);
    reply->err_length = ntohl(numbers[2]);
    if (reply->out_length > REPLY_LIMIT || reply->err_length > REPLY_LIMIT)
        return false;
    reply->text = malloc(reply->out_length + reply->err_length + 1);
    return reply->text != NULL &&
           receive_all(agent, reply->text, reply->out_length + reply->err_length);
}

static enum answer failure(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINPROGRESS ? SILENT : LOST;
}

static enum answer await_reply(int agent, struct reply *reply)
{
    for (;;) {
        char kind;
        if (!receive_all(agent, &kind, 1))
            return failure();
        switch (kind) {
        case 'W':
            continue;
        case 'D':
            return NOBODY;
        case 'R':
            return receive_reply(agent, reply) ? ANSWERED : failure();
        default:
            return LOST;
        }
    }
}

enum answer ask_agent(const char *plugin, struct reply *reply)
{
    const char *path = getenv("WEFT_AGENT");
    if (path == NULL)
        path = DEFAULT_SOCKET;
    if (*path == '\0')
        return NOBODY;
    int agent = connect_to_agent(path);
    if (agent == -1)
        return errno == EAGAIN ? SILENT : NOBODY;

    const char *netns_path = getenv("CNI_NETNS");
    int netns = netns_path == NULL ? -1 : open(netns_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    const char *command = getenv("CNI_COMMAND");
    /* VERSION answers whoever asks from a terminal: it does not wait for input. */
    bool to_the_end = command != NULL && command[0] != '\0' && strcmp(command, "VERSION") != 0;

    struct buffer input = {0};
    enum answer answer = NOBODY;
    /* All of it comes at once, so that the agent's thread is woken up once. */
    if (read_input(&input, to_the_end)) {
        /* An agent that refuses at once may close before it has all of this. */
        bool sent = send_call(agent, plugin, netns, &input);
        answer = !sent && errno != EPIPE && errno != ECONNRESET ? failure()
                                                                : await_reply(agent, reply);
        /* It cannot have begun what it did not hear to the end. */
        if (!sent && answer == LOST)
            answer = NOBODY;
    }
    if (answer == NOBODY || answer == LOST) {
        if (!give_back(&input))
            answer = LOST;
    }
    free(input.bytes);
    close(agent);
    if (netns != -1)
        close(netns);
    return answer;
}
