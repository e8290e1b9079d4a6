/*
 * Starts Weft under the name it is called by: "weft" is the command line, every other name a plugin.
 *
 * Has no logic of its own. A plugin's call is handed to the agent, if there is one. Otherwise this
 * finds the installation it belongs to, gives Java a clean environment and becomes Java, which then
 * has standard input as it came.
 */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Where the installation is looked for if only this program was copied, as installers do. */
#define DEFAULT_HOME "/opt/weft"

/* With fewer files to open, Java fails before any of our code could say why. */
#define FILES_FOR_JAVA 64
#define TEXT(macro) TEXT_OF(macro)
#define TEXT_OF(text) #text

/* Each of these makes Java print, to standard output at that, or run what we did not choose. */
static const char *const JAVA_VARIABLES[] = {
    "CLASSPATH",
    "JAVA_OPTIONS",
    "JAVA_TOOL_OPTIONS",
    "JDK_AOT_VM_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "_JAVA_LAUNCHER_DEBUG",
    "_JAVA_OPTIONS",
};

struct call {
    const char *name;            /* what we were called: the last part of argv[0] */
    char executable[PATH_MAX];   /* this file, links resolved */
    char home[PATH_MAX];         /* the installation: bin, lib, runtime */
};

static void print_json_string(const char *text)
{
    putchar('"');
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            printf("\\%c", *c);
        else if (*c < 0x20)
            printf("\\u%04x", *c);
        else
            putchar(*c);
    }
    putchar('"');
}

static bool is_command_line(const struct call *call)
{
    return strcmp(call->name, "weft") == 0;
}

/* Tells a runtime in CNI's words, people in plain ones. */
static int fail(const struct call *call, int code, const char *message, const char *details)
{
    if (is_command_line(call)) {
        fprintf(stderr, "weft: %s: %s\n", message, details);
    } else {
        printf("{\"cniVersion\":\"1.1.0\",\"code\":%d,\"msg\":", code);
        print_json_string(message);
        printf(",\"details\":");
        print_json_string(details);
        puts("}");
    }
    return EXIT_FAILURE;
}

/*
 * Puts something behind each standard descriptor that came closed, or Java's first file would take
 * its place. Reading such an input fails, as reading a closed one does.
 */
static void fill_standard_descriptors(void)
{
    static const int modes[] = {O_WRONLY, O_RDWR, O_RDWR};
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
            (void)open("/dev/null", modes[fd]);
}

/*
 * Java does not start where the working directory was deleted, as it may have been under whoever
 * called us. No relative path leads anywhere from there, so nothing is lost by leaving it.
 */
static void leave_deleted_directory(void)
{
    char directory[PATH_MAX];
    if (getcwd(directory, sizeof directory) == NULL)
        (void)!chdir("/");
}

/* Raises the limit as Java will, and tries it. The copies are closed when this becomes Java. */
static bool can_open_files(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    for (int i = 0; i < FILES_FOR_JAVA; i++)
        if (fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0) == -1)
            return false;
    return true;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* "HOME/" and a path below it, for as long as the process lives; exits if memory is gone. */
static char *option(const char *prefix, const char *home, const char *path)
{
    char *text;
    if (asprintf(&text, "%s%s%s", prefix, home, path) == -1)
        exit(EXIT_FAILURE);
    return text;
}

static bool has_runtime(const char *home)
{
    char *java = option("", home, "/runtime/bin/java");
    bool found = access(java, X_OK) == 0;
    free(java);
    return found;
}

/* The directory above the one that holds this file, or the default. */
static bool find_home(struct call *call)
{
    ssize_t length = readlink("/proc/self/exe", call->executable, sizeof call->executable - 1);
    if (length > 0) {
        call->executable[length] = '\0';
        strcpy(call->home, call->executable);
        for (int up = 0; up < 2; up++) {
            char *slash = strrchr(call->home, '/');
            if (slash != NULL)
                *slash = '\0';
        }
        if (has_runtime(call->home))
            return true;
    }
    /* Once for all: an upgrade may turn the link while Java starts. */
    if (realpath(DEFAULT_HOME, call->home) == NULL)
        strcpy(call->home, DEFAULT_HOME);
    return has_runtime(call->home);
}

/* What plugins of others inherit is the same whether the agent or a Java of our own starts them. */
static void clean_environment(void)
{
    for (size_t i = 0; i < sizeof JAVA_VARIABLES / sizeof *JAVA_VARIABLES; i++)
        unsetenv(JAVA_VARIABLES[i]);
    /* Paths are UTF-8, and programs that we ask answer in English. */
    setenv("LC_ALL", "C.UTF-8", 1);
}

/* Returns only if Java could not be started. */
static void become_java(const struct call *call, int argc, char **argv)
{
    char **java = calloc((size_t)argc + 10, sizeof *java);
    if (java == NULL)
        return;
    size_t n = 0;
    const char *command = is_command_line(call) && argc > 1 ? argv[1] : "";
    bool is_agent = strcmp(command, "agent") == 0;
    bool holds_cluster = strcmp(command, "services") == 0 || strcmp(command, "trace") == 0;
    /* Each of its threads would take an arena of its own. */
    if (is_agent)
        setenv("MALLOC_ARENA_MAX", "1", 0);
    java[n++] = option("", call->home, "/runtime/bin/java");
    const char *options = is_agent ? "/lib/agent.options" : holds_cluster ? "/lib/cluster.options" : "/lib/java.options";
    const char *archive = is_agent ? "/lib/agent.jsa" : holds_cluster ? "/lib/cluster.jsa" : "/lib/weft.jsa";
    java[n++] = option("@", call->home, options);
    java[n++] = option("-XX:SharedArchiveFile=", call->home, archive);
    java[n++] = option("-Djffi.boot.library.path=", call->home, "/lib/native");
    java[n++] = option("-Djava.library.path=", call->home, "/lib/native");
    java[n++] = option("-Dweft.launcher=", call->executable, "");
    java[n++] = "-cp";
    java[n++] = option("", call->home, "/lib/weft.jar");
    if (is_command_line(call)) {
        java[n++] = "dev.weft.cli.Weft";
        for (int i = 1; i < argc; i++)
            java[n++] = argv[i];
    } else {
        java[n++] = "dev.weft.dispatch.Main";
        java[n++] = (char *)call->name;
    }
    execv(java[0], java);
}

static bool write_all(int descriptor, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(descriptor, bytes, length);
        if (n > 0) {
            bytes += n;
            length -= (size_t)n;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

static int deliver(const struct reply *reply)
{
    (void)write_all(STDERR_FILENO, reply->text + reply->out_length, reply->err_length);
    if (write_all(STDOUT_FILENO, reply->text, reply->out_length))
        return (int)reply->exit_code;
    fprintf(stderr, "weft: the answer cannot be written to standard output: %s\n", strerror(errno));
    return EXIT_FAILURE;
}

/* An ADD that was begun must not be begun again before a DEL; all else may be done twice. */
static bool may_be_repeated(void)
{
    const char *command = getenv("CNI_COMMAND");
    return command == NULL || strcmp(command, "ADD") != 0;
}

int main(int argc, char **argv)
{
    struct call call = {.name = argc > 0 ? last_part(argv[0]) : "weft"};

    fill_standard_descriptors();
    leave_deleted_directory();
    clean_environment();
    if (!is_command_line(&call)) {
        struct reply reply;
        switch (ask_agent(call.name, &reply)) {
        case ANSWERED:
            return deliver(&reply);
        case SILENT:
            return fail(&call, TRY_AGAIN_LATER, "the agent of Weft does not answer", "");
        case LOST:
            if (!may_be_repeated())
                return fail(&call, TRY_AGAIN_LATER,
                            "the agent of Weft ended while it served this call", "");
            break;
        case NOBODY:
            break;
        }
    }
    if (!find_home(&call))
        return fail(&call, IO_FAILURE,
                    "the Java runtime of Weft is missing: keep bin, lib and runtime together and "
                    "link to bin, or put all of them under " DEFAULT_HOME,
                    call.executable);
    if (!can_open_files())
        return fail(&call, IO_FAILURE,
                    "this process may open too few files: Java needs " TEXT(FILES_FOR_JAVA)
                    " beside those that are open (ulimit -n)",
                    strerror(errno));
    become_java(&call, argc, argv);
    return fail(&call, IO_FAILURE, "the Java runtime of Weft cannot be started", strerror(errno));
}
