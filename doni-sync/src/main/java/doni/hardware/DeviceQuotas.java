package doni.hardware;

import doni.request.RequestRefusedException.QuotaExceeded;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Limits how much hardware a project may have enrolled. Deleted hardware does not count. */
@Component
class DeviceQuotas {

  private final QuotaProperties quotas;
  private final JdbcClient jdbc;

  DeviceQuotas(QuotaProperties quotas, JdbcClient jdbc) {
    this.quotas = quotas;
    this.jdbc = jdbc;
  }

  /**
   * Checks that a project may have one more, and makes other enrollments of that project wait until
   * the transaction ends: otherwise, two could take the last place.
   */
  void requireRoom(String projectId) {
    violation(projectId)
        .ifPresent(text -> {
          throw new QuotaExceeded(text);
        });
  }

  /** Returns why the project may not have one more, as {@link #requireRoom} says it. */
  Optional<String> violation(String projectId) {
    int quota = quotas.of(projectId);
    if (quota == QuotaProperties.UNLIMITED) {
      return Optional.empty();
    }
    jdbc.sql("select pg_advisory_xact_lock(hashtextextended('doni.quotas ' || :project, 0))")
        .param("project", projectId)
        .query((_, _) -> "")
        .single();
    long enrolled =
        jdbc.sql("select count(*) from hardware where project_id = :project and deleted_at is null")
            .param("project", projectId)
            .query(Long.class)
            .single();
    return enrolled < quota
        ? Optional.empty()
        : Optional.of(
            "Quota exceeded: project %s has %d of at most %d devices."
                .formatted(projectId, enrolled, quota));
  }

  /**
   * Settings of quotas, under {@code doni.quotas}.
   *
   * @param devices devices that a project may have
   * @param projects the same for single projects, by their IDs
   */
  @ConfigurationProperties(prefix = "doni.quotas", ignoreUnknownFields = false)
  record QuotaProperties(
      @DefaultValue("-1") int devices, @DefaultValue Map<String, Integer> projects) {

    static final int UNLIMITED = -1;

    public QuotaProperties {
      projects = Map.copyOf(projects);
      requireQuota("devices", devices);
      projects.forEach((project, quota) -> requireQuota("projects." + project, quota));
    }

    private static void requireQuota(String name, int quota) {
      if (quota < UNLIMITED) {
        throw new IllegalArgumentException(
            "doni.quotas.%s is '%d'; allowed: -1 (no limit), 0 or more".formatted(name, quota));
      }
    }

    int of(String projectId) {
      return projects.getOrDefault(projectId, devices);
    }
  }
}
