package dev.weft.iptables.engine.compiled;

import dev.weft.iptables.ruleset.Rule;
import dev.weft.iptables.ruleset.TableName;

/**
 * A rule of which it is not known what it means: packets that come to it end as undecided.
 *
 * @param position in its chain, from 1
 * @param why a sentence
 */
public record Undecidable(TableName table, String chain, int position, Rule rule, String why) {}
