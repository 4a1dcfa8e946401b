package doni.cli;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The generated part of {@code docs/configuration.md} is the configuration metadata in {@code
 * META-INF/spring-configuration-metadata.json} of the modules, which has every component of the
 * settings' records with its default. (The configuration processor cannot write it: it fails on
 * components that are named {@code @Name("")}.) After a change of a setting, refresh the page with
 * {@code ./mvnw -pl doni-api -am test -Dtest=ConfigurationPageTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Dconfiguration.refresh=true} and commit it.
 */
class ConfigurationPageTests {

  private static final Path PAGE = Path.of("..", "docs", "configuration.md");
  private static final String METADATA = "META-INF/spring-configuration-metadata.json";
  private static final String BEGIN = "<!-- generated: ConfigurationPageTests -->\n";
  private static final String END = "<!-- end of the generated part -->\n";

  /** In the order of the page; a setting belongs to the longest prefix that fits. */
  private static final Map<String, String> SECTIONS = new LinkedHashMap<>();

  static {
    SECTIONS.put("doni", "General");
    SECTIONS.put("doni.secrets", "Encryption keys");
    SECTIONS.put("doni.limits", "Limits");
    SECTIONS.put("doni.quotas", "Quotas");
    SECTIONS.put("doni.management", "Management port");
    SECTIONS.put("doni.proxies", "Reverse proxies");
    SECTIONS.put("doni.console", "Web console");
    SECTIONS.put("doni.keystone", "Keystone");
    SECTIONS.put("doni.machine-types", "Machine types");
    SECTIONS.put("doni.availability", "Device availability");
    SECTIONS.put("doni.deletions", "Deletions");
    SECTIONS.put("doni.events", "Events");
    SECTIONS.put("doni.webhooks", "Webhooks");
    SECTIONS.put("doni.mail", "Mail to owners");
    SECTIONS.put("doni.sync", "Engine and lanes");
    SECTIONS.put("doni.workers", "Workers");
    SECTIONS.put("doni.workers.k8s", "Worker k8s");
    SECTIONS.put("doni.workers.balena", "Worker balena");
    SECTIONS.put("doni.workers.tunelo", "Worker tunelo");
    SECTIONS.put("doni.workers.blazar", "Workers blazar.device and blazar.physical_host");
    SECTIONS.put("doni.workers.ironic", "Worker ironic");
  }

  /** The records, by the prefix of their keys. */
  private static final Map<String, String> RECORDS =
      Map.ofEntries(
          Map.entry("doni.keystone", "doni.openstack.KeystoneProperties"),
          Map.entry(
              "doni.keystone.static-tokens.<token>",
              "doni.openstack.KeystoneProperties$StaticToken"),
          Map.entry("doni.machine-types.<name>", "doni.machinetype.ConfiguredMachineTypes$Entry"),
          Map.entry("doni.limits", "doni.api.admission.AdmissionProperties"),
          Map.entry("doni.availability", "doni.availability.AvailabilityProperties"),
          Map.entry("doni.management", "doni.api.management.ManagementProperties"),
          Map.entry("doni.quotas", "doni.hardware.DeviceQuotas$QuotaProperties"),
          Map.entry("doni.console", "doni.console.ConsoleProperties"),
          Map.entry(
              "doni.console.websso.choices.<name>", "doni.console.WebSsoProperties$WebSsoChoice"),
          Map.entry("doni.deletions", "doni.hardware.DeletionProperties"),
          Map.entry("doni.proxies", "doni.api.auth.TrustedProxiesConfiguration$ProxyProperties"),
          Map.entry("doni.events", "doni.event.EventProperties"),
          Map.entry("doni.mail", "doni.mail.MailProperties"),
          Map.entry("doni.webhooks.<name>", "doni.webhook.WebhookProperties"),
          Map.entry("doni.sync", "doni.engine.lane.EngineProperties"),
          Map.entry("doni.workers.k8s", "doni.worker.k8s.K8sProperties"),
          Map.entry("doni.workers.balena", "doni.worker.balena.BalenaProperties"),
          Map.entry("doni.workers.tunelo", "doni.worker.tunelo.TuneloProperties"),
          Map.entry("doni.workers.blazar", "doni.worker.blazar.BlazarProperties"),
          Map.entry("doni.workers.ironic", "doni.worker.ironic.IronicProperties"));

  private record Setting(String key, String type, String fallback, String description) {}

  @Test
  void pageShowsEverySettingOfTheMetadata() throws IOException {
    String page = Files.readString(PAGE);
    String expected =
        page.substring(0, page.indexOf(BEGIN))
            + BEGIN
            + generated(settings())
            + page.substring(page.indexOf(END));
    if (Boolean.getBoolean("configuration.refresh")) {
      Files.writeString(PAGE, expected);
    }

    assertThat(Files.readString(PAGE)).isEqualTo(expected);
  }

  @Test
  void everyKeyThatTheServiceAcceptsIsDescribed() throws IOException {
    List<ConfigurationPropertyName> described =
        settings().stream().map(setting -> name(setting.key())).toList();

    assertThat(UnknownSettingsCheck.KNOWN)
        .allMatch(known ->
            described.stream().anyMatch(key -> key.equals(known) || known.isAncestorOf(key)));
    assertThat(described)
        .allMatch(key ->
            UnknownSettingsCheck.KNOWN.stream()
                .anyMatch(known -> known.equals(key) || known.isAncestorOf(key)));
  }

  @Test
  void everyComponentOfTheRecordsIsDescribedWithItsDefault() throws Exception {
    Map<String, String> described =
        settings().stream().collect(Collectors.toMap(Setting::key, Setting::fallback));

    for (Map.Entry<String, String> settings : RECORDS.entrySet()) {
      check(settings.getKey(), Class.forName(settings.getValue()), described);
    }
  }

  @Test
  void everySettingHasADescription() throws IOException {
    assertThat(settings())
        .hasSizeGreaterThan(70)
        .noneMatch(setting -> setting.description().isBlank());
  }

  private static List<Setting> settings() throws IOException {
    List<Setting> settings = new ArrayList<>();
    for (Resource resource :
        new PathMatchingResourcePatternResolver().getResources("classpath*:" + METADATA)) {
      try (InputStream metadata = resource.getInputStream()) {
        for (JsonNode property : JsonMapper.shared().readTree(metadata).path("properties")) {
          if (property.path("name").asString("").startsWith("doni.")) {
            settings.add(setting(property));
          }
        }
      }
    }
    // A map whose members are described themselves.
    Set<String> keys = settings.stream().map(Setting::key).collect(Collectors.toSet());
    settings.removeIf(setting ->
        setting.key().endsWith(".<key>")
            && keys.stream()
                .anyMatch(key ->
                    key.startsWith(setting.key().replaceFirst("<key>$", "<"))
                        && !key.equals(setting.key())));
    settings.sort(Comparator.comparing(Setting::key));
    return settings;
  }

  private static Setting setting(JsonNode property) {
    String type = property.path("type").asString("");
    boolean isMap = type.startsWith("java.util.Map");
    JsonNode fallback = property.path("defaultValue");
    return new Setting(
        property.path("name").asString("") + (isMap ? ".<key>" : ""),
        shown(type),
        fallback.isArray()
            ? fallback.valueStream().map(JsonNode::asString).collect(Collectors.joining(", "))
            : fallback.asString(""),
        sentence(property.path("description").asString("")));
  }

  private static String shown(String type) {
    return switch (type.replaceFirst("<.*", "")) {
      case "java.lang.Boolean" -> "`true` or `false`";
      case "java.lang.Integer" -> "number";
      case "java.time.Duration" -> "duration";
      case "java.net.URI" -> "URL";
      case "java.nio.file.Path" -> "path";
      case "java.util.List", "java.util.Set" -> "list";
      default -> "text";
    };
  }

  private static String sentence(String description) {
    String text =
        description
            .replaceAll("\\{@code ([^}]+)}", "`$1`")
            .replaceAll("\\s+", " ")
            .replace("|", "\\|")
            .strip();
    if (text.isEmpty()) {
      return text;
    }
    return text.substring(0, 1).toUpperCase(Locale.ROOT)
        + text.substring(1)
        + (text.endsWith(".") ? "" : ".");
  }

  private static String generated(List<Setting> settings) {
    StringBuilder page = new StringBuilder();
    SECTIONS.forEach((prefix, title) -> {
      page.append("\n### ").append(title).append("\n\n");
      page.append("| key | type | default | description |\n| --- | --- | --- | --- |\n");
      settings.stream()
          .filter(setting -> section(setting.key()).equals(prefix))
          .forEach(setting ->
              page.append(
                  "| `%s` | %s | %s | %s |\n"
                      .formatted(
                          setting.key(),
                          setting.type(),
                          setting.fallback().isEmpty() ? "" : "`" + setting.fallback() + "`",
                          setting.description())));
    });
    return page.append("\n").toString();
  }

  private static String section(String key) {
    return SECTIONS.keySet().stream()
        .filter(prefix -> key.startsWith(prefix + "."))
        .max(Comparator.comparingInt(String::length))
        .orElseThrow();
  }

  private static void check(String prefix, Class<?> type, Map<String, String> described) {
    for (RecordComponent component : type.getRecordComponents()) {
      Name given = parameter(type, component).getAnnotation(Name.class);
      DefaultValue fallback = parameter(type, component).getAnnotation(DefaultValue.class);
      String name = given == null ? kebab(component.getName()) : given.value();
      String key = name.isEmpty() ? prefix : prefix + "." + name;
      if (component.getType().isRecord() && component.getType() != Secret.class) {
        check(key, component.getType(), described);
      } else if (component.getType() == Map.class) {
        assertThat(described.keySet()).as(key).anyMatch(other -> other.startsWith(key + ".<"));
      } else {
        assertThat(described).containsKey(key);
        if (fallback != null) {
          assertThat(described).containsEntry(key, String.join(", ", fallback.value()));
        }
      }
    }
  }

  private static java.lang.reflect.Parameter parameter(Class<?> type, RecordComponent component) {
    return Stream.of(type.getDeclaredConstructors()[0].getParameters())
        .filter(parameter -> parameter.getName().equals(component.getName()))
        .findFirst()
        .orElseThrow();
  }

  private static String kebab(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  /** A placeholder stands for any element. */
  private static ConfigurationPropertyName name(String key) {
    return ConfigurationPropertyName.of(key.replaceAll("<[a-z]+>", "any"));
  }
}
