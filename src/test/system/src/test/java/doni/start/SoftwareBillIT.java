package doni.start;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.BuiltService;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The software bill of materials inside the runnable jar, against the jar itself. */
class SoftwareBillIT {

  private static final String LIBRARIES = "BOOT-INF/lib/";

  /** Added by the packaging itself, which is of the same release as all of Spring Boot. */
  private static final String OF_THE_PACKAGING = "spring-boot-jarmode-tools-.*";

  /** Dependencies alone, without code, so the packaging leaves them out. */
  private static final String WITHOUT_CODE = "spring-boot-starter.*";

  @Test
  void namesExactlyTheLibrariesOfTheJar() throws Exception {
    try (JarFile jar = new JarFile(BuiltService.executableJar().toFile())) {
      Set<String> libraries =
          jar.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.startsWith(LIBRARIES) && name.endsWith(".jar"))
              .map(name -> name.substring(LIBRARIES.length()))
              .filter(name -> !name.matches(OF_THE_PACKAGING))
              .collect(Collectors.toCollection(TreeSet::new));

      Set<String> named =
          bill(jar)
              .path("components")
              .valueStream()
              .map(component ->
                  component.path("name").asString("")
                      + "-"
                      + component.path("version").asString("")
                      + ".jar")
              .filter(name -> !name.matches(WITHOUT_CODE))
              .collect(Collectors.toCollection(TreeSet::new));

      assertThat(libraries).hasSizeGreaterThan(100);
      assertThat(named).isEqualTo(libraries);
    }
  }

  @Test
  void identifiesEachLibraryForScanners() throws Exception {
    try (JarFile jar = new JarFile(BuiltService.executableJar().toFile())) {
      assertThat(bill(jar).path("components"))
          .filteredOn(component -> !component.path("group").asString("").equals("doni"))
          .isNotEmpty()
          .allSatisfy(component -> {
            assertThat(component.path("purl").asString("")).startsWith("pkg:maven/");
            assertThat(component.path("hashes")).isNotEmpty();
          });
    }
  }

  /** Found where the manifest says that it is. */
  private static JsonNode bill(JarFile jar) throws IOException {
    String place = jar.getManifest().getMainAttributes().getValue("Sbom-Location");
    assertThat(place).isEqualTo("META-INF/sbom/application.cdx.json");
    try (InputStream bill = jar.getInputStream(jar.getEntry(place))) {
      return JsonMapper.shared().readTree(bill);
    }
  }
}
