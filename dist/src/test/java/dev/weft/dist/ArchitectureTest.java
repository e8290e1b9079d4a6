package dev.weft.dist;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import dev.weft.kernel.linux.LinuxKernel;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows of {@code docs/architecture.md}: what each module may use. */
class ArchitectureTest {
  private static final JavaClasses WEFT =
      new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages("dev.weft");

  /** Packages below a module's own that are made for others too: rules as data, and their ways. */
  private static final String[] SHARED = {
    "dev.weft.iptables.apply",
    "dev.weft.iptables.compile",
    "dev.weft.iptables.engine",
    "dev.weft.iptables.flat",
    "dev.weft.iptables.modes",
    "dev.weft.iptables.ruleset",
    "dev.weft.kernel.nft"
  };

  /** A module by its package, and the modules that it may use besides itself. */
  record Module(String name, List<String> uses) {
    String inside() {
      return "dev.weft." + name + "..";
    }

    String[] allowed() {
      return Stream.concat(Stream.of(name), uses.stream())
          .map(module -> "dev.weft." + module + "..")
          .toArray(String[]::new);
    }
  }

  private static Stream<Module> modules() {
    return Stream.of(
        new Module("net", List.of()),
        new Module("json", List.of()),
        new Module("cni", List.of("net", "json")),
        new Module("kernel", List.of("net")),
        new Module("pages", List.of()),
        new Module("pending", List.of("net", "json", "cni", "kernel")),
        new Module("ipam", List.of("net", "json", "cni", "kernel")),
        new Module("services", List.of("net", "json")),
        new Module("bench.apiserver", List.of("json")),
        new Module("watch", List.of("net", "json", "services")),
        new Module("iptables", List.of("net", "kernel", "services")),
        new Module(
            "proxy", List.of("net", "json", "kernel", "pages", "services", "watch", "iptables")),
        new Module("plugins.loopback", List.of("net", "json", "cni", "kernel")),
        new Module("plugins.bridge", List.of("net", "json", "cni", "kernel", "iptables")),
        new Module(
            "dispatch",
            List.of("net", "json", "cni", "kernel", "pending", "ipam", "iptables", "plugins")),
        new Module(
            "agent", List.of("net", "json", "cni", "kernel", "pages", "pending", "dispatch")),
        new Module("runtime", List.of("net", "json", "cni")),
        new Module("install", List.of("net")),
        new Module("trace", List.of("net", "json", "services", "kernel", "iptables")),
        new Module("bench.macro", List.of("net", "json", "cni", "kernel", "agent")),
        new Module(
            "bench.services", List.of("net", "json", "kernel", "bench.apiserver", "bench.macro")),
        new Module(
            "cli",
            List.of(
                "net",
                "json",
                "cni",
                "kernel",
                "pages",
                "pending",
                "ipam",
                "services",
                "watch",
                "iptables",
                "proxy",
                "plugins",
                "dispatch",
                "agent",
                "runtime",
                "install",
                "trace",
                "bench.macro",
                "bench.services")));
  }

  @ParameterizedTest
  @MethodSource("modules")
  void moduleUsesOnlyWhatStandsBelowIt(Module module) {
    noClasses()
        .that()
        .resideInAPackage(module.inside())
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.weft..").and(not(resideInAnyPackage(module.allowed()))))
        .check(WEFT);
  }

  /**
   * A package below a module's own is how the module does it, which may change any day. A program
   * has to name the real kernel once, to work on it.
   */
  @ParameterizedTest
  @MethodSource("modules")
  void onlyTheModuleItselfUsesThePackagesBelowItsOwn(Module module) {
    noClasses()
        .that()
        .resideOutsideOfPackage(module.inside())
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.weft." + module.name() + ".*..")
                .and(not(type(LinuxKernel.class)))
                .and(not(resideInAnyPackage(SHARED))))
        .check(WEFT);
  }

  @Test
  void packagesDoNotDependOnEachOtherInCircles() {
    slices().matching("dev.weft.(**)").should().beFreeOfCycles().check(WEFT);
  }

  @Test
  void everyClassBelongsToAModule() {
    noClasses()
        .that()
        .resideInAPackage("dev.weft..")
        .should()
        .resideOutsideOfPackages(modules().map(Module::inside).toArray(String[]::new))
        .check(WEFT);
  }
}
