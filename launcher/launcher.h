/* What the two halves of the launcher know of each other. */
#ifndef WEFT_LAUNCHER_H
#define WEFT_LAUNCHER_H

#include <stddef.h>

/* Error codes of the CNI specification. */
#define IO_FAILURE 5
#define TRY_AGAIN_LATER 11

/* How a plugin's process ends. */
struct reply {
    unsigned exit_code;
    size_t out_length;
    size_t err_length;
    char *text;     /* out_length bytes for standard output, err_length for standard error */
};

enum answer {
    ANSWERED,       /* the reply is filled in */
    NOBODY,         /* no agent, or it does not serve this call: standard input is as it was */
    LOST,           /* the agent ended while it had the call: standard input is as it was */
    SILENT,         /* the agent is there, but says nothing within its time */
};

/* Has the agent serve the call that this process was started for, under a plugin's name. */
enum answer ask_agent(const char *plugin, struct reply *reply);

#endif
