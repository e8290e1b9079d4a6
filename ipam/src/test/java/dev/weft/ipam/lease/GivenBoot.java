package dev.weft.ipam.lease;

import java.time.Instant;

/** A run of a machine that a test thought of. */
record GivenBoot(String id, Instant startedAt) implements Boot {}
