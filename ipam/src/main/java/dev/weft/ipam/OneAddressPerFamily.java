package dev.weft.ipam;

import dev.weft.cni.CniException;
import dev.weft.cni.CniVersion;
import dev.weft.cni.ErrorCode;
import dev.weft.net.IpFamily;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The limit of results up to version 0.2.0. */
final class OneAddressPerFamily {
  private OneAddressPerFamily() {}

  /**
   * Refuses what a version cannot express.
   *
   * @param families of the addresses that a result would have
   * @param field that asks for them
   */
  static void require(CniVersion version, List<IpFamily> families, String field) {
    if (version.isAtLeast(CniVersion.V0_3_0)) {
      return;
    }
    Set<IpFamily> seen = EnumSet.noneOf(IpFamily.class);
    for (IpFamily family : families) {
      if (!seen.add(family)) {
        throw new CniException(
            ErrorCode.INVALID_CONFIGURATION,
            field
                + " asks for several addresses of a family, but cniVersion "
                + version.text()
                + " has room for one: it should be 0.3.0 or newer");
      }
    }
  }
}
