package dev.weft.iptables.ruleset;

/**
 * Why a rule is there, in the words of whoever compiled it.
 *
 * @param object what it serves, such as {@code shop/web:http}
 * @param clause which of the object's wishes it carries out, such as {@code node port 30080}
 */
public record Origin(String object, String clause) {}
