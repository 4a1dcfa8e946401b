package doni.doctor;

import doni.standalone.StandaloneParts;
import doni.worker.Finding;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** Checks all settings except those of workers, and continues after an invalid one. */
final class SettingsCheck {

  private final StandaloneParts site;
  private final Function<Throwable, Finding> failed;

  SettingsCheck(StandaloneParts site, Function<Throwable, Finding> failed) {
    this.site = site;
    this.failed = failed;
  }

  List<Finding> check(List<String> unknown) {
    Set<Finding> wrong = new LinkedHashSet<>();
    unknown.forEach(key ->
        wrong.add(
            new Finding.Problem(
                key + ": unknown setting", "correct the name; see docs/configuration.md")));
    try (AnnotationConfigApplicationContext parts = site.settings()) {
      for (String name : parts.getBeanDefinitionNames()) {
        BeanDefinition definition = parts.getBeanDefinition(name);
        if (definition.getRole() == BeanDefinition.ROLE_APPLICATION) {
          make(parts, name, wrong);
        }
      }
    } catch (BeansException e) {
      wrong.add(failed.apply(e));
    }
    return wrong.isEmpty()
        ? List.of(new Finding.Ok("all settings are known and valid"))
        : new ArrayList<>(wrong);
  }

  private void make(AnnotationConfigApplicationContext parts, String name, Set<Finding> wrong) {
    try {
      parts.getBean(name);
    } catch (BeansException e) {
      wrong.add(failed.apply(e));
    }
  }
}
