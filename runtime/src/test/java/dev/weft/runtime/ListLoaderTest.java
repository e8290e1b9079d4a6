package dev.weft.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.weft.cni.CniException;
import dev.weft.cni.CniVersion;
import dev.weft.cni.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks are found by name in a directory, as the reference library finds them. */
class ListLoaderTest {
  @TempDir Path directory;

  @Test
  void listsComeBeforeSinglePluginsAndInTheOrderOfTheirFiles() throws IOException {
    file("00.conf", "{\"name\": \"blue\", \"type\": \"single\"}");
    file("20.conflist", list("blue", "second"));
    file("10.conflist", list("blue", "first"));
    file("05.conflist", list("red", "other"));
    file("01.txt", list("blue", "text"));
    assertEquals(List.of("first"), types(load("blue")));
    assertEquals(List.of("other"), types(load("red")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.conf", "10.json"})
  void singlePluginBecomesAList(String file) throws IOException {
    file(file, "{\"name\": \"blue\", \"type\": \"single\", \"cniVersion\": \"0.4.0\"}");
    NetworkList list = load("blue");
    assertEquals(List.of("single"), types(list));
    assertEquals(CniVersion.V0_4_0, list.version());
  }

  @Test
  void pluginsOfTheNetworksFolderComeLast() throws IOException {
    file("10.conflist", list("blue", "bridge"));
    file("blue/20.conf", "{\"type\": \"portmap\"}");
    file("blue/10.conf", "{\"type\": \"tuning\"}");
    file("blue/30.json", "{\"type\": \"ignored\"}");
    NetworkList list = load("blue");
    assertEquals(List.of("bridge", "tuning", "portmap"), types(list));
    assertEquals(list, NetworkList.of(list.json(), "what is remembered"));
  }

  @Test
  void listMayKeepTheFolderOut() throws IOException {
    file(
        "10.conflist",
        """
        {"name": "blue", "loadOnlyInlinedPlugins": true, "plugins": [{"type": "bridge"}]}
        """);
    file("blue/10.conf", "{\"type\": \"tuning\"}");
    assertEquals(List.of("bridge"), types(load("blue")));
  }

  @Test
  void networkMayConsistOfItsFolder() throws IOException {
    file("10.conflist", "{\"name\": \"blue\"}");
    file("blue/10.conf", "{\"type\": \"tuning\"}");
    assertEquals(List.of("tuning"), types(load("blue")));
  }

  @Test
  void nameThatLeadsOutOfTheDirectoryIsRefused() throws IOException {
    file("net.d/10.conflist", list("..", "bridge"));
    file("evil.conf", "{\"type\": \"evil\"}");
    CniException refused =
        assertThrows(
            CniException.class, () -> new ListLoader(directory.resolve("net.d")).load(".."));
    assertEquals(ErrorCode.INVALID_CONFIGURATION.number(), refused.code());
  }

  @Test
  void fileThatCannotBeReadHidesNoOther() throws IOException {
    file("00.conflist", "{\"name\": ");
    file("10.conflist", list("blue", "bridge"));
    assertEquals(List.of("bridge"), types(load("blue")));
    CniException refused = assertThrows(CniException.class, () -> load("red"));
    assertTrue(
        String.valueOf(refused.getMessage()).startsWith("network \"red\" is in no .conflist"));
    assertTrue(refused.details().contains("00.conflist breaks off"), refused.details());
  }

  @Test
  void missingDirectoryHasNoNetworks() {
    assertThrows(CniException.class, () -> new ListLoader(directory.resolve("none")).load("blue"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"cniVersion\": \"0.4.0\"                                        | 0.4.0",
        "\"cniVersions\": [\"0.3.1\", \"1.0.0\", \"0.4.0\"]               | 1.0.0",
        "\"cniVersions\": [\"0.3.1\"], \"cniVersion\": \"1.1.0\"          | 1.1.0",
        "\"cniVersions\": [\"1.0.0\", \"2.0.0\"], \"cniVersion\": \"7\"   | 1.0.0",
        "\"cniVersions\": []                                              | 0.1.0",
        "\"cniVersion\": \"\"                                             | 0.1.0",
      })
  void highestKnownVersionCounts(String versions, String expected) throws IOException {
    file("10.conflist", "{\"name\": \"blue\", " + versions + ", \"plugins\": [{\"type\": \"a\"}]}");
    assertEquals(expected, load("blue").version().text());
  }

  @Test
  void listOfUnknownVersionsOnlyIsRefused() throws IOException {
    file(
        "10.conflist",
        "{\"name\": \"blue\", \"cniVersion\": \"7\", \"plugins\": [{\"type\": \"a\"}]}");
    assertEquals(
        ErrorCode.INCOMPATIBLE_VERSION.number(),
        assertThrows(CniException.class, () -> load("blue")).code());
  }

  @ParameterizedTest
  @CsvSource({"true, true", "false, false", "'\"true\"', true", "'\"False\"', false"})
  void flagsMayBeStrings(String value, boolean expected) throws IOException {
    file(
        "10.conflist",
        "{\"name\": \"blue\", \"plugins\": [{\"type\": \"a\"}], \"disableCheck\": "
            + value
            + ", \"disableGC\": "
            + value
            + "}");
    assertEquals(expected, load("blue").disableCheck());
    assertEquals(expected, load("blue").disableGc());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\": \"blue\"}",
        "{\"name\": \"blue\", \"plugins\": []}",
        "{\"name\": \"blue\", \"plugins\": {}}",
        "{\"name\": \"blue\", \"plugins\": [{}]}",
        "{\"name\": \"blue\", \"plugins\": [{\"type\": \"\"}]}",
        "{\"name\": \"blue\", \"plugins\": [{\"type\": \"a\"}], \"disableCheck\": \"maybe\"}"
      })
  void wrongListIsRefusedByFileAndField(String list) throws IOException {
    Path file = file("10.conflist", list);
    CniException refused = assertThrows(CniException.class, () -> load("blue"));
    assertEquals(ErrorCode.INVALID_CONFIGURATION.number(), refused.code());
    assertTrue(String.valueOf(refused.getMessage()).startsWith(file + "."));
    assertFalse(String.valueOf(refused.getMessage()).contains("Exception"));
  }

  private NetworkList load(String name) {
    return new ListLoader(directory).load(name);
  }

  private static List<String> types(NetworkList list) {
    return list.plugins().stream().map(NetworkList::type).toList();
  }

  private static String list(String name, String type) {
    return "{\"cniVersion\": \"1.0.0\", \"name\": \""
        + name
        + "\", \"plugins\": [{\"type\": \""
        + type
        + "\"}]}";
  }

  private Path file(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
