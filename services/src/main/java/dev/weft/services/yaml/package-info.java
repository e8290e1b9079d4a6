/** YAML as trees: what the reader of manifests reads it with. */
@NullMarked
package dev.weft.services.yaml;

import org.jspecify.annotations.NullMarked;
