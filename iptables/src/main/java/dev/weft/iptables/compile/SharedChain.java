package dev.weft.iptables.compile;

import dev.weft.iptables.ruleset.TableName;

/** The chains that there are once, whatever Services there are. */
public enum SharedChain {
  SERVICES(TableName.NAT, "SERVICES"),
  NODEPORTS(TableName.NAT, "NODEPORTS"),
  POSTROUTING(TableName.NAT, "POSTROUTING"),
  MARK_MASQ(TableName.NAT, "MARK-MASQ"),
  FILTER_SERVICES(TableName.FILTER, "SERVICES"),
  EXTERNAL_SERVICES(TableName.FILTER, "EXTERNAL-SERVICES"),
  /** Health checks. */
  FILTER_NODEPORTS(TableName.FILTER, "NODEPORTS"),
  /** What the source ranges of load balancers do not let in. */
  PROXY_FIREWALL(TableName.FILTER, "PROXY-FIREWALL"),
  FORWARD(TableName.FILTER, "FORWARD"),
  /** Keeps others away from loopback addresses that node ports made reachable. */
  FIREWALL(TableName.FILTER, "FIREWALL");

  private final TableName table;
  private final String suffix;

  SharedChain(TableName table, String suffix) {
    this.table = table;
    this.suffix = suffix;
  }

  /** The table that it is in. */
  public TableName table() {
    return table;
  }

  /** Its name without the prefix. */
  public String suffix() {
    return suffix;
  }
}
