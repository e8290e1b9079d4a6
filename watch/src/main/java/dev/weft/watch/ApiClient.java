package dev.weft.watch;

import dev.weft.json.Json;
import dev.weft.json.JsonException;
import dev.weft.json.JsonText;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.BackwardsCompatibilityInterceptor;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Asks an API server, by fabric8's HTTP: how to reach it, whom to trust and who one is are that
 * client's business. Its typed objects and informers are not used: with them 10,000 Services and as
 * many slices take 200 MB and a second to begin, where what this module does with the bytes takes
 * 50 MB and 0.3 s.
 */
final class ApiClient implements AutoCloseable {
  private static final int EXCERPT = 300;
  private static final int STATUS_LIMIT = 1 << 16;
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);

  private final String address;
  private final HttpClient http;
  private final Pace pace;

  /**
   * @throws KubernetesClientException if the configuration cannot be used
   */
  ApiClient(Config config, Pace pace) {
    // Of HTTP/1.1 each watch has a connection of its own, which goes with it when it hangs.
    config.setHttp2Disable(true);
    config.setRequestRetryBackoffLimit(0);
    config.setConnectionTimeout(Math.toIntExact(pace.answer().toMillis()));
    this.address = config.getMasterUrl();
    this.http = http(config);
    this.pace = pace;
  }

  private static HttpClient http(Config config) {
    HttpClient.Builder builder = builder(config);
    if (!config.isTrustCerts()) {
      try {
        builder.sslContext(SSLUtils.keyManagers(config), trusted(config));
      } catch (GeneralSecurityException | IOException e) {
        throw new KubernetesClientException(String.valueOf(e.getMessage()), e);
      }
    }
    builder.addOrReplaceInterceptor(BackwardsCompatibilityInterceptor.NAME, null);
    return builder.build();
  }

  /** Made by the client, but that whom to trust is still to be said. */
  private static HttpClient.Builder builder(Config config) {
    boolean insecure = config.isTrustCerts();
    config.setTrustCerts(true); // or it would read the authorities of the web
    try {
      return new JdkHttpClientFactory().newBuilder(config);
    } finally {
      config.setTrustCerts(insecure);
    }
  }

  /** Nothing for those of the web; over plain HTTP, which shows no certificates, nobody. */
  private static TrustManager @Nullable [] trusted(Config config)
      throws GeneralSecurityException, IOException {
    return config.getMasterUrl().startsWith("https:")
        ? Authorities.of(config).orElse(null)
        : new TrustManager[0];
  }

  /** The server, as errors name it. */
  String server() {
    return address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
  }

  /**
   * Asks for something.
   *
   * @param what completes "refuses to …"
   * @param idle how long the body may pause
   * @param proved is called if the answer is good, and nothing of it comes for some time
   * @return the body, to be closed
   * @throws ApiException if there is no good answer
   */
  ApiBody get(String what, String path, Map<String, String> query, Duration idle, Runnable proved)
      throws ApiException, InterruptedException {
    StringJoiner parameters = new StringJoiner("&", "?", "");
    query.forEach(
        (key, value) ->
            parameters.add(key + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)));
    HttpRequest request =
        http.newHttpRequestBuilder()
            .uri(address + path + parameters)
            .header("Accept", "application/json")
            .timeout(pace.answer().toMillis(), TimeUnit.MILLISECONDS)
            .build();
    ApiBody body = new ApiBody(idle, pace.proof(), proved);
    HttpResponse<AsyncBody> response = await(request, body);
    body.begin(response.body());
    if (response.isSuccessful()) {
      return body;
    }
    try (body) {
      throw refusal(what, response, body);
    }
  }

  private HttpResponse<AsyncBody> await(HttpRequest request, ApiBody body)
      throws ApiException, InterruptedException {
    try {
      return http.consumeBytes(request, body).get();
    } catch (ExecutionException e) {
      throw new ApiException(
          ApiException.Kind.FAILED,
          server() + " " + reason(e.getCause() == null ? e : e.getCause()));
    }
  }

  private String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case HttpTimeoutException _ ->
          "does not answer within " + pace.answer().toMillis() / 1000.0 + " s";
      case ConnectException _ -> "takes no connection";
      default -> "cannot be asked: " + excerpt(cause.toString());
    };
  }

  private ApiException refusal(String what, HttpResponse<AsyncBody> response, ApiBody body) {
    int code = response.code();
    String sentence = server() + " refuses to " + what + ": " + code;
    String message = message(body);
    Duration retryAfter = retryAfter(response.header("Retry-After"));
    boolean expired = code == 410 || code == 504;
    return new ApiException(
        expired ? ApiException.Kind.EXPIRED : ApiException.Kind.FAILED,
        message.isEmpty() ? sentence : sentence + ", " + excerpt(message),
        retryAfter);
  }

  /** The message of a Status, or what else there is. */
  private static String message(ApiBody body) {
    try {
      byte[] text = body.readNBytes(STATUS_LIMIT);
      try {
        return JsonText.readObject(text, "the status").fields().get("message")
                instanceof Json.Str(String message)
            ? message
            : "";
      } catch (JsonException e) {
        return new String(text, StandardCharsets.UTF_8);
      }
    } catch (IOException e) {
      return "";
    }
  }

  private static Duration retryAfter(String header) {
    try {
      Duration wanted = header == null ? Duration.ZERO : Duration.ofSeconds(Long.parseLong(header));
      return wanted.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : wanted;
    } catch (NumberFormatException e) {
      return Duration.ZERO;
    }
  }

  /** What comes from outside, in a line that is not too long. */
  static String excerpt(String text) {
    String line = text.strip().replaceAll("\\p{Cntrl}+", " ");
    return line.length() > EXCERPT ? line.substring(0, EXCERPT) + "…" : line;
  }

  @Override
  public void close() {
    http.close();
  }
}
