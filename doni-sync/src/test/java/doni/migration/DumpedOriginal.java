package doni.migration;

import doni.migration.OriginalInventory.OriginalHardware;
import doni.migration.OriginalInventory.OriginalWindow;
import doni.migration.OriginalInventory.OriginalWorkerTask;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The original as a dump has it that it wrote itself: {@code original-database.sql}. */
final class DumpedOriginal {

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

  private final List<List<@Nullable String>> hardware;
  private final List<List<@Nullable String>> tasks;
  private final List<List<@Nullable String>> windows;

  private DumpedOriginal(String dump) {
    hardware = rows(dump, "hardware");
    tasks = rows(dump, "worker_task");
    windows = rows(dump, "availability_window");
  }

  static List<OriginalHardware> devices() {
    try (InputStream dump =
        Objects.requireNonNull(
            DumpedOriginal.class.getResourceAsStream("/original-database.sql"))) {
      return new DumpedOriginal(new String(dump.readAllBytes(), StandardCharsets.UTF_8)).all();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<OriginalHardware> all() {
    return hardware.stream().map(this::device).toList();
  }

  /**
   * created_at, updated_at, deleted_at, deleted, id, uuid, project_id, hardware_type, name,
   * properties.
   */
  private OriginalHardware device(List<@Nullable String> row) {
    String uuid = row.get(5);
    return new OriginalHardware(
        Long.parseLong(Objects.requireNonNull(row.get(4))),
        uuid,
        row.get(8),
        row.get(6),
        row.get(7),
        row.get(9),
        !"0".equals(row.get(3)),
        instant(row.get(0)),
        instant(row.get(1)),
        instant(row.get(2)),
        tasks.stream()
            .filter(task -> Objects.equals(task.get(6), uuid))
            // created_at, updated_at, deleted_at, deleted, id, uuid, hardware_uuid, worker_type,
            // state, state_details
            .map(task ->
                new OriginalWorkerTask(
                    task.get(7),
                    task.get(8),
                    task.get(9),
                    instant(task.get(0)),
                    instant(task.get(1))))
            .toList(),
        windows.stream()
            .filter(window -> Objects.equals(window.get(4), uuid))
            // created_at, updated_at, id, uuid, hardware_uuid, start, end
            .map(window ->
                new OriginalWindow(
                    window.get(3),
                    instant(window.get(5)),
                    instant(window.get(6)),
                    instant(window.get(0)),
                    instant(window.get(1))))
            .toList());
  }

  private static @Nullable Instant instant(@Nullable String text) {
    return text == null ? null : LocalDateTime.parse(text, TIME).toInstant(ZoneOffset.UTC);
  }

  private static List<List<@Nullable String>> rows(String dump, String table) {
    String start = "INSERT INTO `" + table + "` VALUES (";
    return dump.lines()
        .filter(line -> line.startsWith(start))
        .map(line -> values(line.substring(start.length(), line.length() - 2)))
        .toList();
  }

  /** The values of one row, as {@code mariadb-dump} writes them. */
  private static List<@Nullable String> values(String text) {
    List<@Nullable String> values = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      if (text.charAt(at) == '\'') {
        StringBuilder value = new StringBuilder();
        at++;
        while (text.charAt(at) != '\'') {
          if (text.charAt(at) == '\\') {
            at++;
          }
          value.append(text.charAt(at++));
        }
        at++;
        values.add(value.toString());
      } else {
        int end = text.indexOf(',', at);
        String value = text.substring(at, end < 0 ? text.length() : end);
        at += value.length();
        values.add(value.equals("NULL") ? null : value);
      }
      at++;
    }
    return values;
  }
}
