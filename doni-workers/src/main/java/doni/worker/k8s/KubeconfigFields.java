package doni.worker.k8s;

import doni.enrollment.Secret;
import doni.worker.k8s.KubeconfigContext.UnusableKubeconfigException;
import doni.worker.k8s.KubeconfigFile.FileVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads and checks the values of one context of a kubeconfig. */
final class KubeconfigFields {

  private static final int LONGEST_NAME = 100;
  private static final int LARGEST_FILE = 1 << 20;

  /** What a header can carry as one word. */
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");

  private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e]+");
  private static final Pattern HEADER_NAME = Pattern.compile("[-!#$&'*+.^_`|~0-9A-Za-z]");
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?");

  private final String context;
  private final Path directory;
  private final Map<Path, Optional<FileVersion>> files = new LinkedHashMap<>();

  /**
   * @param file the kubeconfig
   */
  KubeconfigFields(String context, Path file) {
    this.context = context;
    this.directory = Optional.ofNullable(file.getParent()).orElse(file);
  }

  /** Returns whether a text can be sent as a token. */
  static boolean isToken(String text) {
    return TOKEN.matcher(text).matches();
  }

  String context() {
    return context;
  }

  /** Returns the files that were read, with their versions before that. */
  Map<Path, Optional<FileVersion>> files() {
    return files;
  }

  UnusableKubeconfigException refused(String field, String rule) {
    String printable = context.replaceAll("\\p{C}", "?");
    String name = printable.substring(0, Math.min(printable.length(), LONGEST_NAME));
    return new UnusableKubeconfigException("context '%s': %s: %s".formatted(name, field, rule));
  }

  void refuseUnknown(String object, Map<String, Object> unknown)
      throws UnusableKubeconfigException {
    if (!unknown.isEmpty()) {
      String field = new TreeSet<>(unknown.keySet()).getFirst().replaceAll("[^-\\w.]", "?");
      throw refused(
          field.substring(0, Math.min(field.length(), LONGEST_NAME)),
          "is not a known field of a " + object);
    }
  }

  URI server(@Nullable String text) throws UnusableKubeconfigException {
    URI url = url("server", text);
    boolean web = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
    if (!web
        || url.getHost() == null
        || url.getRawUserInfo() != null
        || url.getRawQuery() != null
        || url.getRawFragment() != null) {
      throw refused("server", "must be https://HOST[:PORT][/PATH]");
    }
    return url;
  }

  Optional<InetSocketAddress> proxy(@Nullable String text) throws UnusableKubeconfigException {
    if (text == null || text.isEmpty()) {
      return Optional.empty();
    }
    URI url = url("proxy-url", text);
    if (!"http".equals(url.getScheme())
        || url.getHost() == null
        || url.getPort() < 1
        || url.getRawUserInfo() != null
        || !url.getPath().matches("/?")) {
      throw refused(
          "proxy-url",
          "must be http://HOST:PORT; other schemes, a user name and a password are not supported");
    }
    return Optional.of(InetSocketAddress.createUnresolved(url.getHost(), url.getPort()));
  }

  private URI url(String field, @Nullable String text) throws UnusableKubeconfigException {
    if (text == null || text.isBlank()) {
      throw refused(field, "is missing");
    }
    try {
      return new URI(text);
    } catch (URISyntaxException _) {
      throw refused(field, "must be a URL");
    }
  }

  Optional<String> hostName(String field, @Nullable String text)
      throws UnusableKubeconfigException {
    if (text == null || text.isEmpty()) {
      return Optional.empty();
    }
    if (!HOST.matcher(text).matches()) {
      throw refused(field, "must be a host name or an IPv4 address");
    }
    return Optional.of(text);
  }

  /** Returns the content of {@code field}, a path, or of {@code field-data}, in base64. */
  Optional<String> content(String field, @Nullable String path, @Nullable String data)
      throws UnusableKubeconfigException {
    boolean inline = data != null && !data.isEmpty();
    if (path == null || path.isEmpty()) {
      return inline
          ? Optional.of(decoded(field + "-data", String.valueOf(data)))
          : Optional.empty();
    }
    if (inline) {
      throw refused(field, "cannot be combined with " + field + "-data");
    }
    Path file = resolved(field, path);
    files.put(file, FileVersion.of(file));
    return Optional.of(read(field, file));
  }

  private String decoded(String field, String base64) throws UnusableKubeconfigException {
    try {
      return new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.ISO_8859_1);
    } catch (IllegalArgumentException _) {
      throw refused(field, "must be base64");
    }
  }

  Path resolved(String field, String path) throws UnusableKubeconfigException {
    try {
      return directory.resolve(path).normalize();
    } catch (InvalidPathException _) {
      throw refused(field, "must be a path");
    }
  }

  private String read(String field, Path file) throws UnusableKubeconfigException {
    // A pipe or a device would be read for ever.
    if (!Files.isRegularFile(file)) {
      throw refused(field, file + " is not a file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(LARGEST_FILE + 1);
      if (content.length > LARGEST_FILE) {
        throw refused(field, file + " is larger than 1 MiB");
      }
      return new String(content, StandardCharsets.ISO_8859_1);
    } catch (IOException _) {
      throw refused(field, file + " cannot be read");
    }
  }

  Optional<Secret> token(String field, @Nullable String text) throws UnusableKubeconfigException {
    if (text == null || text.isEmpty()) {
      return Optional.empty();
    }
    if (!isToken(text)) {
      throw refused(field, "must not contain spaces or control characters");
    }
    return Optional.of(new Secret(text));
  }

  /** Returns the path, after it was checked that it holds a token now. */
  Optional<Path> tokenFile(@Nullable String path) throws UnusableKubeconfigException {
    if (path == null || path.isEmpty()) {
      return Optional.empty();
    }
    Path file = resolved("tokenFile", path);
    String text = read("tokenFile", file).strip();
    if (token("tokenFile", text).isEmpty()) {
      throw refused("tokenFile", file + " is empty");
    }
    return Optional.of(file);
  }

  /** Returns the value of the header {@code Authorization}. */
  Optional<Secret> basic(@Nullable String user, @Nullable String password)
      throws UnusableKubeconfigException {
    boolean named = user != null && !user.isEmpty();
    boolean secret = password != null && !password.isEmpty();
    if (named != secret) {
      throw refused(named ? "password" : "username", "is missing");
    }
    byte[] pair = (user + ':' + password).getBytes(StandardCharsets.UTF_8);
    return named
        ? Optional.of(new Secret("Basic " + Base64.getEncoder().encodeToString(pair)))
        : Optional.empty();
  }

  void header(Map<String, List<String>> headers, String field, String name, @Nullable String value)
      throws UnusableKubeconfigException {
    if (value == null || value.isEmpty()) {
      return;
    }
    if (!HEADER_VALUE.matcher(value).matches()) {
      throw refused(field, "must be printable ASCII");
    }
    headers.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
  }

  /** Escapes what a header's name cannot hold, as the API server unescapes it. */
  static String headerName(String key) {
    StringBuilder escaped = new StringBuilder();
    for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
      String character = String.valueOf((char) (b & 0xff));
      escaped.append(
          HEADER_NAME.matcher(character).matches() ? character : "%%%02X".formatted(b & 0xff));
    }
    return escaped.toString();
  }
}
