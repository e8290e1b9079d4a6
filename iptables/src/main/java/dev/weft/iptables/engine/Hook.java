package dev.weft.iptables.engine;

import dev.weft.iptables.ruleset.Side;
import dev.weft.iptables.ruleset.TableName;
import java.util.List;

/** Where the kernel asks rules. */
public enum Hook {
  PREROUTING,
  INPUT,
  FORWARD,
  OUTPUT,
  POSTROUTING;

  /** The tables in the order of their priorities there, {@code linux/netfilter_ipv4.h}. */
  List<TableName> tables() {
    return switch (this) {
      case PREROUTING -> List.of(TableName.RAW, TableName.MANGLE, TableName.NAT);
      case INPUT -> List.of(TableName.MANGLE, TableName.FILTER, TableName.SECURITY, TableName.NAT);
      case FORWARD -> List.of(TableName.MANGLE, TableName.FILTER, TableName.SECURITY);
      case OUTPUT ->
          List.of(
              TableName.RAW, TableName.MANGLE, TableName.NAT, TableName.FILTER, TableName.SECURITY);
      case POSTROUTING -> List.of(TableName.MANGLE, TableName.NAT);
    };
  }

  /** Which end of a connection NAT can change here. */
  Side natSide() {
    return this == PREROUTING || this == OUTPUT ? Side.DESTINATION : Side.SOURCE;
  }
}
