package doni.policy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current policy file, on top of the defaults.
 *
 * <p>The file is checked on use, at most once a second: first its modification time and size, then
 * its content. If the file is invalid, the last valid rules stay active; each invalid content is
 * logged once.
 */
final class ReloadingPolicyFile {

  private static final Logger LOG = LoggerFactory.getLogger(ReloadingPolicyFile.class);

  private static final long CHECK_INTERVAL_MILLIS = 1_000;

  /**
   * A file this young may change again within the resolution of its modification time, so its
   * content is compared too.
   */
  private static final Duration YOUNG = Duration.ofSeconds(2);

  private record PolicyFileStamp(Instant modified, long size, @Nullable Object key) {}

  private final Path path;
  private final Map<String, RuleExpression> defaults;
  private final Clock clock;
  private final AtomicLong lookedAt;
  private volatile PolicyRuleSet rules;
  private @Nullable PolicyFileStamp policyFileStamp;
  private String seen;

  /**
   * @throws PolicyFileException when the file is missing or not usable
   */
  ReloadingPolicyFile(Path path, Map<String, RuleExpression> defaults, Clock clock)
      throws PolicyFileException {
    this.path = path;
    this.defaults = Map.copyOf(defaults);
    this.clock = clock;
    this.lookedAt = new AtomicLong(clock.millis());
    try {
      byte[] content = Files.readAllBytes(path);
      this.seen = digest(content);
      this.rules = compile(content);
    } catch (IOException e) {
      throw new PolicyFileException(unreadable(e));
    }
  }

  /**
   * What a file says, without the defaults.
   *
   * @throws PolicyFileException when it is missing or not usable
   */
  static Map<String, RuleExpression> read(Path path) throws PolicyFileException {
    try {
      return PolicyFileParser.parse(Files.readString(path));
    } catch (IOException e) {
      throw new PolicyFileException(unreadable(e));
    }
  }

  PolicyRuleSet current() {
    long now = clock.millis();
    long last = lookedAt.get();
    boolean lately = now >= last && now - last < CHECK_INTERVAL_MILLIS;
    if (!lately && lookedAt.compareAndSet(last, now)) {
      look();
    }
    return rules;
  }

  private synchronized void look() {
    String now = seen;
    try {
      PolicyFileStamp found = stamp();
      if (found.equals(policyFileStamp)) {
        return;
      }
      byte[] content = Files.readAllBytes(path);
      now = digest(content);
      policyFileStamp = found.modified.isBefore(clock.instant().minus(YOUNG)) ? found : null;
      if (!now.equals(seen)) {
        rules = compile(content);
        LOG.info("Reloaded the policy file {}", path);
      }
    } catch (IOException e) {
      now = unreadable(e);
      policyFileStamp = null;
      if (!now.equals(seen)) {
        LOG.error("doni.policy-file {} {}; the last valid rules stay active", path, now);
      }
    } catch (PolicyFileException e) {
      LOG.error("doni.policy-file {}: {}; the last valid rules stay active", path, e.getMessage());
    } finally {
      seen = now;
    }
  }

  private PolicyFileStamp stamp() throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    return new PolicyFileStamp(
        attributes.lastModifiedTime().toInstant(), attributes.size(), attributes.fileKey());
  }

  private PolicyRuleSet compile(byte[] content) throws PolicyFileException {
    Map<String, RuleExpression> together = new HashMap<>(defaults);
    together.putAll(PolicyFileParser.parse(new String(content, StandardCharsets.UTF_8)));
    return PolicyRuleSet.of(together);
  }

  private static String unreadable(IOException e) {
    return e instanceof NoSuchFileException
        ? "does not exist"
        : "cannot be read (" + e.getClass().getSimpleName() + ")";
  }

  private static String digest(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
