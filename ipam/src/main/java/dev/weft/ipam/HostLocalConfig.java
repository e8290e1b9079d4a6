package dev.weft.ipam;

import dev.weft.cni.CniArgs;
import dev.weft.cni.CniException;
import dev.weft.cni.ConfigReader;
import dev.weft.cni.ErrorCode;
import dev.weft.cni.NetworkConfig;
import dev.weft.cni.Result;
import dev.weft.cni.ResultFormat;
import dev.weft.ipam.lease.DiskLeaseStore;
import dev.weft.net.IpAddress;
import dev.weft.net.IpFamily;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What host-local is told: its own keys under {@code ipam}, and what the runtime adds.
 *
 * @param rangeSets one address is given from each; their order numbers them on disk
 * @param requested addresses that the caller wants, at most one for a range set
 */
record HostLocalConfig(
    Path dataDir,
    List<RangeSet> rangeSets,
    List<IpAddress> requested,
    List<Result.Route> routes,
    Result.Dns dns) {

  HostLocalConfig {
    rangeSets = List.copyOf(rangeSets);
    requested = List.copyOf(requested);
    routes = List.copyOf(routes);
  }

  /**
   * Reads and checks all of it.
   *
   * @throws CniException 7 naming a field that is wrong, 4 if it is in CNI_ARGS
   */
  static HostLocalConfig read(NetworkConfig config, CniArgs args) {
    ConfigReader ipam = ipam(config);
    List<RangeSet> rangeSets = new RangeReader().read(config.runtimeConfig(), ipam);
    List<IpFamily> families = new ArrayList<>();
    for (RangeSet set : rangeSets) {
      families.add(set.family());
    }
    OneAddressPerFamily.require(config.version(), families, ipam.path("ranges"));
    return new HostLocalConfig(
        dataDir(config),
        rangeSets,
        RequestedAddresses.read(config, args),
        ResultFormat.readRoutes(ipam),
        dns(ipam));
  }

  /** The one key that matters where nothing is given out: the rest may have changed since ADD. */
  static Path dataDir(NetworkConfig config) {
    return ipam(config)
        .parsed("dataDir", HostLocalConfig::absolutePath, "should be an absolute path")
        .orElse(DiskLeaseStore.DEFAULT_DATA_DIR);
  }

  static ConfigReader ipam(NetworkConfig config) {
    ConfigReader reader = config.reader();
    return reader
        .object("ipam")
        .orElseThrow(() -> reader.missing("ipam", "should be an object: how addresses are given"));
  }

  /** The gateways of all ranges: none of them is ever given out, from whatever range. */
  Set<IpAddress> gateways() {
    Set<IpAddress> gateways = new HashSet<>();
    for (RangeSet set : rangeSets) {
      for (AddressRange range : set.ranges()) {
        gateways.add(range.gateway());
      }
    }
    return gateways;
  }

  private static Optional<Path> absolutePath(String text) {
    if (text.isEmpty()) {
      return Optional.of(DiskLeaseStore.DEFAULT_DATA_DIR);
    }
    try {
      return Optional.of(Path.of(text)).filter(Path::isAbsolute);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static Result.Dns dns(ConfigReader ipam) {
    return ipam.string("resolvConf")
        .filter(file -> !file.isEmpty())
        .map(
            file ->
                ResolvConf.read(file)
                    .orElseThrow(
                        () -> ipam.refused("resolvConf", "should be a file that can be read")))
        .orElse(Result.Dns.NONE);
  }

  /** Reads the ranges of all sources, each checked against those before it. */
  private static final class RangeReader {
    /** A range, and the field to name if another overlaps it. */
    private record Origin(AddressRange range, String field) {}

    private final List<Origin> seen = new ArrayList<>();

    /** The runtime's ranges come first, then the one of the old form, then the list. */
    List<RangeSet> read(ConfigReader runtimeConfig, ConfigReader ipam) {
      List<RangeSet> sets = new ArrayList<>(sets(runtimeConfig, "ipRanges"));
      if (ipam.string("subnet").isPresent()) {
        sets.add(set(List.of(ipam)));
      }
      sets.addAll(sets(ipam, "ranges"));
      if (sets.isEmpty()) {
        throw ipam.missing("ranges", "should be a list of lists of ranges: [[{\"subnet\": …}]]");
      }
      return sets;
    }

    private List<RangeSet> sets(ConfigReader owner, String key) {
      List<RangeSet> sets = new ArrayList<>();
      for (List<ConfigReader> readers : owner.objectLists(key)) {
        if (readers.isEmpty()) {
          throw new CniException(
              ErrorCode.INVALID_CONFIGURATION,
              owner.path(key)
                  + "["
                  + sets.size()
                  + "] is empty, but should hold one range or more");
        }
        sets.add(set(readers));
      }
      return sets;
    }

    private RangeSet set(List<ConfigReader> readers) {
      List<AddressRange> ranges = new ArrayList<>();
      for (ConfigReader reader : readers) {
        AddressRange range = AddressRange.read(reader);
        if (!ranges.isEmpty() && ranges.getFirst().subnet().family() != range.subnet().family()) {
          throw reader.refused("subnet", "should be of one family with the rest of its list");
        }
        for (Origin other : seen) {
          if (range.overlaps(other.range)) {
            throw reader.refused(
                "subnet", "its range " + range + " overlaps that of " + other.field);
          }
        }
        seen.add(new Origin(range, reader.path("subnet")));
        ranges.add(range);
      }
      return new RangeSet(ranges);
    }
  }
}
