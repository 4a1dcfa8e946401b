package doni.machinetype;

import doni.machinetype.MachineTypesHealth.MachineTypeProblem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * One file of machine types, read.
 *
 * @param entries empty when there are findings
 */
record MachineTypesFile(List<MachineTypesEntry> entries, List<MachineTypeProblem> findings) {

  private static final MachineTypesSchema SCHEMA = new MachineTypesSchema();

  static MachineTypesFile parse(String file, byte[] content) {
    try {
      Object document = load(content);
      List<MachineTypeProblem> findings = SCHEMA.violations(file, document);
      return findings.isEmpty()
          ? new MachineTypesFile(entries(file, document), List.of())
          : new MachineTypesFile(List.of(), findings);
    } catch (CharacterCodingException _) {
      return unusable(file, "", "is not UTF-8");
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      String where =
          mark == null ? "" : "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1);
      return unusable(file, where, "must be YAML: " + firstLine(e.getProblem()));
    } catch (YAMLException e) {
      return unusable(file, "", "must be YAML: " + firstLine(e.getMessage()));
    } catch (StackOverflowError _) {
      // An alias may stand inside of what it names.
      return unusable(file, "", "must be YAML: a value contains itself");
    } catch (IllegalArgumentException e) {
      // Of SnakeYAML, for a value that does not fit its tag, such as !!binary or !!timestamp.
      return unusable(file, "", "must be YAML: " + firstLine(e.getMessage()));
    }
  }

  static MachineTypesFile unusable(String file, String path, String problem) {
    return new MachineTypesFile(List.of(), List.of(new MachineTypeProblem(file, path, problem)));
  }

  private static @Nullable Object load(byte[] content) throws CharacterCodingException {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(50);
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    return new Yaml(new SafeConstructor(options)).load(text);
  }

  private static List<MachineTypesEntry> entries(String file, @Nullable Object document) {
    List<MachineTypesEntry> entries = new ArrayList<>();
    Map<String, Object> machineTypes = members(members(document).get("machine-types"));
    machineTypes.forEach((name, value) -> entries.add(entry(file, name, members(value))));
    return entries;
  }

  private static MachineTypesEntry entry(String file, String name, Map<String, Object> members) {
    Optional<MachineType> type =
        members.containsKey("full-name")
            ? Optional.of(
                new MachineType(
                    text(members, "full-name"), text(members, "vendor"), text(members, "model")))
            : Optional.empty();
    Optional<Map<String, String>> labels =
        Optional.ofNullable(members.get("labels")).map(MachineTypesFile::labels);
    Optional<String> fleet = Optional.ofNullable(members.get("fleet")).map(String::valueOf);
    return new MachineTypesEntry(file, name, type, labels, fleet);
  }

  private static String text(Map<String, Object> members, String name) {
    return String.valueOf(members.get(name));
  }

  private static Map<String, String> labels(Object value) {
    Map<String, String> labels = new LinkedHashMap<>();
    members(value).forEach((key, label) -> labels.put(key, String.valueOf(label)));
    return labels;
  }

  private static Map<String, Object> members(@Nullable Object value) {
    Map<String, Object> members = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, member) -> members.put(String.valueOf(name), member));
    }
    return members;
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }
}
