package dev.weft.runtime;

import dev.weft.json.Json;

/**
 * What is remembered of an ADD until its DEL.
 *
 * @param network its name
 * @param list the configuration that the ADD was made with
 * @param result of the last plugin, in the form of the list's version
 */
public record CachedAttachment(String network, Endpoint endpoint, Json.Obj list, Json.Obj result) {}
