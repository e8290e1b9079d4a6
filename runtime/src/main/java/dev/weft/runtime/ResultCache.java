package dev.weft.runtime;

import dev.weft.cni.Attachment;
import dev.weft.cni.CniException;
import dev.weft.cni.ConfigReader;
import dev.weft.cni.ErrorCode;
import dev.weft.json.Json;
import dev.weft.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers attachments in the files of the reference library, which runtimes share: {@code
 * results/NETWORK-CONTAINER-IFNAME} under the cache directory, kind {@code cniCacheV1}.
 */
public final class ResultCache {
  private static final String KIND = "cniCacheV1";
  private static final FileAttribute<?> PRIVATE_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path results;

  /**
   * @param directory such as {@code /var/lib/cni}
   */
  public ResultCache(Path directory) {
    results = directory.resolve("results");
  }

  /** Remembers an attachment; a crash leaves either all of it or nothing. */
  public void put(CachedAttachment cached) {
    Path file = file(cached.network(), cached.endpoint().attachment());
    try {
      Files.createDirectories(results, PRIVATE_DIRECTORY);
      Path fresh = Files.createTempFile(results, ".fresh", "");
      try {
        Files.writeString(fresh, JsonText.write(json(cached)));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw failure("cached result " + file + " cannot be written", e);
    }
  }

  public Optional<CachedAttachment> find(String network, Attachment attachment) {
    // Names with hyphens may share a file name: the file says whose it is.
    return read(file(network, attachment))
        .filter(
            cached ->
                cached.network().equals(network)
                    && cached.endpoint().attachment().equals(attachment));
  }

  public void remove(String network, Attachment attachment) {
    if (find(network, attachment).isPresent()) {
      Path file = file(network, attachment);
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw failure("cached result " + file + " cannot be removed", e);
      }
    }
  }

  /** All attachments of a network, by file name; files of another kind are passed over. */
  public List<CachedAttachment> attachments(String network) {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(results)) {
      entries.forEach(files::add);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw failure("directory " + results + " cannot be read", e);
    }
    Collections.sort(files);
    List<CachedAttachment> attachments = new ArrayList<>();
    for (Path file : files) {
      read(file).filter(cached -> cached.network().equals(network)).ifPresent(attachments::add);
    }
    return attachments;
  }

  private Path file(String network, Attachment attachment) {
    String name = network + "-" + attachment.containerId() + "-" + attachment.ifName();
    if (name.indexOf('/') >= 0) {
      throw new CniException(
          ErrorCode.INVALID_ENVIRONMENT,
          "network, container id and interface name should not hold '/': " + name);
    }
    return results.resolve(name);
  }

  private static Json.Obj json(CachedAttachment cached) {
    Endpoint endpoint = cached.endpoint();
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("kind", new Json.Str(KIND));
    fields.put("containerId", new Json.Str(endpoint.attachment().containerId()));
    byte[] list = JsonText.write(cached.list()).getBytes(StandardCharsets.UTF_8);
    fields.put("config", new Json.Str(Base64.getEncoder().encodeToString(list)));
    fields.put("ifName", new Json.Str(endpoint.attachment().ifName()));
    fields.put("networkName", new Json.Str(cached.network()));
    if (!endpoint.netns().isEmpty()) {
      fields.put("netns", new Json.Str(endpoint.netns()));
    }
    List<Json> args = new ArrayList<>();
    endpoint
        .args()
        .forEach(
            (key, value) ->
                args.add(new Json.Arr(List.of(new Json.Str(key), new Json.Str(value)))));
    if (!args.isEmpty()) {
      fields.put("cniArgs", new Json.Arr(args));
    }
    if (!endpoint.capabilityArgs().fields().isEmpty()) {
      fields.put("capabilityArgs", endpoint.capabilityArgs());
    }
    fields.put("result", cached.result());
    return new Json.Obj(fields);
  }

  /** What a file remembers; nothing if it is not there or of another kind. */
  private static Optional<CachedAttachment> read(Path file) {
    try {
      Json.Obj json = ConfigReader.decode(Files.readAllBytes(file), file.toString());
      ConfigReader reader = new ConfigReader(json, file.toString());
      if (!reader.string("kind").equals(Optional.of(KIND))) {
        return Optional.empty();
      }
      byte[] list = Base64.getDecoder().decode(reader.string("config").orElse(""));
      return Optional.of(
          new CachedAttachment(
              reader.string("networkName").orElse(""),
              new Endpoint(
                  new Attachment(
                      reader.string("containerId").orElse(""), reader.string("ifName").orElse("")),
                  reader.string("netns").orElse(""),
                  args(json),
                  reader.objectOrEmpty("capabilityArgs").object()),
              ConfigReader.decode(list, "the configuration in " + file),
              reader.objectOrEmpty("result").object()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (CniException | IllegalArgumentException e) {
      // Not ours to mend; the reference library passes over such a file as well.
      return Optional.empty();
    } catch (IOException e) {
      throw failure("cached result " + file + " cannot be read", e);
    }
  }

  private static Map<String, String> args(Json.Obj json) {
    Map<String, String> args = new LinkedHashMap<>();
    if (json.find("cniArgs").orElse(new Json.Null()) instanceof Json.Arr(List<Json> pairs)) {
      for (Json pair : pairs) {
        if (pair instanceof Json.Arr(List<Json> two)
            && two.size() == 2
            && two.getFirst() instanceof Json.Str(String key)
            && two.getLast() instanceof Json.Str(String value)) {
          args.put(key, value);
        }
      }
    }
    return args;
  }

  private static CniException failure(String problem, IOException e) {
    return new CniException(ErrorCode.IO_FAILURE, problem + ": " + e.getMessage(), e);
  }
}
