package dev.weft.kernel;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/** The contract over this kernel. */
class LinuxNftTransactionTest extends NftTransactionContract {
  @Override
  Namespaces namespaces() {
    return new LinuxNamespaces();
  }

  @BeforeEach
  void requireNftables() {
    Assumptions.assumeTrue(
        nftables().isAvailable(NftTable.Family.IP), "skipped: needs nftables of the family ip");
  }
}
