package dev.weft.services;

import dev.weft.json.Json;

/**
 * An object of Kubernetes as somebody wrote it down, of whatever kind.
 *
 * @param place where it stands: {@code web.yaml, document 3 (line 17)}
 */
public record Manifest(String place, String apiVersion, String kind, Json.Obj object) {}
