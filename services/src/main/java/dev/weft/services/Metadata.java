package dev.weft.services;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What every object of Kubernetes has: a name, a namespace, labels. Names are checked as API
 * servers do it, since they go into rules and the names of chains.
 */
final class Metadata {
  private static final String LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
  private static final Pattern DNS_LABEL = Pattern.compile(LABEL);
  private static final Pattern DNS_NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
  private static final int LONGEST_DNS_NAME = 253;
  private static final String DEFAULT_NAMESPACE = "default";

  private static final String SINCE = "endpoints.kubernetes.io/last-change-trigger-time";

  private final Fields metadata;

  /**
   * @param object the object as a whole
   */
  Metadata(Fields object) {
    this.metadata = object.object("metadata");
  }

  /** The name, which is one label of DNS. */
  ObjectName labelName() {
    String name = metadata.string("name");
    if (!isDnsLabel(name)) {
      throw metadata.refused(
          "name", "should be up to 63 lower-case letters, digits and, within, hyphens");
    }
    return new ObjectName(namespace(), name);
  }

  /** The name, which is one of DNS: labels between dots. */
  ObjectName dnsName() {
    String name = metadata.string("name");
    if (name.length() > LONGEST_DNS_NAME || !DNS_NAME.matcher(name).matches()) {
      throw metadata.refused(
          "name", "should be lower-case letters, digits and, within, hyphens and dots");
    }
    return new ObjectName(namespace(), name);
  }

  String namespace() {
    String namespace = metadata.string("namespace");
    if (namespace.isEmpty()) {
      return DEFAULT_NAMESPACE;
    }
    if (!isDnsLabel(namespace)) {
      throw metadata.refused(
          "namespace", "should be up to 63 lower-case letters, digits and, within, hyphens");
    }
    return namespace;
  }

  Optional<String> label(String key) {
    Fields labels = metadata.object("labels");
    return labels.has(key) ? Optional.of(labels.string(key)) : Optional.empty();
  }

  /** When what the object says came to be so; nobody checks what clusters note down there. */
  Optional<Instant> since() {
    try {
      String text = metadata.object("annotations").string(SINCE);
      return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
    } catch (FieldException | DateTimeParseException e) {
      return Optional.empty();
    }
  }

  static boolean isDnsLabel(String text) {
    return DNS_LABEL.matcher(text).matches();
  }

  /** A port's name, which may be empty. */
  static String portName(Fields port) {
    String name = port.string("name");
    if (!name.isEmpty() && !isDnsLabel(name)) {
      throw port.refused(
          "name", "should be up to 63 lower-case letters, digits and, within, hyphens");
    }
    return name;
  }
}
