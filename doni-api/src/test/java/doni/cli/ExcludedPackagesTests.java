package doni.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.util.ClassUtils;

/** A renamed package must not slip through the component scans of commands. */
class ExcludedPackagesTests {

  private static final Pattern ALTERNATIVES = Pattern.compile("doni\\\\\\.\\((.+)\\)\\\\\\.\\.\\*");

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("doni");

  @Test
  void commandsOnTheDatabaseExcludePackagesThatExist() {
    assertThat(missing(InventoryCommandApplication.class)).isEmpty();
  }

  @Test
  void standalonePartsExcludePackagesThatExist() {
    assertThat(missing(nested("WorkerBeans"))).isEmpty();
    assertThat(missing(nested("SettingsBeans"))).isEmpty();
  }

  @Test
  void commandsOnTheDatabaseStartNoLane() {
    String pattern = pattern(InventoryCommandApplication.class);

    assertThat("doni.engine.lane.LaneRunner").matches(pattern);
    assertThat("doni.leftover.LeftoverCleanupJob").matches(pattern);
    assertThat("doni.secret.StoredSecretsService").doesNotMatch(pattern);
  }

  private List<String> missing(Class<?> scanned) {
    Matcher alternatives = ALTERNATIVES.matcher(pattern(scanned));
    assertThat(alternatives.matches()).isTrue();
    return List.of(alternatives.group(1).split("\\|")).stream()
        .map(name -> "doni." + name.replace("\\", ""))
        .filter(name ->
            classes.stream().noneMatch(one -> (one.getPackageName() + ".").startsWith(name + ".")))
        .toList();
  }

  private static String pattern(Class<?> scanned) {
    return scanned.getAnnotation(ComponentScan.class).excludeFilters()[0].pattern()[0];
  }

  private static Class<?> nested(String name) {
    return ClassUtils.resolveClassName("doni.standalone.StandaloneParts$" + name, null);
  }
}
