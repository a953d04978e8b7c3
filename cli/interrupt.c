/* Turns the first signal into a flag that the run reads; the second ends the program as usual. */
#define _POSIX_C_SOURCE 200809L
#include "interrupt.h"

#include "clock.h"

#include <signal.h>
#include <stddef.h>

/* When a terminal closes, SIGHUP may come twice: from the system and from the shell. */
#define ONE_HANGUP_SECONDS 0.25

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
enum { SIGNALS = sizeof numbers / sizeof *numbers };

static struct sigaction before[SIGNALS];
static bool caught[SIGNALS];
static volatile sig_atomic_t wished;

static void remember(int signal_number) {
    (void)signal_number;
    wished = 1;
}

/* After that time a second SIGHUP is a separate one, and ends the program as soon as this
 * returns. */
static void remember_hangup(int signal_number) {
    static volatile sig_atomic_t seen;
    static double first;
    if (!seen)
        first = clock_seconds();
    if (seen && clock_seconds() - first > ONE_HANGUP_SECONDS) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
    seen = wished = 1;
}

/* SA_RESETHAND: the same signal once more has its default effect. */
static void catch (int signal_number) {
    struct sigaction action = {.sa_handler = remember, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    if (signal_number == SIGHUP) {
        action.sa_handler = remember_hangup;
        action.sa_flags = SA_RESTART;
    }
    sigemptyset(&action.sa_mask);
    sigaction(signal_number, &action, NULL);
}

void interrupt_catch(void) {
    for (int i = 0; i < SIGNALS; i++) {
        sigaction(numbers[i], NULL, &before[i]);
        caught[i] = before[i].sa_handler != SIG_IGN;
        if (caught[i])
            catch (numbers[i]);
    }
}

void interrupt_release(void) {
    for (int i = 0; i < SIGNALS; i++) {
        if (caught[i])
            sigaction(numbers[i], &before[i], NULL);
        caught[i] = false;
    }
}

bool interrupt_wished(void) {
    return wished;
}
