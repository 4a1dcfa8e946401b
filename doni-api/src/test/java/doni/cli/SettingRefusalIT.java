package doni.cli;

import static org.assertj.core.api.Assertions.assertThat;

import doni.standalone.StandaloneParts;
import doni.worker.Worker;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each setting with values that make no sense: doctor and serve name the setting. */
class SettingRefusalIT {

  private static final List<String> VALUES = List.of("-1", "a \0b");
  private static final Map<String, String> WORKERS =
      Map.of(
          "doni.workers.k8s", "k8s",
          "doni.workers.balena", "balena",
          "doni.workers.tunelo", "tunelo",
          "doni.workers.blazar", "blazar.device",
          "doni.workers.ironic", "ironic");

  static Stream<String> settings() throws IOException {
    List<String> keys = new ArrayList<>();
    for (Resource metadata :
        new PathMatchingResourcePatternResolver()
            .getResources("classpath*:META-INF/spring-configuration-metadata.json")) {
      try (InputStream in = metadata.getInputStream()) {
        for (JsonNode property : JsonMapper.shared().readTree(in).path("properties")) {
          keys.add(property.path("name").asString().replaceAll("<[a-z-]+>", "x"));
        }
      }
    }
    return keys.stream().filter(key -> key.startsWith("doni.")).distinct().sorted();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aRefusedValueIsNeverADefect(String key) throws IOException {
    for (String value : VALUES) {
      StandardEnvironment environment = environment(key, value);
      for (Throwable failure : failures(environment, key)) {
        Optional<String> line = StartFailureReporter.line(failure, environment);

        assertThat(line).as("%s='%s': %s", key, value, failure).isPresent();
        assertThat(line.orElseThrow())
            .as("%s='%s'", key, value)
            .startsWith("doni.")
            .doesNotContain("Exception", "doni.worker.", "java.");
      }
    }
  }

  private static StandardEnvironment environment(String key, String value) throws IOException {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("doni.keystone.static-tokens.tok3n.user-id", "u");
    settings.put("doni.keystone.static-tokens.tok3n.project-id", "p");
    settings.put("doni.workers.k8s.backend", "in-memory");
    settings.put(key, value);
    StandardEnvironment environment = new StandardEnvironment();
    environment.getPropertySources().addFirst(new MapPropertySource("test", settings));
    new YamlPropertySourceLoader()
        .load("machine types", new ClassPathResource("machine-types.yml"))
        .forEach(environment.getPropertySources()::addLast);
    return environment;
  }

  /** Creates what reads the setting, as the doctor does. */
  private static List<Throwable> failures(StandardEnvironment environment, String key) {
    List<Throwable> failures = new ArrayList<>();
    StandaloneParts site = new StandaloneParts(environment);
    Optional<String> worker =
        WORKERS.entrySet().stream()
            .filter(one -> key.startsWith(one.getKey() + "."))
            .map(Map.Entry::getValue)
            .findFirst();
    try (AnnotationConfigApplicationContext parts =
        worker.isPresent() ? site.worker(worker.get()) : site.settings()) {
      if (worker.isPresent()) {
        parts.getBeanProvider(Worker.class).stream().forEach(Worker::stop);
      } else {
        for (String name : parts.getBeanDefinitionNames()) {
          if (parts.getBeanDefinition(name).getRole() == BeanDefinition.ROLE_APPLICATION) {
            create(parts, name, failures);
          }
        }
      }
    } catch (RuntimeException e) {
      failures.add(e);
    }
    return failures;
  }

  private static void create(
      AnnotationConfigApplicationContext parts, String name, List<Throwable> failures) {
    try {
      parts.getBean(name);
    } catch (BeansException e) {
      failures.add(e);
    }
  }
}
